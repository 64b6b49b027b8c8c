#!/usr/bin/env bash
# The map depends neither on tiles, threads nor windows: on both real scenes.
. "$(dirname "$0")/../tools/lib.sh"
. "$(dirname "$0")/../tools/scenes.sh"
need_python numpy osgeo.gdal

check_scene() { # labels...
    # Not silent: thin classes and polygons without a pixel centre are warned of.
    expect_status 0 s2rgf_train -q "${inputs[@]}" "$@" -c 16 -steps 2 -val 0 -overwrite model.s2rgf
    rm -f whole*
    check_invariance model.s2rgf
    check_window model.s2rgf 101 203 211 97
    check_window model.s2rgf 448 600 46 57
    check_projwin model.s2rgf 16 32 200 177
}

redclover_inputs
check_scene -labels "$S2RGF_TEST_DATA/redclover/polys_train.gpkg" -a class
berlin_inputs
check_scene -labels "$S2RGF_TEST_DATA/berlin/split_train.tif"
