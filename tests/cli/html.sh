#!/usr/bin/env bash
# Reports in HTML: they say what the JSON says, show the map as it is, load nothing, take no text for markup, and
# replace no input.
. "$(dirname "$0")/../tools/lib.sh"
need_python osgeo numpy json
export PYTHONPATH="$top_srcdir/tests/tools"

cat > make.py << 'END'
import json, sys
import numpy as np
from osgeo import gdal, ogr, osr
gdal.UseExceptions()
def raster(path, values, names={}, colours={}, srs=32633, transform=(4e5, 10, 0, 5.8e6, 0, -10), nodata=0, metadata={},
           options=("TILED=YES", "COMPRESS=DEFLATE")):
    values = np.asarray(values)
    kind = gdal.GDT_Float32 if values.dtype.kind == "f" else gdal.GDT_Byte if values.max() < 256 else gdal.GDT_UInt16
    out = gdal.GetDriverByName("GTiff").Create(path, values.shape[1], values.shape[0], 1, kind, options)
    out.SetGeoTransform(transform)
    if srs:
        reference = osr.SpatialReference()
        reference.ImportFromEPSG(srs)
        out.SetSpatialRef(reference)
    out.SetMetadata({**{f"CLASS_{v}": n for v, n in names.items()}, **metadata})
    band = out.GetRasterBand(1)
    if nodata is not None:
        band.SetNoDataValue(nodata)
    if colours:
        table = gdal.ColorTable()
        for value, rgb in colours.items():
            table.SetColorEntry(value, rgb + (255,))
        band.SetColorTable(table)
    band.WriteArray(values)
    return out
END

# ---- the page says what the JSON says, and shows the map pixel by pixel

cat > small.py << 'END'
from make import *
value = np.repeat(np.repeat(np.random.default_rng(1).integers(1, 4, (8, 10)), 6, 0), 6, 1)
value[:5, :7] = 0
raster("map.tif", value, {1: "water", 2: "forest", 3: "soil"}, {1: (0, 0, 255), 2: (0, 120, 0), 3: (150, 90, 40)},
       metadata={"S2RGF_MODEL": "0123456789abcdef", "S2RGF_SOURCES": "ms: a.tif"})
truth = value.copy()
truth[20:25, 20:40] = truth[10:15, 5:25]
truth[40:44] = 4
raster("truth.tif", truth, {1: "Water", 2: "forest", 3: "soil", 4: "moon dust"})
raster("conf.tif", np.where(value == truth, .9, .4).astype("f4"), nodata=-1)
END
"$PYTHON" small.py
s2rgf_assess -q map.tif -labels truth.tif -confidence conf.tif -html page.html -json figures.json 2> warnings.txt
"$PYTHON" << 'END' || fail "the page is wrong"
import json
import numpy as np
from osgeo import gdal
from html_page import Page
page, figures = Page("page.html"), json.load(open("figures.json"))
rows = page.rows("Confusion matrix in pixels")
assert [r[1:-1] for r in rows[1:-1]] == [[str(n) for n in row] for row in figures["confusion_matrix"]], rows
assert rows[-1][-1] == str(figures["assessed"])
for row, of in zip(page.rows("Accuracies")[1:], figures["per_class"]):
    assert row[0] == of["name"]
    assert [row[1], row[3], row[5]] == [f"{of[k]:.3f}" for k in ("users_accuracy", "producers_accuracy", "f1")], row
facts = page.facts("Accuracies")
assert facts["Overall accuracy"] == f"{figures['overall_accuracy']:.4f}" and facts["Kappa"] == f"{figures['kappa']:.4f}"
excluded = page.facts("Assessed and excluded")
assert excluded["Excluded: of a class that the map does not have"] == str(figures["excluded"]["unknown_class"]) != "0"
assert excluded["Excluded: the map has nodata"] == str(figures["excluded"]["nodata"])
assert "moon dust" in page.text, "the warning says which class was left out"
assert "not of the map" in page.text and not page.has("Areas"), "labels of any origin are no sample"
bins = [b for b in figures["calibration"]["bins"] if b["pixels"]]
shown = page.rows("Reliability of the confidence")
assert [r[1] for r in shown[1:1 + len(bins)]] == [str(b["pixels"]) for b in bins], shown
assert len(list(page.section("Reliability of the confidence").iter("circle"))) == len(bins) == 2
origin = page.facts("Where this comes from")
assert origin["Model's checksum"] == "0123456789abcdef" and origin["Scene"] == "ms: a.tif"
assert origin["Coordinate system"] == "EPSG:32633" and origin["Reference labels"] == "truth.tif"
pixels, image = page.picture()
value = gdal.Open("map.tif").ReadAsArray()
palette = np.array([(0, 0, 0), (0, 0, 255), (0, 120, 0), (150, 90, 40)])
assert (pixels[3] == np.where(value > 0, 255, 0)).all()
assert (pixels[:3].transpose(1, 2, 0) == palette[value])[value > 0].all()
assert abs(int(image.get("width")) / int(image.get("height")) - 60 / 48) < .01
assert page.north_degrees() in (-1, 0, 1) and "100 m" in page.text
for name in "1 water", "2 forest", "3 soil":
    assert name in page.text, name
