#!/usr/bin/env bash
# -qa: quality layers on grids of their own do what nodata in the sources does, in every program, by values and bits.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/tools/scenes.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
. "$top_srcdir/tests/tools/plugin.sh"
need_python osgeo.gdal numpy

"$PYTHON" - << 'P' || fail "cannot make the layers"
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
ms = gdal.Open("scene/ms.tif")
t, srs = ms.GetGeoTransform(), ms.GetProjection()
H, W = ms.RasterYSize, ms.RasterXSize
rng = np.random.default_rng(5)
# pixels twice as large, that begin half of one further left and up, and end before the scene does
side, x0, y0 = 2 * t[1], t[0] - t[1], t[3] + t[1]
h, w = H // 2 - 4, W // 2 + 1
values = np.repeat(np.repeat(rng.choice([1, 3, 4, 5, 7], (h // 4 + 1, w // 4 + 1)), 4, 0), 4, 1)[:h, :w]

def write(name, a, kind, nodata=None, nominal=None):
    ds = gdal.GetDriverByName("GTiff").Create(name, a.shape[1], a.shape[0], 1, kind)
    ds.SetGeoTransform((x0, side, 0, y0, 0, -side))
    ds.SetProjection(srs)
    ds.WriteArray(a)
    if nodata is not None:
        ds.GetRasterBand(1).SetNoDataValue(nodata)
    if nominal:
        ds.GetRasterBand(1).SetScale(nominal)

good = np.isin(values, (4, 5, 7))
write("scl.tif", values, gdal.GDT_Byte, nodata=4, nominal=0.5)
# bits 3 and 17 say what the values 3 and 1 do; others are set at random
words = np.where(values == 3, 1 << 3, 0) + np.where(values == 1, 1 << 17, 0)
write("bits.tif", words + rng.choice([0, 1 << 6, 1 << 20], words.shape), gdal.GDT_UInt32)
write("holes.tif", np.where(values == 3, 99, np.where(values == 1, 8, 0)), gdal.GDT_Byte, nodata=99)
gdal.Translate("two.tif", gdal.Open("scl.tif"), bandList=[1, 1])
gdal.Warp("degrees.tif", gdal.Open("scl.tif"), dstSRS="EPSG:4326", xRes=1e-5, yRes=1e-5, srcNodata="none",
          resampleAlg="near", dstNodata=99)
write("elsewhere.tif", values, gdal.GDT_Byte)
gdal.Open("elsewhere.tif", gdal.GA_Update).SetGeoTransform((x0 + 1e5, side, 0, y0, 0, -side))
# the same as nodata in the sources: where the layer's pixel under the centre is bad, or there is none
for name in ("ms", "hs"):
    from_ = gdal.Open(f"scene/{name}.tif")
    made = gdal.GetDriverByName("GTiff").CreateCopy(f"scene/{name}_masked.tif", from_)
    g = from_.GetGeoTransform()
    column = np.floor((g[0] + g[1] * (np.arange(from_.RasterXSize) + 0.5) - x0) / side).astype(int)
    row = np.floor((y0 - g[3] - g[5] * (np.arange(from_.RasterYSize) + 0.5)) / side).astype(int)
    inside = ((row >= 0) & (row < h))[:, None] & ((column >= 0) & (column < w))[None]
    valid = inside & good[np.clip(row, 0, h - 1)][:, np.clip(column, 0, w - 1)]
    assert 0 < valid.mean() < 1 and not inside.all()
    for b in range(1, from_.RasterCount + 1):
        band = made.GetRasterBand(b)
        a = from_.GetRasterBand(b).ReadAsArray()
        nodata = from_.GetRasterBand(b).GetNoDataValue()
        nodata = -9999 if nodata is None else nodata
        a[~valid] = nodata
        band.WriteArray(a)
        band.SetNoDataValue(nodata)
P

masked=(-i ms=scene/ms_masked.tif -i hs=scene/hs_masked.tif)
layer=(-i scl=scl.tif -qa scl=4,5-7)
"${train[@]}" -q -val 0 model.s2rgf
map=(s2rgf_classify -q -overwrite -noqml -m model.s2rgf)

# ---- mapping: the pixels of nodata in the sources, and only those are lost
expect_silence "${map[@]}" "${sources[@]}" whole.tif
expect_silence "${map[@]}" "${masked[@]}" expected.tif
"$PYTHON" -c '
from osgeo import gdal
whole, expected = (gdal.Open(n).ReadAsArray() for n in ("whole.tif", "expected.tif"))
assert 0.1 < (expected == 0).mean() - (whole == 0).mean() < 0.9' || fail "the masked sources tell nothing"
expect_silence "${map[@]}" "${sources[@]}" "${layer[@]}" values.tif
same_pixels expected.tif values.tif
expect_silence "${map[@]}" -i qa=bits.tif "${sources[@]}" -qa qa=nobits:0-3,17 bits_map.tif
same_pixels expected.tif bits_map.tif
# with bits, nodata is not valid; with a list of values the list decides
expect_silence "${map[@]}" "${sources[@]}" -i qa=holes.tif -qa qa=nobits:3 holes_map.tif
same_pixels expected.tif holes_map.tif
# two layers, or one twice: both must agree
expect_silence "${map[@]}" "${sources[@]}" -i qa=bits.tif -i scl=scl.tif -qa qa=nobits:3 -qa scl=3-7 both.tif
same_pixels expected.tif both.tif
# of one source alone, the other stays whole: pixels are lost where the one is masked
expect_silence "${map[@]}" "${sources[@]}" -i scl=scl.tif -qa ms:scl=4,5,7 one.tif
expect_silence "${map[@]}" -i ms=scene/ms_masked.tif -i hs=scene/hs.tif one_expected.tif
same_pixels one_expected.tif one.tif
# tiles, threads and windows do not show, nor does it matter how the sources are read
expect_silence "${map[@]}" "${sources[@]}" "${layer[@]}" -tile 48 -threads 2 tiles.tif
same_pixels expected.tif tiles.tif
expect_silence "${map[@]}" "${sources[@]}" "${layer[@]}" -srcwin 37 41 90 70 window.tif
gdal_translate -q -srcwin 37 41 90 70 expected.tif cut.tif
same_pixels cut.tif window.tif
# another CRS, by the nearest pixel: nearly the same
expect_silence "${map[@]}" "${sources[@]}" -i scl=degrees.tif -qa scl=4,5,7 degrees_map.tif
"$PYTHON" -c '
from osgeo import gdal
a, b = (gdal.Open(n).ReadAsArray() == 0 for n in ("expected.tif", "degrees_map.tif"))
assert (a != b).mean() < 0.05, (a != b).mean()' || fail "a layer in degrees lies elsewhere"

# ---- training: statistics and labels of valid pixels
facts() {
    s2rgf_info -json "$1" | "$PYTHON" -c '
import json, sys
d = json.load(sys.stdin)
print([(b["mean"], b["std"]) for s in d["sources"] for b in s["bands"]], d["training"]["train_pixels"])'
}
expect_status 0 "${train[@]}" -q -val 0 "${layer[@]}" by_layer.s2rgf
expect_status 0 s2rgf_train -q "${masked[@]}" "${train[@]:5}" -val 0 by_nodata.s2rgf
[ "$(facts by_layer.s2rgf)" = "$(facts by_nodata.s2rgf)" ] || fail "trained on other pixels than without those of nodata"
[ "$(facts by_layer.s2rgf)" != "$(facts model.s2rgf)" ] || fail "a layer changed nothing"
[ "$(s2rgf_info -json by_layer.s2rgf | grep -c '"name": "scl"')" -eq 0 ] || fail "the layer became a source"

# ---- many scenes, suggestions, scene files
mkdir tiles
for name in a b; do
    ln scene/ms.tif "tiles/${name}_ms.tif"
    ln scene/hs.tif "tiles/${name}_hs.tif"
    ln scl.tif "tiles/${name}_scl.tif"
done
many=(-scenes tiles -i 'ms={}_ms.tif' -i 'hs={}_hs.tif' -i 'scl={}_scl.tif' -qa scl=4,5,7)
expect_silence "${map[@]}" "${many[@]}" '{}.tif'
same_pixels expected.tif a.tif
same_pixels expected.tif b.tif
expect_status 0 s2rgf_train -q "${many[@]}" "${train[@]:5}" -val 0 many.s2rgf
expect_status 0 s2rgf_suggest -q -m model.s2rgf "${sources[@]}" "${layer[@]}" -n 20 places.gpkg
"$PYTHON" -c '
from osgeo import gdal, ogr
ds = gdal.Open("expected.tif")
t, a = ds.GetGeoTransform(), ds.ReadAsArray()
places = ogr.Open("places.gpkg")
points = [f.geometry().Clone() for f in places.GetLayer()]
assert len(points) >= 5, len(points)
assert all(a[int((p.GetY() - t[3]) / t[5]), int((p.GetX() - t[0]) / t[1])] for p in points)' ||
    fail "places where nothing is valid"
expect_silence "${map[@]}" "${sources[@]}" "${layer[@]}" -write_scene elsewhere.s2rgf.json
expect_in elsewhere.s2rgf.json '"scl=4,5-7"'
if [ -e "$plugin" ]; then
    gdal gdal_translate -q elsewhere.s2rgf.json lazy.tif
    same_pixels expected.tif lazy.tif
fi

# ---- what cannot be meant
keep_files
refused() { # TEXT OPTION...
    local text=$1
    shift
    expect_status 1 "${map[@]}" "${sources[@]}" "$@" refused.tif
    expect_in "$stderr" "$text"
    expect_files_kept "$@"
}
refused "no input is called scl: expected -i scl=FILE" -qa scl=4
refused "no input is called nir" -i scl=scl.tif -qa nir:scl=4
refused "expected one band, found 2" -i scl=two.tif -qa scl=4
refused "expected a source before the colon" -i scl=scl.tif -i qa=bits.tif -qa qa:scl=4 -qa qa=nobits:1
refused "scl.tif" -i scl=absent_scl.tif -qa scl=4
refused "no source: expected at least one raster" -qa ms=1 -qa hs=1
for rule in scl scl= =4 scl=4, scl=,4 scl=4.5 scl=a scl=7-4 scl=nobits: scl=nobits:32 scl=nobits:-1 scl=bits:3 \
    scl=0x4 :scl=4 ms:=4 scl=4- "scl=4 5" scl=99999999999; do
    refused "-qa $rule: expected a layer with the values that are valid" -i scl=scl.tif -qa "$rule"
done
refused "quality layer scl: scl.tif: expected bits from 0 to 7, as Byte has them, found 8" -i scl=scl.tif -qa scl=nobits:3,8-9
# nothing valid: told with the values there are
told() { # LAYER VALUES TEXT...
    local layer=$1 values=$2 text
    shift 2
    expect_status 0 s2rgf_classify -overwrite -noqml -m model.s2rgf "${sources[@]}" -i "scl=$layer" -qa "scl=$values" none.tif
    for text; do expect_in "$stderr" "$text"; done
}
told scl.tif 20,30 "quality layer scl (scl.tif): no pixel of source ms is valid by 20,30" "1, 3, 4, 5, 7"
told elsewhere.tif 1-7 "quality layer scl (elsewhere.tif): no pixel of source hs is valid" "does not lie over the source"
expect_status 1 "${train[@]}" -q -val 0 -i scl=scl.tif -qa scl=20 refused.s2rgf
expect_in "$stderr" "no pixel of source ms is valid by 20"
expect_no_file refused.s2rgf
