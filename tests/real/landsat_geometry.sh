#!/usr/bin/env bash
# Landsat 8: multispectral 30 m, panchromatic 15 m, half a pixel apart. A feature of the coarse source
# lands on the fine grid within 0.1 pixel, and moves with the source.
#
# Labels are a threshold of one coarse band, sampled by a script of the test's own. Training sees every
# crop flipped and turned, so that the network cannot learn to undo a misplaced source.
. "$(dirname "$0")/../tools/lib.sh"
. "$(dirname "$0")/../tools/scenes.sh"
need gdal_translate
need_python numpy osgeo.gdal
need_data landsat_pan
scene=$S2RGF_TEST_DATA/landsat_pan/LC08_L1TP_195025_20130707_20170503_01_T1
displacement=$top_srcdir/tests/real/displacement.py

# bands FOLDER_AND_PREFIX: the array `inputs` with seven coarse bands from there, and the fine one.
bands() {
    local number
    inputs=(-i "pan=${scene}_B8.TIF")
    for number in 1 2 3 4 5 6 7; do
        inputs+=(-i "ms=$1_B$number.TIF")
    done
}

feature=${scene}_B5.TIF
expect_silence "$PYTHON" "$displacement" label "$feature" "${scene}_B8.TIF" labels.tif
bands "$scene"
# The labels are a threshold of brightness: it must not vary from crop to crop.
expect_status 0 s2rgf_train "${inputs[@]}" -labels labels.tif -c 16 -steps 80 -val 0 -jitter 0 \
    model.s2rgf
expect_in "$stdout" "origin"
expect_map model.s2rgf map
expect_status 0 "$PYTHON" "$displacement" measure "$feature" map_prob.tif
cat "$stdout"

# Were the coarse source elsewhere by 15 m, the feature must be a pixel of the map further: what was
# measured follows the georeference, and not the order of the pixels.
for move in "1 0" "0 1"; do
    read -r east south <<< "$move"
    for number in 1 2 3 4 5 6 7; do
        # shellcheck disable=SC2046
        expect_status 0 gdal_translate -q -a_ullr $("$PYTHON" -c '
import sys
from osgeo import gdal
d = gdal.Open(sys.argv[1])
m, east, south = d.GetGeoTransform(), 15 * float(sys.argv[2]), 15 * float(sys.argv[3])
print(m[0] + east, m[3] - south, m[0] + d.RasterXSize * m[1] + east,
      m[3] + d.RasterYSize * m[5] - south)' "${scene}_B$number.TIF" "$east" "$south") \
            "${scene}_B$number.TIF" "moved_B$number.TIF"
    done
    bands moved
    expect_map model.s2rgf moved -overwrite
    expect_status 0 "$PYTHON" "$displacement" measure "$feature" moved_prob.tif -moved "$east" "$south"
    cat "$stdout"
done
