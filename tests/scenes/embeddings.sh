#!/usr/bin/env bash
# Rasters that are no images: embeddings of 64 bands in int8, each with a scale of its own, beside bands and elevation.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/tools/scenes.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need_python osgeo.gdal numpy

"$PYTHON" - << 'P' || fail "cannot make the rasters"
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
ms = gdal.Open("scene/ms.tif")
truth = gdal.Open("scene/truth.tif").ReadAsArray()
W, H, t = ms.RasterXSize, ms.RasterYSize, ms.GetGeoTransform()
rng = np.random.default_rng(7)
BANDS = 64
directions = rng.normal(0, 1, (truth.max() + 1, BANDS))
values = directions[truth][::2, ::2].transpose(2, 0, 1) + rng.normal(0, 1, (BANDS, H // 2, W // 2))
scales = np.geomspace(0.002, 0.5, BANDS).round(6)
codes = np.clip(np.round(values / np.abs(values).max((1, 2))[:, None, None] * 127), -127, 127).astype(int)

def create(name, bands, kind, factor, options=()):
    made = gdal.GetDriverByName("GTiff").Create(name, W // factor, H // factor, bands, kind, list(options))
    made.SetGeoTransform((t[0], t[1] * factor, 0, t[3], 0, t[5] * factor))
    made.SetProjection(ms.GetProjection())
    return made

int8 = getattr(gdal, "GDT_Int8", None)  # of GDAL 3.7 and later
coded = create("int8.tif", BANDS, int8 or gdal.GDT_Byte, 2, () if int8 else ("PIXELTYPE=SIGNEDBYTE",))
plain = create("float.tif", BANDS, gdal.GDT_Float32, 2)
for b in range(BANDS):
    band = coded.GetRasterBand(b + 1)
    band.WriteArray(codes[b] if int8 else codes[b].astype(np.int8).view(np.uint8))
    band.SetScale(float(scales[b]))
    band.SetNoDataValue(-128)
    plain.GetRasterBand(b + 1).WriteArray((codes[b] * scales[b]).astype(np.float32))
x, y = np.meshgrid(np.arange(W // 4), np.arange(H // 4))
create("dem.tif", 1, gdal.GDT_Float32, 4).WriteArray((800 + 5 * x + 300 * np.sin(y / 9)).astype(np.float32))
np.save("expected.npy", [(codes[b] * scales[b]).mean() for b in range(BANDS)])
P

learn=(s2rgf_train -q -overwrite -labels scene/labels.gpkg -l train -a class -c 16 -steps 20 -batch 2 -crop 32 -val 0 -threads 1)
map=(s2rgf_classify -q -overwrite -noqml -m model.s2rgf -i ms=scene/ms.tif -i dem=dem.tif)
expect_status 0 "${learn[@]}" -i ms=scene/ms.tif -i dem=dem.tif -i emb=int8.tif -source_dropout 0.2 model.s2rgf
s2rgf_info -json model.s2rgf > model.json
"$PYTHON" - << 'P' || fail "other numbers than the codes times their scales"
import json
import numpy as np
emb, = [s for s in json.load(open("model.json"))["sources"] if s["name"] == "emb"]
assert np.allclose([b["mean"] for b in emb["bands"]], np.load("expected.npy"), rtol=1e-4, atol=1e-5)
P
# the map is that of the numbers that the codes stand for
expect_silence "${map[@]}" -i emb=int8.tif coded.tif
expect_silence "${map[@]}" -i emb=float.tif plain.tif
same_pixels coded.tif plain.tif
# and the embeddings serve: without the bands that tell nothing, most pixels are right
"$PYTHON" -c '
from osgeo import gdal
a, truth = gdal.Open("coded.tif").ReadAsArray(), gdal.Open("scene/truth.tif").ReadAsArray()
assert (a == truth).mean() > 0.8, (a == truth).mean()' || fail "hardly a pixel is right"

# Longitudes that differ by a turn are one place, for a reference grid of metres and for one of degrees.
"$PYTHON" - << 'P' || fail "cannot make the rasters"
from osgeo import gdal
gdal.UseExceptions()
for path, name in ("scene/ms.tif", "ms"), ("dem.tif", "dem"):
    gdal.Warp(f"{name}_west.tif", path, dstSRS="EPSG:4326", dstNodata=0)
    turned = gdal.GetDriverByName("GTiff").CreateCopy(f"{name}_east.tif", gdal.Open(f"{name}_west.tif"))
    transform = turned.GetGeoTransform()
    turned.SetGeoTransform((transform[0] + 360, *transform[1:]))
P
expect_silence "${learn[@]}" -i ms=scene/ms.tif -i dem=dem.tif model.s2rgf
for ms in scene/ms ms_west; do
    map=(s2rgf_classify -q -overwrite -noqml -m model.s2rgf -i ms=$ms.tif)
    expect_silence "${map[@]}" -i dem=dem_west.tif west.tif
    expect_silence "${map[@]}" -i dem=dem_east.tif east.tif
    same_pixels west.tif east.tif
done
