#!/usr/bin/env bash
# The peak of the resident memory does not grow with the scene, and -wm bounds it.
. "$(dirname "$0")/../tools/lib.sh"
. "$(dirname "$0")/../tools/scenes.sh"
need_python numpy osgeo.gdal
make_scene=$builddir/samples/make_scene
# GDAL's block cache has a bound of its own, larger than these scenes: a small one shows what -wm does.
export GDAL_CACHEMAX=16

peak() { # scene options...: peak KiB of a classification
    expect_silence "$PYTHON" "$top_srcdir/tests/tools/peak_memory.py" peak.txt \
        s2rgf_classify -q -m model.s2rgf -i "hs=$1/hs.tif" -i "ms=$1/ms.tif" -threads 2 \
        "${@:2}" -overwrite "$1.tif"
    cat peak.txt
}

# Both so large that the bound decides how large tiles are.
expect_silence "$make_scene" -size 768 768 -hs_bands 24 small
expect_silence s2rgf_train -q -i hs=small/hs.tif -i ms=small/ms.tif -labels small/labels.gpkg \
    -l train -a class -c 16 -steps 2 -val 0 model.s2rgf
side=1536
[ "$S2RGF_TEST_LONG" != 1 ] || side=4096
expect_silence "$make_scene" -size $side $side -hs_bands 24 large

small=$(peak small -wm 24)
large=$(peak large -wm 24)
echo "peak memory: $small KiB for 768 x 768, $large KiB for $side x $side"
# 4 or 28 times the pixels: what is allowed is a quarter for fragmentation and per-row tables.
[ "$large" -le $((small + small / 4)) ] || fail "the peak grows with the scene: $small, $large KiB"

# More memory is used when it is allowed, so that the bound is what holds the peak down.
generous=$(peak large -wm 1024 -tile 1024)
echo "peak memory: $generous KiB with -wm 1024 -tile 1024"
[ "$generous" -gt "$large" ] || fail "-wm has no effect: $large KiB with 24 MB, $generous with 1024"

# A bound that not even one small tile keeps is refused, and nothing is left.
expect_status 1 s2rgf_classify -q -m model.s2rgf -i hs=small/hs.tif -i ms=small/ms.tif -wm 1 \
    -tile 1024 refused.tif
expect_in "$stderr" "memory"
expect_no_file refused.tif

# The block cache is what the files' blocks under the tiles take, unless the user has chosen a size.
unset GDAL_CACHEMAX
s2rgf_classify --debug S2RGF -q -m model.s2rgf -i hs=small/hs.tif -i ms=small/ms.tif -overwrite \
    small.tif 2> layout.txt
expect_in layout.txt "block cache of 32 MB"
GDAL_CACHEMAX=16 s2rgf_classify --debug S2RGF -q -m model.s2rgf -i hs=small/hs.tif \
    -i ms=small/ms.tif -overwrite small.tif 2> chosen.txt
expect_not_in chosen.txt "block cache of"
