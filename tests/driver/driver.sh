# A scene, its model and its map, and GDAL with the plugin; sourced after tools/lib.sh.
# shellcheck shell=bash
# Sets  sources    the -i options of the scene in the folder `scene`
#       map.tif    what s2rgf_classify makes of it, 600 x 520 pixels: 3 x 3 tiles
#       map.s2rgf.json   the same, not computed yet

# Tests share the machine: a waiting thread must not spin.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}

need gdalinfo gdal_translate gdalwarp gdalbuildvrt
need_python numpy osgeo.gdal
. "$top_srcdir/tests/tools/plugin.sh"
[ -e "$plugin" ] || skip "no plugin for GDAL in this build"
export GDAL_CACHEMAX=64

# computed COMMAND...: run it quietly and print how many tiles of which levels it computed, as "0:9 1:4".
computed() {
    expect_status 0 gdal "$@" --debug S2RGF
    sed -nE 's/.*level ([0-9]+): computed tile.*/\1/p' "$stderr" | sort -n | uniq -c |
        awk '{ printf "%s%s:%s", (NR > 1) ? " " : "", $2, $1 }'
}

# same_pixels A B ...: as tools/same_pixels.py.
same_pixels() {
    expect_silence gdal "$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" "$@"
}

sources=(-i ms=scene/ms.tif -i hs=scene/hs.tif)
"$builddir/samples/make_scene" -size 600 520 -ratio 6 -hs_bands 8 -classes 4 scene ||
    fail "make_scene failed"
expect_silence s2rgf_train -q "${sources[@]}" -labels scene/labels.gpkg -l train -a class \
    -c 16 -steps 40 -batch 2 -crop 32 -val 0 model.s2rgf
expect_silence s2rgf_classify -q -m model.s2rgf "${sources[@]}" -noqml \
    -write_scene map.s2rgf.json map.tif