END

# standard output has the page alone
s2rgf_assess map.tif -labels truth.tif -confidence conf.tif -html - 2> /dev/null > piped.html
expect_same piped.html page.html

# a pixel of one class: there is no kappa
"$PYTHON" -c 'from make import *; raster("pixel.tif", [[1]], {1: "water"})'
s2rgf_assess -q pixel.tif -labels pixel.tif -html pixel.html
expect_in pixel.html "1.000 of 1 labelled pixel, average accuracy 1.000.<"

# ---- with a design: intervals of accuracies and areas

s2rgf_sample -q map.tif -n 150 sample.gpkg
cat > label.py << 'END'
from osgeo import gdal, ogr
gdal.UseExceptions()
truth = gdal.Open("truth.tif")
pixels, transform = truth.ReadAsArray(), truth.GetGeoTransform()
file = gdal.OpenEx("sample.gpkg", gdal.OF_VECTOR | gdal.OF_UPDATE)
layer = file.GetLayer(0)
for point in list(layer):
    place = point.GetGeometryRef()
    value = pixels[int((place.GetY() - transform[3]) / transform[5]), int((place.GetX() - transform[0]) / transform[1])]
    point["reference"] = ["", "water", "forest", "soil", "moon dust"][value]
    layer.SetFeature(point)
END
"$PYTHON" label.py
s2rgf_assess -q map.tif -labels sample.gpkg -a reference -design stratified -html design.html -json design.json 2> /dev/null
"$PYTHON" << 'END' || fail "the estimates on the page are wrong"
import json
from html_page import Page
page, found = Page("design.html"), json.load(open("design.json"))["area_adjusted"]
text = lambda e, digits: f"{e['estimate']:.{digits}f} ± {(e['ci95'][1] - e['ci95'][0]) / 2:.{digits}f}" \
    if e["estimate"] is not None else "-"
accuracies, areas = page.rows("Accuracies of the map")[1:], page.rows("Areas")[1:]
assert len(accuracies) == len(found["per_class"]) + 1 and len(areas) == len(found["per_class"]) == 4
for row, area, of in zip(accuracies, areas, found["per_class"]):
    assert [row[0], row[1], row[3], row[5]] == [of["class"], text(of["users_accuracy"], 3),
                                                text(of["producers_accuracy"], 3), text(of["f1"], 3)], row
    assert area[0] == of["class"] and area[3] == text(of["area_ha"], 3), (area, of)
assert accuracies[-1][1] == text(found["overall_accuracy"], 3)
matrix = page.rows("Error matrix in proportions of the area")[1:-1]
assert [r[1:-1] for r in matrix] == [[f"{p:.4f}" for p in row] for row in found["error_matrix_proportions"]]
assert [r[0] for r in page.rows("Strata of the sample")[1:]] == [s["stratum"] for s in found["strata"]]
assert "stratified sample of 150 points" in page.text
END

# ---- text from outside is never markup

cat > hostile.py << 'END'
from make import *
names = {1: "<script>alert(1)</script>", 2: "a\"b'c&amp;<b>", 3: "é" * 500, 4: "]]><!--", 5: "x\u202ey</title>"}
values = np.tile(np.arange(1, 6), (40, 8))
raster("<i>&map.tif", values, names, metadata={"K<EY": "\"><img src=x onerror=alert(1)>", "URL": "https://example.org/x.js"})
raster("truth<.tif", values, names)
END
"$PYTHON" hostile.py
s2rgf_assess -q '<i>&map.tif' -labels 'truth<.tif' -html hostile.html 2> /dev/null
"$PYTHON" << 'END' || fail "markup from outside"
from html_page import Page
page = Page("hostile.html")  # refuses scripts, handlers and sources
assert "<script>alert(1)</script>" in page.text and "a\"b'c&amp;<b>" in page.text and "]]><!--" in page.text
assert page.tree.find("head/title").text == "Accuracy of <i>&map.tif"
assert "é" * 500 in page.text and "\u202e" not in page.source
assert page.facts("Where this comes from")["K<EY"].startswith('"><img')
END

# ---- pictures of any map: large ones by what most of their pixels are, from overviews; grids of any kind

