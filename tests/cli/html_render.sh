#!/usr/bin/env bash
# Chromium shows a report: the map in its colours and proportions, bars and matrices; and prints it. What does not
# depend on a browser is in html.sh.
. "$(dirname "$0")/../tools/lib.sh"
need_python osgeo numpy
need chromium
[ "$(id -u)" -ne 0 ] || sandbox=--no-sandbox # Chromium refuses to run as root with it

cat > make.py << 'END'
import numpy as np
from osgeo import gdal, osr
gdal.UseExceptions()
srs = osr.SpatialReference()
srs.ImportFromEPSG(32633)
map_ = np.repeat([1, 1, 2, 3], 60).astype("u1") * np.ones((180, 1), "u1")
map_[:45] = 0
truth = map_.copy()
truth[100:120] = 3
colours = {1: (230, 159, 0), 2: (0, 114, 178), 3: (204, 121, 167)}
for name, values in ("map.tif", map_), ("truth.tif", truth):
    out = gdal.GetDriverByName("GTiff").Create(name, 240, 180, 1)
    out.SetGeoTransform((4e5, 10, 0, 5.8e6, 0, -10))
    out.SetSpatialRef(srs)
    out.SetMetadata({"CLASS_1": "crop", "CLASS_2": "lake", "CLASS_3": "town"})
    table = gdal.ColorTable()
    for value, rgb in colours.items():
        table.SetColorEntry(value, rgb + (255,))
    out.GetRasterBand(1).SetNoDataValue(0)
    out.GetRasterBand(1).SetColorTable(table)
    out.GetRasterBand(1).WriteArray(values)
END
"$PYTHON" make.py
s2rgf_assess -q map.tif -labels truth.tif -html page.html 2> /dev/null

# A profile of its own: nothing of the user's is read or left.
browse() {
    timeout 120 chromium --headless ${sandbox:-} --disable-gpu --hide-scrollbars --user-data-dir="$scratch/profile" \
        --no-first-run "$@" "file://$scratch/page.html" > chromium.log 2>&1 || fail "chromium: $(cat chromium.log)"
}
browse --window-size=1000,2000 --force-device-scale-factor=1 --screenshot="$scratch/page.png"
"$PYTHON" << 'END' || fail "the page does not look right"
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
page = gdal.Open("page.png").ReadAsArray()[:3]
assert page.shape == (3, 2000, 1000), page.shape
def places(rgb):
    return np.argwhere((page == np.array(rgb)[:, None, None]).all(0))
found = {name: places(rgb) for name, rgb in {"crop": (230, 159, 0), "lake": (0, 114, 178), "town": (204, 121, 167)}.items()}
whole = sum(len(f) for f in found.values())
for name, share in ("crop", .5), ("lake", .25), ("town", .25):  # three quarters of the map's 860 x 645 pixels
    assert abs(len(found[name]) / whole - share) < .01, (name, len(found[name]) / whole)
assert abs(whole / (860 * 645 * .75) - 1) < .02, whole
assert len(places((107, 174, 214))) > 2000, "bars, and cells of the matrix"
assert len(places((17, 17, 17))) > 1000, "text"
left = found["crop"][:, 1].min()
assert found["lake"][:, 1].max() < found["town"][:, 1].max() and left < found["lake"][found["lake"][:, 0] < 800][:, 1].min()
END

browse --no-pdf-header-footer --print-to-pdf="$scratch/page.pdf"
[ "$(head -c 5 page.pdf)" = %PDF- ] || fail "no PDF"
pages=$(grep -ac '/Type */Page\b' page.pdf || true)
[ "$pages" -ge 1 ] && [ "$pages" -le 4 ] || fail "printed on $pages pages"
