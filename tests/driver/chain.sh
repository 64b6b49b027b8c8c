#!/usr/bin/env bash
# A lazy map in chains of GDAL's programs: what they make of it is what they make of the written map.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/driver/driver.sh"

# both OUTPUT COMMAND... MAP...: run it on the lazy map and on the written one, MAP standing for either.
both() {
    local output=$1
    shift
    expect_silence gdal "${@//MAP/map.s2rgf.json}" "lazy_$output"
    expect_silence "${@//MAP/map.tif}" "written_$output"
    same_pixels "written_$output" "lazy_$output"
}
both copy.tif gdal_translate -q -co TILED=YES -co COMPRESS=DEFLATE MAP
both copy.cog.tif gdal_translate -q -of COG -co OVERVIEWS=IGNORE_EXISTING MAP
both copy.png gdal_translate -q -of PNG MAP
both warped.tif gdalwarp -q -multi -wo NUM_THREADS=4 -t_srs EPSG:4326 -r near -ovr NONE MAP
both mode.tif gdalwarp -q -multi -tr 20 20 -r mode -ovr NONE MAP
both cut.tif gdalwarp -q -te 400500 5798000 402000 5799500 MAP

# a program that goes to another folder between two reads
expect_silence gdal "$PYTHON" -c '
import os
from osgeo import gdal
gdal.UseExceptions()
before, lazy = gdal.Open("map.s2rgf.json"), gdal.Open("map.s2rgf.json")
overview = before.GetRasterBand(1).GetOverview(0).ReadAsArray()
os.chdir("/")
assert (lazy.GetRasterBand(1).GetOverview(0).ReadAsArray() == overview).all()'

# overviews of a COG: exact ones on request
gdal "$PYTHON" - << 'END' || fail "overviews of the COG differ"
from osgeo import gdal
gdal.UseExceptions()
lazy, written = gdal.Open("lazy_copy.cog.tif"), gdal.Open("written_copy.cog.tif")
a, b = lazy.GetRasterBand(1), written.GetRasterBand(1)
assert a.GetOverviewCount() == b.GetOverviewCount() > 0
for level in range(a.GetOverviewCount()):
    assert (a.GetOverview(level).ReadAsArray() == b.GetOverview(level).ReadAsArray()).all(), level
END

# a palette and names survive
expect_status 0 gdalinfo lazy_copy.tif
expect_in "$stdout" "NoData Value=0"
expect_in "$stdout" "1: 27,107,42,255"
expect_in "$stdout" "1: forest"

# a mosaic of two scenes, lazy to its end: the halves of this one, each mapped from its own rasters
for half in west east; do
    window=(0 0 300 520)
    [ "$half" = west ] || window=(300 0 300 520)
    gdal_translate -q -srcwin "${window[@]}" scene/ms.tif "$half.tif"
    expect_silence s2rgf_classify -q -m model.s2rgf -i ms=$half.tif -i hs=scene/hs.tif -noqml \
        -write_scene $half.s2rgf.json ${half}_map.tif
done
expect_status 0 gdal gdalbuildvrt -q lazy.vrt west.s2rgf.json east.s2rgf.json
expect_status 0 gdalbuildvrt -q written.vrt west_map.tif east_map.tif
expect_status 0 gdal gdalinfo lazy.vrt
[ "$(computed gdalinfo lazy.vrt)" = "" ] || fail "a VRT over lazy maps computes them"
[ "$(computed gdal_translate -q -srcwin 10 10 50 50 lazy.vrt part.tif)" = 0:1 ] || fail "a window of the VRT"
same_pixels written.vrt lazy.vrt

# arithmetic
if command -v gdal_calc.py > /dev/null; then
    for map in map.s2rgf.json map.tif; do
        expect_status 0 gdal gdal_calc.py --quiet -A $map --calc "(A==2)*100" --NoDataValue 255 \
            --outfile "calc_$map.tif"
    done
    same_pixels calc_map.tif.tif calc_map.s2rgf.json.tif
fi

# a lazy map as a source of s2rgf's own programs
expect_status 0 s2rgf_assess map.tif -labels scene/truth.tif
cp "$stdout" written
expect_status 0 gdal s2rgf_assess map.s2rgf.json -labels scene/truth.tif
diff <(sed 's/map\.[a-z0-9.]*//' written) <(sed 's/map\.[a-z0-9.]*//' "$stdout") ||
    fail "s2rgf_assess sees another map"
