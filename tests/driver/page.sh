#!/usr/bin/env bash
# Every command of docs/gdal.md runs, in its order; those of GDAL's own program where there is one.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/driver/driver.sh"
need gdal_calc.py gdal_polygonize.py gdallocationinfo

# the files that the page speaks of
cp model.s2rgf city.s2rgf
cp scene/hs.tif hs.tif
cp scene/ms.tif ms.tif
cp scene/labels.gpkg labels.gpkg
for half in west east; do
    window=(0 0 300 520)
    [ "$half" = west ] || window=(300 0 300 520)
    gdal_translate -q -srcwin "${window[@]}" ms.tif "$half.tif"
    expect_silence s2rgf_classify -q -m city.s2rgf -i ms=$half.tif -i hs=hs.tif -write_scene $half.s2rgf.json
done

sed -n 's/^    //p' "$top_srcdir/docs/gdal.md" > commands.sh
[ "$(grep -cE '^(gdal|s2rgf_)' commands.sh)" -ge 15 ] || fail "hardly a command found in docs/gdal.md"
type -P gdal > /dev/null || sed -i '/^gdal /d' commands.sh
mkdir bin
ln -s "$PYTHON" bin/python3
PATH=$PWD/bin:$PATH
expect_status 0 gdal bash -euo pipefail commands.sh
expect_file window.tif city_cog.tif city_4326.tif meadow.tif city.gpkg across.tif view.png coarse.tif

# and gives what the same commands give of a map that is written
same_pixels map.tif city_cog.tif
if type -P gdal > /dev/null; then
    same_pixels map.tif city.tif
    same_pixels map.tif piped.tif
fi
same_pixels -srcwin 100 200 100 100 map.tif window.tif
gdal_translate -q -outsize 25% 0 map.tif expected.tif
same_pixels expected.tif exact.tif
gdalwarp -q -tr 20 20 -r mode -ovr NONE map.tif expected_coarse.tif
same_pixels expected_coarse.tif coarse.tif
