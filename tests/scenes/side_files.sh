#!/usr/bin/env bash
# Files beside a raster count in a run of many scenes as in one of their own, and GDAL is not made to list the folder for
# each.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/scenes/scenes.sh"

rm tiles/*_ms.tif
for name in a b c d; do cp scene/ms.tif "tiles/${name}_ms.tif"; done
"$PYTHON" - << 'END'
import os

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "NO")
# a: a mask; b: nodata, known to the .aux.xml alone; c: a world file in capitals, all else in the .aux.xml
raster = gdal.Open("tiles/a_ms.tif", gdal.GA_Update)
raster.CreateMaskBand(gdal.GMF_PER_DATASET)
mask = np.full((raster.RasterYSize, raster.RasterXSize), 255, np.uint8)
mask[:9, :7] = 0
raster.GetRasterBand(1).GetMaskBand().WriteArray(mask)
raster = gdal.Open("scene/ms.tif")
bare = gdal.Translate("tiles/b_ms.tif", raster, noData="none")
bare = None
bare = gdal.Open("tiles/b_ms.tif")
for number in range(1, bare.RasterCount + 1):
    bare.GetRasterBand(number).SetNoDataValue(0)
bare = None
place = raster.GetGeoTransform()
bare = gdal.GetDriverByName("GTiff").CreateCopy("tiles/c_ms.tif", raster, options=["PROFILE=BASELINE"])
bare = None
os.remove("tiles/c_ms.tif.aux.xml")
bare = gdal.Open("tiles/c_ms.tif")
bare.SetProjection(raster.GetProjection())
for number in range(1, bare.RasterCount + 1):
    bare.GetRasterBand(number).SetNoDataValue(0)
    bare.GetRasterBand(number).SetScale(raster.GetRasterBand(number).GetScale())
bare = None
with open("tiles/c_ms.TFW", "w") as file:
    for value in (place[1], place[4], place[2], place[5], place[0] + place[1] / 2, place[3] + place[5] / 2):
        print(f"{value:.10f}", file=file)
END
expect_file tiles/a_ms.tif.msk tiles/{b,c}_ms.tif.aux.xml

"${many[@]}" -overwrite 'maps/{}.tif' 2> told || fail "$(cat told)"
for name in a b c d; do
    # shellcheck disable=SC2046 # several words
    s2rgf_classify -q -m model.s2rgf $(scene_of "$name") "one_$name.tif" 2>> told || fail "$(cat told)"
    "$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" "one_$name.tif" "maps/$name.tif"
done
! "$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" one_a.tif one_d.tif > told 2>&1 || fail "the mask says nothing"
for name in b c; do "$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" one_d.tif "one_$name.tif"; done
rm tiles/b_ms.tif.aux.xml
expect_status 0 s2rgf_classify -overwrite -m model.s2rgf -i ms=tiles/b_ms.tif -i hs=tiles/b_hs.tif one_b.tif
! "$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" one_b.tif one_d.tif > told 2>&1 || fail "the .aux.xml says nothing"

# listings SCENES: how often their folder is listed when so many are mapped.
listings() {
    head -"$1" names > list
    rm -rf maps && mkdir maps
    # leaks cannot be looked for in a process that is traced
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -y -e trace=getdents64 -o calls s2rgf_classify -q -threads 1 -m model.s2rgf -i 'ms=tiles/{}_ms.tif' \
        -i 'hs=tiles/{}_hs.tif' -scenes list 'maps/{}.tif' 2> told || fail "$(cat told)"
    grep -c '/tiles>' calls || true
}

if command -v strace > /dev/null && strace -o /dev/null true 2> /dev/null; then
    printf '%s\n' d b a > names
    few=$(listings 1) more=$(listings 3)
    [ "$few" -eq "$more" ] || fail "their folder is listed $few times for one scene, $more times for three"
fi
