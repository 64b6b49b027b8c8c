#!/usr/bin/env bash
# s2rgf_classify -mask: what masks are taken, what they spare, and which are refused.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need gdal_translate gdalinfo gdal_create
need_python osgeo.gdal

"${train[@]}" -q -val 0 model.s2rgf
classify=(s2rgf_classify -q -m model.s2rgf "${sources[@]}")
# the truth raster of the scene lies on the reference grid: 1 and more
gdal_translate -q -ot Byte -scale 0 100 1 1 -b 1 scene/ms.tif all.tif
gdal_translate -q -ot Byte -scale 0 100 0 0 -b 1 scene/ms.tif none.tif
gdal_translate -q -of AAIGrid all.tif all.asc
rm -f all.prj all.asc.aux.xml

expect_silence "${classify[@]}" whole.tif
# any format, with or without a CRS
expect_silence "${classify[@]}" -mask all.tif all_map.tif
expect_same whole.tif all_map.tif
expect_silence "${classify[@]}" -mask all.asc asc_map.tif
expect_same whole.tif asc_map.tif
# nothing wanted is no error, but told
expect_status 0 "${classify[@]}" -mask none.tif -conf none_conf.tif none_map.tif
expect_in "$stderr" "no pixel is mapped: none that is wanted has valid data"
[ "$(wc -l < "$stderr")" -eq 1 ] || fail "more than one line is told"
"$PYTHON" -c '
from osgeo import gdal
assert not gdal.Open("none_map.tif").ReadAsArray().any()
assert (gdal.Open("none_conf.tif").ReadAsArray() == -1).all()' || fail "pixels were mapped"

# tiles without a wanted pixel are not computed
"$PYTHON" -c '
from osgeo import gdal
mask = gdal.GetDriverByName("GTiff").CreateCopy("top.tif", gdal.Open("all.tif"))
pixels = mask.ReadAsArray()
pixels[8:] = 0
mask.WriteArray(pixels)'
encoded() { # OPTION...: how often a pixel of the source ms is encoded
    expect_status 0 "${classify[@]}" --debug S2RGF -tile 16 -threads 1 -overwrite "$@" encoded.tif
    sed -n 's/.*source ms: .*encoded \(.*\) times$/\1/p' "$stderr"
}
part=$(encoded -mask top.tif)
all=$(encoded)
awk "BEGIN { exit !($part > 0 && 4 * $part < $all) }" || fail "a row of tiles is encoded $part times, all $all times"

# ---- masks that do not fit, or are none
gdal_translate -q -srcwin 0 0 100 100 all.tif part.tif
gdal_translate -q -a_srs EPSG:32632 all.tif zone.tif
gdal_translate -q -a_ullr 0 800 960 0 all.tif moved.tif
gdal_translate -q -b 1 -b 1 all.tif two.tif
echo "not a raster" > text.tif
keep_files
refused() { # STATUS MASK TEXT...
    local wanted=$1 mask=$2 text
    shift 2
    expect_status "$wanted" "${classify[@]}" -mask "$mask" map.tif
    for text in "$mask" "$@"; do expect_in "$stderr" "$text"; done
    expect_files_kept "-mask $mask"
}
refused 3 part.tif "expected 192 x 160, found 100 x 100"
refused 3 zone.tif "another CRS" "EPSG:32632"
refused 3 moved.tif "lies elsewhere"
refused 1 two.tif "expected one band, found 2"
refused 1 text.tif
refused 1 absent.tif
expect_status 1 "${classify[@]}" -mask all.tif -overwrite all.tif
expect_in "$stderr" "all.tif: is an input"
expect_status 1 "${classify[@]}" -mask all.tif -overwrite -conf all.tif map.tif
expect_in "$stderr" "all.tif: is an input"
expect_files_kept "an output that is the mask"
