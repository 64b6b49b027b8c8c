#!/usr/bin/env bash
# s2rgf_suggest: what is suggested, in which order, how far apart; no tile or thread shows; what is refused.
. "$(dirname "$0")/../tools/lib.sh"
need_python osgeo numpy
. "$top_srcdir/tests/cli/tiny_scene.sh"

"${train[@]}" -q model.s2rgf
suggest=(s2rgf_suggest -m model.s2rgf "${sources[@]}")
expect_status 0 s2rgf_classify -q -m model.s2rgf "${sources[@]}" -prob prob.tif map.tif

# check FILE CODE: p has the points in the order of their ids, with x and y in pixels; prob [classes][rows][columns], names
check() {
    "$PYTHON" - "$1" << END || fail "$1 is not what was expected"
import sys
from collections import Counter
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
data = gdal.Open("prob.tif"); prob = data.ReadAsArray()
names = [data.GetRasterBand(b + 1).GetDescription() for b in range(data.RasterCount)]
inverse = gdal.InvGeoTransform(data.GetGeoTransform())
dataset = gdal.OpenEx(sys.argv[1], gdal.OF_VECTOR); layer = dataset.GetLayer(0)
fields = [field.GetName() for field in layer.schema]
p = []
for f in layer:
    p.append({name: f.GetField(name) for name in fields})
    g = f.GetGeometryRef()
    p[-1]["x"], p[-1]["y"] = gdal.ApplyGeoTransform(inverse, g.GetX(), g.GetY())
size = abs(data.GetGeoTransform()[1])
p.sort(key=lambda q: q["id"])
count = Counter(q["likeliest"] for q in p)
def gap(p): # least distance in metres
    return size * min((a["x"] - b["x"]) ** 2 + (a["y"] - b["y"]) ** 2 for i, a in enumerate(p) for b in p[:i]) ** .5
$2
END
}

