#!/usr/bin/env bash
# Products as agencies deliver them: one -i each. Small synthetic products with the structure of the real ones.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/tools/scenes.sh"
need_python osgeo.gdal numpy
gdalinfo --formats > formats.txt
grep -q SENTINEL2 formats.txt && grep -q JP2OpenJPEG formats.txt || skip "GDAL has no drivers for Sentinel-2 and JPEG 2000"

"$PYTHON" "$top_srcdir/tests/tools/make_products.py" products || fail "cannot make the products"
landsat=$(echo products/landsat/*_MTL.txt)
enmap=$(echo products/enmap/*METADATA.XML)
learn=(s2rgf_train -overwrite -labels products/labels.gpkg -a class -val 0 -c 16 -batch 2 -crop 32 -threads 1)
map=(s2rgf_classify -q -overwrite -noqml -m model.s2rgf)

# sources: name, number of bands, wavelength of the first, and whether all means are reflectances
sources() {
    s2rgf_info -json model.s2rgf | "$PYTHON" -c '
import json, sys
for s in json.load(sys.stdin)["sources"]:
    means = [b["mean"] for b in s["bands"]]
    print(s["name"], len(means), s["bands"][0]["name"], s["bands"][0]["wavelength_nm"], 0.02 < min(means) and max(means) < 0.9)'
}
# right FILE LEAST: the map has the right class nearly everywhere but under the cloud, where it has what must be there:
# 0 with a quality layer; above, beyond the swath, there is nothing
right() {
    "$PYTHON" - "$1" "$2" << 'P' || fail "$1 is another map"
import sys
import numpy as np
from osgeo import gdal
ds = gdal.Open(sys.argv[1])
a, (left, pixel, _, top, _, _) = ds.ReadAsArray(), ds.GetGeoTransform()
x, y = np.meshgrid(left - 600000 + (np.arange(a.shape[1]) + 0.5) * pixel,
                   5700000 - top + (np.arange(a.shape[0]) + 0.5) * pixel)
cloud = (x >= 960) & (x < 1680) & (y >= 240) & (y < 840)
names = ds.GetRasterBand(1).GetCategoryNames()
truth = np.where(x // 320 % 2 == 0, names.index("forest"), names.index("soil"))
swath = (y > 120) & (y < 1920) & (x > 0) & (x < 1920)
assert not a[y < 60].any()
assert (a[cloud] == 0).all() == (sys.argv[2] == "masked"), a[cloud].mean()
found = (a == truth)[swath & ~cloud].mean()
assert found > 0.9, found
P
}

# ---- Sentinel-2
expect_status 0 "${learn[@]}" -steps 20 -i s2=products/s2.SAFE -qa s2_scl=4-7,11 model.s2rgf
[ "$(sources)" = "s2_10m 4 B04 665 True
s2_20m 6 B05 705 True
s2_60m 2 B01 443 True" ] || fail "other sources: $(sources)"
expect_silence "${map[@]}" -i s2=products/s2.SAFE -qa s2_scl=4-7,11 s2.tif
right s2.tif masked
expect_silence "${map[@]}" -i s2=products/s2.SAFE/MTD_MSIL2A.xml s2_all.tif
right s2_all.tif whole
# as it is, and with the scale of its metadata: bands by themselves, made as the table in docs/products.md says
granule=products/s2.SAFE/GRANULE/*/IMG_DATA
for name in 10m:B02,B03,B04,B08 20m:B05,B06,B07,B8A,B11,B12 60m:B01,B09; do
    pixel=${name%:*}
    for band in $(tr , ' ' <<< "${name#*:}"); do
        # shellcheck disable=SC2086 # a pattern
        gdal_translate -q -of VRT -a_nodata 0 -a_scale 0.0001 -a_offset -0.1 $granule/R$pixel/*_${band}_$pixel.jp2 "$band.vrt"
        by_hand+=(-i "s2_$pixel=$band.vrt")
    done
done
expect_status 0 s2rgf_classify -q -overwrite -noqml -m model.s2rgf "${by_hand[@]}" s2_hand.tif
same_pixels s2_all.tif s2_hand.tif
# the layer by its short name
expect_silence "${map[@]}" -i s2=products/s2.SAFE -qa scl=4-7,11 s2_short.tif
same_pixels s2.tif s2_short.tif
expect_status 1 "${map[@]}" -i s2=products/s2.SAFE -qa scl2=4 refused.tif
expect_in "$stderr" "no input is called scl2"
expect_silence "${map[@]}" -i s2=products/s2.SAFE -threads 2 -tile 32 s2_tiles.tif
same_pixels s2_all.tif s2_tiles.tif

# ---- Landsat, by folder and by MTL
bits=(-qa ls_qa_pixel=nobits:0,1,3,4)
expect_status 0 "${learn[@]}" -steps 20 -i ls=products/landsat "${bits[@]}" model.s2rgf
[ "$(sources)" = "ls 7 B1 443 True" ] || fail "other sources: $(sources)"
expect_silence "${map[@]}" -i "ls=$landsat" "${bits[@]}" ls.tif
right ls.tif masked
expect_silence "${map[@]}" -i ls=products/landsat ls_all.tif
right ls_all.tif whole

# ---- EnMAP, by folder, metadata and image
expect_status 0 "${learn[@]}" -steps 20 -i hs=products/enmap -qa hs_cloud=0 model.s2rgf
expect_in "$stderr" "bands 20 to 22 (1405.96 to 1509.91 nm): left out, without any valid pixel"
[ "$(sources)" = "hs 37 band 1 418.4 True" ] || fail "other sources: $(sources)"
for path in products/enmap "$enmap" "${enmap%METADATA.XML}SPECTRAL_IMAGE.TIF"; do
    expect_silence "${map[@]}" -i "hs=$path" -qa hs_cloud=0 hs.tif
    right hs.tif masked
done

# ---- together, many, and in a scene file
ln -s products 2021
ln -s products 2022
both=(-i 's2={}/s2.SAFE' -i 'hs={}/enmap' -qa s2_scl=4-7,11 -qa hs:hs_cloud=0)
printf '2021\n2022\n' > list.txt
expect_status 0 "${learn[@]}" -steps 4 -scenes list.txt "${both[@]}" model.s2rgf
[ "$(sources | wc -l)" -eq 4 ] || fail "other sources: $(sources)"
expect_silence "${map[@]}" -scenes list.txt "${both[@]}" '{}.tif'
same_pixels 2021.tif 2022.tif
expect_silence "${map[@]}" -i s2=products/s2.SAFE -i hs=products/enmap -qa s2_scl=4-7,11 -qa hs_cloud=0 -write_scene a.s2rgf.json
expect_in a.s2rgf.json '"products/s2.SAFE"'

# ---- a real product of level 1, Collection 1, with a panchromatic band; some of its bands are missing
real=("$S2RGF_TEST_DATA"/landsat_pan/LC08*_MTL.txt)
if [ -e "${real[0]}" ]; then
    "$PYTHON" - "${real[0]%_MTL.txt}_B2.TIF" << 'P'
import sys
import numpy as np
from osgeo import gdal
ds = gdal.GetDriverByName("GTiff").CreateCopy("bright.tif", gdal.Open(sys.argv[1]))
a = ds.ReadAsArray()
ds.WriteArray(1 + (a > np.median(a)))
P
    expect_status 0 s2rgf_train -q -labels bright.tif -val 0 -c 16 -batch 1 -crop 32 -steps 2 -threads 1 -overwrite \
        -i "ls=${real[0]}" model.s2rgf
    [ "$(sources)" = "ls 7 B1 443 True
ls_pan 1 B8 590 True" ] || fail "other sources: $(sources)"
    expect_status 1 s2rgf_train -q -labels bright.tif -i "ls=$(dirname "${real[0]}")" refused.s2rgf
    expect_in "$stderr" "holds several products"
fi

# ---- products that lack something
refused() { # INPUT TEXT...
    local input=$1 text
    shift
    expect_status 1 "${learn[@]}" -steps 1 -i "$input" refused.s2rgf
    for text; do expect_in "$stderr" "$text"; done
    expect_no_file refused.s2rgf
}
cp -r products broken
sed -i 's/BOA_QUANTIFICATION/OTHER_QUANTIFICATION/g' broken/s2.SAFE/MTD_MSIL2A.xml
refused s2=broken/s2.SAFE "MTD_MSIL2A.xml" "BOA_QUANTIFICATION_VALUE"
echo "<no" > broken/s2.SAFE/MTD_MSIL2A.xml
refused s2=broken/s2.SAFE "MTD_MSIL2A.xml" "expected XML"
sed -i '/REFLECTANCE_ADD_BAND_3 /d' broken/landsat/*_MTL.txt
refused ls=broken/landsat "_MTL.txt: no scale of band 3"
sed -i 's/OLI_TIRS/MSS/' broken/landsat/*_MTL.txt
refused ls=broken/landsat "SENSOR_ID of Landsat 4 to 9" "MSS"
cp "$landsat" broken/landsat/
gdal_translate -q -outsize 50% 50% products/landsat/*_SR_B3.TIF other.tif
mv other.tif "$(echo broken/landsat/*_SR_B3.TIF)"
refused ls=broken/landsat "_SR_B3.TIF: expected 64 x 64 pixels, as in the bands before, found 32 x 32"
rm broken/landsat/*_SR_B?.TIF
refused ls=broken/landsat "none of the bands that it names is there"
sed -i '/bandID number="40"/d' broken/enmap/*METADATA.XML
refused hs=broken/enmap "expected the 40 bands of" "found 39"
refused s2=absent.SAFE "absent.SAFE"
mkdir empty.SAFE
refused s2=empty.SAFE "empty.SAFE: cannot be opened as a raster: it is a folder without a known product"

# ---- every command of the page
[ -e products/EMIT_L2A_RFL_001.nc ] || skip "GDAL writes no netCDF (the other products hold)"
. "$top_srcdir/tests/tools/page.sh"
mkdir page
cd page
mv ../products/s2.SAFE S2A_MSIL2A_20210704T101031_N0400_R022_T33UUT_20210704T131415.SAFE
ln -s ../products/landsat LC09_L2SP_193024_20220704_20220706_02_T1
ln -s ../products/enmap ENMAP01-____L2A-DT0000001234
ln -s ../products/*.nc ../products/*.he5 ../products/labels.gpkg "$top_srcdir/samples/spectral_product.py" .
run_page products.md 6
for name in sentinel2 landsat enmap; do right "$name.tif" masked; done
for name in emit prisma; do
    expect_silence s2rgf_classify -q -noqml -m "$name.s2rgf" -i "hs=$name.tif" "${name}_map.tif"
    right "${name}_map.tif" whole
    expect_status 0 s2rgf_info "$name.s2rgf"
    expect_in "$stdout" "22 bands"
done
expect_file both.s2rgf year.s2rgf
cp emit.tif before.tif
expect_status 1 python3 spectral_product.py EMIT_L2A_RFL_001.nc emit.tif
expect_in "$stderr" "emit.tif: exists already"
expect_same before.tif emit.tif
expect_status 1 python3 spectral_product.py labels.gpkg none.tif
expect_in "$stderr" "labels.gpkg: not a file of many dimensions"
expect_not_in "$stderr" "Traceback"
expect_no_file none.tif
