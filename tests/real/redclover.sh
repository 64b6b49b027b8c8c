#!/usr/bin/env bash
# Sentinel-2, ten band files in two sources, UTM 11N; polygons in UTM 10N, half of them for training.
# Seen to hold with default settings: mean overall accuracy of three seeds at least 0.83.
. "$(dirname "$0")/../tools/lib.sh"
. "$(dirname "$0")/../tools/scenes.sh"
need gdal_translate gdalinfo
need_python numpy osgeo.gdal
redclover_inputs
data=$S2RGF_TEST_DATA/redclover

assessments=()
for seed in $(seeds); do
    expect_status 0 s2rgf_train "${inputs[@]}" -labels "$data/polys_train.gpkg" -a class \
        -seed "$seed" "model$seed.s2rgf"
    expect_in "$stdout" "willow"
    expect_status 0 s2rgf_classify -m "model$seed.s2rgf" "${inputs[@]}" "map$seed.tif"
    expect_status 0 s2rgf_assess "map$seed.tif" -labels "$data/polys_test.gpkg" -a class \
        -json "seed$seed.json"
    assessments+=("seed$seed.json")
done
figures -least overall_accuracy 0.83 "${assessments[@]}"

# The map is a class raster that GDAL's tools understand, and survives the way to COG.
expect_silence "$PYTHON" "$top_srcdir/tests/real/check_map.py" map1.tif \
    forest hydric mesic rocky water willow xeric
expect_status 0 gdalinfo map1.tif
expect_in "$stdout" "Color Table"
expect_in "$stdout" "GDALRasterAttributeTable"
expect_in "$stdout" "CLASS_1=forest"
expect_status 0 gdal_translate -q -of COG map1.tif cog.tif
expect_silence "$PYTHON" "$top_srcdir/tests/real/check_map.py" cog.tif \
    forest hydric mesic rocky water willow xeric
same_pixels map1.tif cog.tif
expect_status 0 s2rgf_classify -m model1.s2rgf "${inputs[@]}" -of COG direct.tif
same_pixels map1.tif direct.tif