cat > grids.py << 'END'
from make import *
big = np.ones((1500, 2400), "u1")
big[:, 1200:] = 2
big[::8] = 3  # a line in eight is no class that a pixel of the picture has most of
raster("big.tif", big, {1: "a", 2: "b", 3: "c"}, {1: (255, 0, 0), 2: (0, 255, 0), 3: (0, 0, 255)})
raster("levels.tif", np.ones((1000, 8000), "u1"), {1: "a", 2: "b", 3: "c"}, {1: (255, 0, 0), 2: (0, 255, 0), 3: (0, 0, 255)})
levels = gdal.OpenEx("levels.tif", gdal.OF_UPDATE)
levels.BuildOverviews("NEAREST", [2])
levels.GetRasterBand(1).GetOverview(0).Fill(3)
levels = None
few = np.tile(np.array([1, 2], "u1"), (30, 20))
names = {1: "a", 2: "b"}
s, c = 5., 8.660254037844386
raster("rotated.tif", few, names, transform=(4e5, c, s, 5.8e6, s, -c))
raster("south_up.tif", few, names, transform=(4e5, 10, 0, 5.8e6, 0, 10))
raster("degrees.tif", few, names, srs=4326, transform=(10, .001, 0, 60, 0, -.001))
raster("nowhere.tif", few, names, srs=None)
raster("mercator.tif", few, names, srs=3857, transform=(1.1e6, 10, 0, 8.4e6, 0, -10))
raster("line.tif", few[:1], names)
raster("zero.tif", few - 1, {0: "none of it", 1: "all"}, nodata=255)
raster("wide.tif", few.astype("u2") * 300, {300: "x", 600: "y"})
raster("many.tif", np.arange(1, 901, dtype="u2").reshape(30, 30) % 70 + 1, nodata=0)
raster("many_truth.tif", np.arange(1, 901, dtype="u2").reshape(30, 30) // 13 + 1, nodata=0)
END
"$PYTHON" grids.py
for map in big levels rotated south_up degrees nowhere mercator line zero wide; do
    s2rgf_assess -q $map.tif -labels $map.tif -html $map.html 2> /dev/null
done
s2rgf_assess -q many.tif -labels many_truth.tif -html many.html 2> /dev/null
"$PYTHON" << 'END' || fail "a picture is wrong"
import numpy as np
from html_page import Page
pixels, image = Page("big.html").picture()
assert pixels.shape == (4, 500, 800) and (pixels[2] == 0).all() and (pixels[3] == 255).all()
assert (pixels[0, :, :400] == 255).all() and (pixels[1, :, 400:] == 255).all()
pixels, image = Page("levels.html").picture()
assert (pixels[2] == 255).all(), "the overview was not used"
aspect = lambda image: int(image.get("width")) / int(image.get("height"))
# north: the true one; a column or row that leads elsewhere turns the arrow
page = Page("rotated.html")
assert abs(page.north_degrees() - 30) <= 2, page.north_degrees()
assert abs(Page("south_up.html").north_degrees()) >= 179
page = Page("degrees.html")
assert abs(aspect(page.picture()[1]) - 40 / 30 * .5) < .01 and page.north_degrees() == 0
assert "500 m" in page.text, "40 columns of 55.8 m: 2232 m"
page = Page("mercator.html")
assert "100 m" not in page.text and "50 m" in page.text, "400 m of Mercator are 200 m there"
page = Page("nowhere.html")
assert page.north_degrees() is None and "10 pixels" in page.text and page.facts("Where this comes from")["Coordinate system"] == "none"
assert Page("line.html").picture()[0].shape == (4, 1, 40)
page = Page("zero.html")
assert "0 none of it" in page.text and (page.picture()[0][3] == 255).all()
assert len(np.unique(Page("wide.html").picture()[0].reshape(4, -1), axis=1).T) == 2
page = Page("many.html")
listed = page.rows("Confusion matrix in pixels")[1:]
assert "too large" in page.text and len(listed) == 100
assert [int(r[2]) for r in listed] == sorted((int(r[2]) for r in listed), reverse=True)
END

# ---- nothing is lost

before=$(md5sum map.tif truth.tif conf.tif sample.gpkg page.html)
for target in map.tif truth.tif conf.tif; do
    expect_status 1 s2rgf_assess map.tif -labels truth.tif -confidence conf.tif -overwrite -html $target
    expect_in "$stderr" "$target: is an input too"
done
expect_status 1 s2rgf_assess map.tif -labels truth.tif -html page.html -json new.json
expect_in "$stderr" "page.html: exists: use -overwrite"
expect_status 1 s2rgf_assess map.tif -labels truth.tif -html new.html -json figures.json
expect_in "$stderr" "figures.json: exists: use -overwrite"
expect_status 1 s2rgf_assess map.tif -labels truth.tif -html no/such/page.html -json new.json
expect_in "$stderr" "no/such/page.html"
expect_status 1 s2rgf_assess map.tif -labels truth.tif -html new.html -json ./new.html
expect_in "$stderr" "named for two outputs"
expect_status 1 s2rgf_assess map.tif -labels truth.tif -html - -json -
expect_in "$stderr" "named for two outputs"
mkdir folder
expect_status 1 s2rgf_assess map.tif -labels truth.tif -overwrite -html folder -json new.json
expect_status 1 s2rgf_assess map.tif -labels truth.tif --config GDAL_SKIP PNG -html new.html -json new.json
expect_in "$stderr" "GDAL has no driver for PNG"
# the disk has room for the figures and not for the page
status=0
(trap '' XFSZ; ulimit -f 8; exec s2rgf_assess -q map.tif -labels truth.tif -json new.json -html new.html) 2> "$stderr" || status=$?
[ "$status" -eq 1 ] && [ "$(stat -c %s figures.json)" -lt 8192 ] && [ "$(stat -c %s page.html)" -gt 8192 ] ||
    fail "status $status on a full disk"
expect_in "$stderr" "new.html"
expect_no_file new.html new.json .new.json* .new.html*
[ "$before" = "$(md5sum map.tif truth.tif conf.tif sample.gpkg page.html)" ] || fail "an input or an earlier page changed"
s2rgf_assess -q map.tif -labels truth.tif -html page.html -overwrite 2> /dev/null
[ "$before" != "$(md5sum map.tif truth.tif conf.tif sample.gpkg page.html)" ] || fail "-overwrite did not replace the page"

# ---- a model's page

model=$(ls "$top_srcdir"/models/*.s2rgf | head -1)
expect_silence s2rgf_info -html model.html "$model"
s2rgf_info -json "$model" > model.json
"$PYTHON" << 'END' || fail "the model's page is wrong"
import json
from html_page import Page
page, model = Page("model.html"), json.load(open("model.json"))
facts = page.facts("Network")
assert facts["Checksum"] == model["checksum"] and facts["Parameters"] == str(model["parameters"])
swatches = [r.get("fill") for r in page.section("Classes").iter("rect")]
for item, fill in zip(model["classes"], swatches):
    assert f"{item['value']} {item['name']}" in page.text
    assert fill == item["colour"], (item, fill)
assert len(swatches) == len(model["classes"])
rows = iter(page.rows("Sources"))
for source in model["sources"]:
    bands = source["bands"]
    table = []
    while len(table) < len(bands):
        row = next(rows)
        if len(row) == 7 and row[0].isdigit():
            table.append(row)
    for band, row in zip(bands, table):
        wavelength = band.get("wavelength_nm")
        assert row[1] == (band.get("name") or "") and row[2] == ("-" if wavelength is None else f"{wavelength:.6g}"), row
        assert row[3:5] == [f"{band['mean']:.6g}", f"{band['std']:.6g}"]
training = page.facts("Training")
assert training["Steps"] == str(model["training"]["steps"])
END

# how a training went: its curve, and what validation took for what
cat > fit.py << 'END'
from make import *
value = np.repeat(np.repeat(np.random.default_rng(2).integers(1, 4, (6, 8)), 12, 0), 12, 1)
raster("labels.tif", value.astype("u1"), {1: "a", 2: "b", 3: "<c>"})
raster("bands.tif", (value + np.random.default_rng(3).normal(0, .2, value.shape)).astype("f4"), nodata=-9)
END
"$PYTHON" fit.py
export OMP_WAIT_POLICY=passive
s2rgf_train -q -i bands.tif -labels labels.tif -c 16 -steps 20 fit.s2rgf 2> /dev/null
s2rgf_info -html fit.html fit.s2rgf
s2rgf_info -json fit.s2rgf > fit.json
"$PYTHON" << 'END' || fail "the training on the page is wrong"
import json
from html_page import Page
page, history = Page("fit.html"), json.load(open("fit.json"))["history"]
curve, matrix = history["curve"], history["confusion_matrix"]
rows = page.rows("How the training went")[1:]
shown = lambda number: "-" if number is None else f"{number:.3f}"
assert [(r[0], r[2], r[3]) for r in rows] == [(str(m["step"]), shown(m["loss"]), shown(m.get("overall_accuracy"))) for m in curve], rows
assert len(list(page.section("How the training went").iter("svg"))) >= 2
assert [r[1:-1] for r in page.rows("Validation in pixels")[1:-1]] == [[str(n) for n in row] for row in matrix]
END
expect_status 1 s2rgf_info -html model.html "$model"
expect_in "$stderr" "model.html: exists: use -overwrite"
cp "$model" own.s2rgf
expect_status 1 s2rgf_info -html own.s2rgf -overwrite own.s2rgf
expect_in "$stderr" "own.s2rgf: is an input too"
expect_same "$model" own.s2rgf
expect_status 1 s2rgf_info -html - -json "$model"
s2rgf_info -html - "$model" > piped.html
expect_same piped.html model.html
