#!/usr/bin/env bash
# The map depends neither on tiles, threads and windows nor on how large or odd the scene is.
. "$(dirname "$0")/../tools/lib.sh"
. "$(dirname "$0")/../tools/scenes.sh"
need_python numpy osgeo.gdal
make_scene=$builddir/samples/make_scene

# make_inputs SCENE W H: a scene of that size, under the same seed, so one model serves all.
make_inputs() {
    expect_silence "$make_scene" -size "$2" "$3" -hs_bands 24 "$1"
    inputs=(-i "hs=$1/hs.tif" -i "ms=$1/ms.tif")
}

make_inputs scene 317 283
expect_silence s2rgf_train -q "${inputs[@]}" -labels scene/labels.gpkg -l train -a class \
    -c 16 -steps 4 -val 0 model.s2rgf
check_invariance model.s2rgf

# Windows: on and off the lattice of cells, one pixel, over nodata, at the scene's corner.
for window in "0 0 317 283" "64 64 128 128" "37 101 83 61" "150 140 1 1" "250 0 67 40" "301 270 16 13"; do
    # shellcheck disable=SC2086
    check_window model.s2rgf $window
done
check_projwin model.s2rgf 37 101 83 61

# Odd scenes and such as are smaller than a tile, a cell, the receptive field.
for size in "129 65" "37 23" "1 300" "300 1" "1 1" "15 17"; do
    rm -rf whole* window* odd
    # shellcheck disable=SC2086
    make_inputs odd $size
    expect_map model.s2rgf whole
    for tile in 64 1000; do
        expect_map model.s2rgf tile -overwrite -tile "$tile" -threads 3
        same_maps whole tile
    done
    read -r width height <<< "$size"
    check_window model.s2rgf $((width / 2)) $((height / 2)) $(((width + 1) / 2)) $(((height + 1) / 2))
done
