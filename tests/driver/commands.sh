#!/usr/bin/env bash
# "gdal driver s2rgf info" and "classify" are s2rgf_info and a map, and a scene is a step of GDAL's pipelines.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/driver/driver.sh"
type -P gdal > /dev/null && gdal env gdal driver s2rgf --help > /dev/null 2>&1 ||
    skip "this GDAL has no commands of drivers: expected 3.11 or later"
model=model.s2rgf

expect_status 0 gdal env gdal driver s2rgf info "$model"
cp "$stdout" told
expect_status 0 s2rgf_info "$model"
expect_same "$stdout" told
expect_status 0 gdal env gdal driver s2rgf info --json "$model"
expect_in "$stdout" '"network": '
expect_status 1 gdal env gdal driver s2rgf info absent.s2rgf
expect_in "$stderr" "absent.s2rgf"

inputs=()
for word in "${sources[@]}"; do [ "$word" = -i ] || inputs+=(--input "$word"); done
expect_status 0 gdal env gdal driver s2rgf classify --quiet --model "$model" "${inputs[@]}" classified.tif
same_pixels map.tif classified.tif
expect_status 1 gdal env gdal driver s2rgf classify --quiet --model "$model" "${inputs[@]}" classified.tif
expect_in "$stderr" "use --overwrite"
expect_status 0 gdal env gdal driver s2rgf classify --quiet --overwrite --model "$model" "${inputs[@]}" classified.tif
expect_status 1 gdal env gdal driver s2rgf classify --quiet --model "$model" --input "ms=absent.tif" bad.tif
expect_no_file bad.tif bad.tif.unfinished.tif

expect_status 0 gdal env gdal raster pipeline read map.s2rgf.json ! write piped.tif
same_pixels map.tif piped.tif
