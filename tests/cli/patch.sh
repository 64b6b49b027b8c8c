#!/usr/bin/env bash
# The patch network through the programs: trained, mapped the same way however it is cut, and what it
# refuses.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need_python osgeo.gdal

labels=("${sources[@]}" -labels scene/labels.gpkg -l train -a class)
patch=(s2rgf_train "${labels[@]}" -network patch)
expect_silence "${patch[@]}" -q -steps 2 -batch 2 -val 0 model.s2rgf
expect_status 0 s2rgf_info model.s2rgf
expect_in "$stdout" "patch, C = 64"

classify=(s2rgf_classify -q -m model.s2rgf "${sources[@]}" -of ENVI)
expect_silence "${classify[@]}" -srcwin 0 0 48 24 -threads 1 -conf conf1.img one.img
expect_silence "${classify[@]}" -srcwin 0 0 48 24 -threads 2 -tile 16 -conf conf2.img two.img
expect_same one.img two.img
expect_same conf1.img conf2.img
# the same pixels from a window that begins elsewhere
expect_silence "${classify[@]}" -srcwin 32 8 16 16 -conf conf3.img part.img
"$PYTHON" -c '
from osgeo import gdal
whole, part = (gdal.Open(name).ReadAsArray() for name in ("conf1.img", "conf3.img"))
assert (whole[8:24, 32:48] == part).all()' || fail "a window differs"

keep_files
expect_status 1 "${patch[@]}" -crop 96 other.s2rgf
expect_in "$stderr" "network patch: expected a crop of 32 and 64 channels, found 96 and 64"
expect_status 1 "${patch[@]}" -c 32 other.s2rgf
expect_in "$stderr" "found 32 and 32"
expect_files_kept "refused options"
