# Train, map and assess in shell tests; sourced after lib.sh.
# shellcheck shell=bash

# Tests share the machine: a waiting thread must not spin.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}

# The published Berlin files are gzipped; GDAL must not leave notes beside them.
export CPL_VSIL_GZIP_WRITE_PROPERTIES=NO

same_pixels() {
    expect_silence "$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" "$@"
}

# seeds: one in make check, three in the long form.
seeds() {
    if [ "$S2RGF_TEST_LONG" = 1 ]; then echo 1 2 3; else echo 1; fi
}

# figures ARGUMENT...: print accuracies and hold their means to thresholds, see figures.py.
figures() {
    "$PYTHON" "$top_srcdir/tests/tools/figures.py" "$@" || fail "accuracy is too low"
}

# redclover_inputs, berlin_inputs: the array `inputs` for -i, over the test data.
redclover_inputs() {
    local band
    need_data redclover
    inputs=()
    for band in B02 B03 B04 B08; do
        inputs+=(-i "s2_10m=$S2RGF_TEST_DATA/redclover/$band.tif")
    done
    for band in B05 B06 B07 B8A B11 B12; do
        inputs+=(-i "s2_20m=$S2RGF_TEST_DATA/redclover/$band.tif")
    done
}

berlin_inputs() {
    need_data berlin
    inputs=(-i "enmap=$S2RGF_TEST_DATA/berlin/enmap_30m.tif"
        -i "hymap=$S2RGF_TEST_DATA/berlin/hymap_3p6m.tif")
}

# expect_map MODEL MAP OPTION...: classify `inputs` quietly, with confidence and probabilities
# beside the map: MAP.tif, MAP_conf.tif, MAP_prob.tif.
expect_map() {
    expect_silence s2rgf_classify -q -m "$1" "${inputs[@]}" "${@:3}" \
        -conf "$2_conf.tif" -prob "$2_prob.tif" "$2.tif"
}

# same_maps A B [-srcwin ...]: the three rasters of two maps have the same pixels.
same_maps() {
    same_pixels "${@:3}" "$1.tif" "$2.tif"
    same_pixels "${@:3}" "$1_conf.tif" "$2_conf.tif"
    same_pixels "${@:3}" "$1_prob.tif" "$2_prob.tif"
}

# identical_maps A B: the three rasters of two maps are the same, byte for byte.
identical_maps() {
    expect_same "$1.tif" "$2.tif"
    expect_same "$1_conf.tif" "$2_conf.tif"
    expect_same "$1_prob.tif" "$2_prob.tif"
}

# check_invariance MODEL: the map of `inputs` depends neither on tiles nor on threads.
check_invariance() {
    local tile threads
    expect_map "$1" whole
    for tile in 64 128 256 512 1000; do
        expect_map "$1" tile -overwrite -tile "$tile"
        same_maps whole tile
    done
    expect_map "$1" one -threads 1 -tile 64
    for threads in 2 3 8; do
        expect_map "$1" threads -overwrite -threads "$threads" -tile 64
        identical_maps one threads
    done
    rm -f one* threads* tile*
}

# check_window MODEL X Y W H: a window of the map of `inputs` is the crop of the whole.
check_window() {
    expect_map "$1" window -overwrite -srcwin "${@:2}" -tile 64
    same_maps whole window -srcwin "${@:2}"
}

# check_projwin MODEL X Y W H: the same for the window's corners in the map's CRS.
check_projwin() {
    local corners
    # shellcheck disable=SC2016
    mapfile -t corners < <("$PYTHON" -c '
import sys
from osgeo import gdal
m = gdal.Open(sys.argv[1]).GetGeoTransform()
x, y, w, h = map(int, sys.argv[2:])
for i, j in ((x, y), (x + w, y + h)):
    print(repr(m[0] + i * m[1]), repr(m[3] + j * m[5]), sep="\n")' whole.tif "${@:2}")
    expect_map "$1" window -overwrite -projwin "${corners[@]}"
    same_maps whole window -srcwin "${@:2}"
}