# ---- fields, margins, classes in turn
expect_status 0 "${suggest[@]}" -n 30 next.gpkg
expect_in "$stdout" "next.gpkg: 30 places"
check next.gpkg '
assert fields == ["id", "likeliest", "second", "margin", "class"], fields
assert [q["id"] for q in p] == list(range(1, 31)) and all(q["class"] is None for q in p)
margins = np.sort(prob, axis=0)[-1] - np.sort(prob, axis=0)[-2]
for q in p:
    column, row = int(q["x"]), int(q["y"])
    assert abs(q["x"] % 1 - .5) < 1e-6 and abs(q["y"] % 1 - .5) < 1e-6
    order = np.argsort(-prob[:, row, column], kind="stable")
    assert (q["likeliest"], q["second"]) == (names[order[0]], names[order[1]])
    assert abs(q["margin"] - margins[row, column]) < 1e-5
    # the most doubtful of its class in its cell of 4 x 4 pixels
    cell = np.s_[row // 4 * 4:row // 4 * 4 + 4, column // 4 * 4:column // 4 * 4 + 4]
    same = prob[(slice(None), *cell)].argmax(axis=0) == order[0]
    assert q["margin"] <= margins[cell][same].min() + 1e-5
present = {names[k] for k in np.unique(prob.argmax(axis=0)[prob[0] >= 0])}
assert max(count.values()) - min(count.values()) <= 1 and set(count) == present, count
assert len({q["likeliest"] for q in p[:len(present)]}) == len(present), "classes do not take turns"
assert np.mean([q["margin"] for q in p]) < margins[prob[0] >= 0].mean(), "places are not doubtful"
'
# the first places of more are the same; the same for other tiles and threads
expect_status 0 "${suggest[@]}" -q -n 10 few.csv
expect_status 0 "${suggest[@]}" -q -n 30 many.csv -threads 1 -tile 32
expect_status 0 "${suggest[@]}" -q -n 30 again.csv -threads 2 -tile 64 -wm 600
expect_same many.csv again.csv
[ "$(head -11 many.csv)" = "$(cat few.csv)" ] || fail "the first places depend on how many are wanted"

# ---- distance, labels, mask
expect_status 0 "${suggest[@]}" -q -n 15 -distance 60 far.gpkg
check far.gpkg 'assert len(p) == 15 and gap(p) >= 60, gap(p)'
check next.gpkg 'assert gap(p) < 60'
expect_status 0 "${suggest[@]}" -q -n 15 -distance 60 -labels scene/labels.gpkg -l train labelled.gpkg
"$PYTHON" - << 'END'
from osgeo import gdal
gdal.UseExceptions()
map = gdal.Open("map.tif")
def create(name):
    made = gdal.GetDriverByName("GTiff").Create(name, map.RasterXSize, map.RasterYSize)
    made.SetGeoTransform(map.GetGeoTransform()); made.SetSpatialRef(map.GetSpatialRef())
    return made
labels = gdal.OpenEx("scene/labels.gpkg", gdal.OF_VECTOR)
gdal.RasterizeLayer(create("labelled.tif"), [1], labels.GetLayerByName("train"), burn_values=[1])
mask = map.ReadAsArray() * 0 + 1
mask[:, :40] = 0
create("mask.tif").WriteArray(mask)
create("nothing.tif").WriteArray(mask * 0)
END
check labelled.gpkg '
places = np.argwhere(gdal.Open("labelled.tif").ReadAsArray() > 0) + .5
nearest = [size * np.hypot(places[:, 1] - q["x"], places[:, 0] - q["y"]).min() for q in p]
assert min(nearest) >= 60 and gap(p) >= 60, (min(nearest), gap(p))
'
expect_status 0 "${suggest[@]}" -q -n 20 -labels scene/labels.gpkg -l train beside.gpkg
check beside.gpkg '
labelled = gdal.Open("labelled.tif").ReadAsArray()
assert not any(labelled[int(q["y"]), int(q["x"])] for q in p), "a label is suggested"
'
echo '{"type": "Point", "coordinates": [-70, -20]}' > away.geojson
expect_status 0 "${suggest[@]}" -q -n 5 -labels away.geojson away.gpkg
expect_in "$stderr" "away.geojson: no label lies on the scene"
expect_status 0 "${suggest[@]}" -q -n 20 -mask mask.tif masked.gpkg
check masked.gpkg 'assert min(q["x"] for q in p) > 40'
expect_status 0 "${suggest[@]}" -q -n 500 -distance 200 most.gpkg
expect_in "$stderr" "500 places were asked for"
check most.gpkg 'assert 2 <= len(p) < 500 and gap(p) >= 200'

# ---- the places are labels once they have a class
"$PYTHON" - << 'END'
from osgeo import gdal
gdal.UseExceptions()
data = gdal.OpenEx("next.gpkg", gdal.OF_VECTOR | gdal.OF_UPDATE); layer = data.GetLayer(0)
for point in list(layer)[:20]:
    point["class"] = point["likeliest"]
    layer.SetFeature(point)
END
expect_status 0 s2rgf_train "${sources[@]}" -labels next.gpkg -a class -c 16 -steps 2 -val 0 more.s2rgf

# ---- formats, files that are there, what does not fit
for format in geojson shp fgb; do
    expect_status 0 "${suggest[@]}" -q -n 5 "f.$format"
    check "f.$format" 'assert len(p) == 5 and fields == ["id", "likeliest", "second", "margin", "class"]'
done
refused() { # STATUS TEXT ARGUMENTS...
    expect_status "$1" s2rgf_suggest "${@:3}"
    expect_in "$stderr" "$2"
    [ ! -e x.gpkg ] || fail "a file after a refusal"
}
refused 1 "next.gpkg: exists: use -overwrite" "${suggest[@]:1}" next.gpkg
expect_status 0 "${suggest[@]}" -q -n 5 -overwrite next.gpkg
for input in model.s2rgf scene/ms.tif scene/labels.gpkg mask.tif; do
    cp $input copy
    refused 1 "is an input" "${suggest[@]:1}" -labels scene/labels.gpkg -l train -mask mask.tif -of GPKG -overwrite $input
    expect_same $input copy
done
refused 1 "x.none: no vector format has this extension" "${suggest[@]:1}" x.none
refused 3 "ms" -m model.s2rgf -i hs=scene/hs.tif x.gpkg
refused 3 "no place is 1e+06 m or more away from all labels" "${suggest[@]:1}" -distance 1e6 -labels scene/labels.gpkg x.gpkg -l train
refused 3 "scene/truth.tif: every pixel with data is labelled: no place left" "${suggest[@]:1}" -labels scene/truth.tif x.gpkg
refused 2 "-l: needs -labels" "${suggest[@]:1}" x.gpkg -l train
refused 2 "-n: expected a whole number from 1 to 10000" "${suggest[@]:1}" x.gpkg -n 0
refused 3 "no place to suggest: expected pixels with data in every source, in the mask" "${suggest[@]:1}" -mask nothing.tif x.gpkg
[ -z "$(find . -name '*.part-*')" ] || fail "work folders are left"
