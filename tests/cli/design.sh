#!/usr/bin/env bash
# s2rgf_assess -design: the worked examples of two papers to every printed digit, and samples that do not fit.
. "$(dirname "$0")/../tools/lib.sh"
need_python osgeo numpy json

"$PYTHON" "$top_srcdir/tests/tools/papers.py" .

check() { # JSON CODE: a: what is in the file; e(estimate, digits, margin or se, digits)
    "$PYTHON" - "$1" << END || fail "$1 is not what was expected: $(cat "$1")"
import json, sys
whole = json.load(open(sys.argv[1], encoding="utf-8"))
a = whole["area_adjusted"]
by = {c["class"]: c for c in a["per_class"]}
def printed(value, digits, decimals):
    assert abs(value - digits) <= 0.5 * 10 ** -decimals * (1 + 1e-9), (value, digits)
def estimate(e, digits, decimals, margin=None, se=None, se_decimals=None):
    low, high = e["ci95"]
    assert abs(e["estimate"] - 1.96 * e["se"] - low) < 1e-6 * max(1, abs(low))
    assert abs(e["estimate"] + 1.96 * e["se"] - high) < 1e-6 * max(1, abs(high))
    printed(e["estimate"], digits, decimals)
    if margin is not None: printed((high - low) / 2, margin, decimals)
    if se is not None: printed(e["se"], se, se_decimals)
$2
END
}

# ---- Olofsson et al. 2014, from a GeoPackage and from a table of coordinates
olofsson='
assert a["design"] == "stratified" and whole["assessed"] == 640
estimate(a["overall_accuracy"], .95, 2, .02)
table = {"deforestation": ((.88, .07), (.75, .21), (21158, 6158)),
         "forest gain": ((.73, .10), (.85, .25), (11686, 3756)),
         "stable forest": ((.93, .04), (.93, .03), (285770, 15510)),
         "stable non-forest": ((.96, .02), (.96, .02), (581386, 16282))}
assert [c["class"] for c in a["per_class"]] == list(table)
for name, (users, producers, area) in table.items():
    estimate(by[name]["users_accuracy"], users[0], 2, users[1])
    estimate(by[name]["producers_accuracy"], producers[0], 2, producers[1])
    estimate(by[name]["area_ha"], area[0], 0, area[1])
    f = by[name]["f1"]["estimate"]
    u, p = (by[name][k]["estimate"] for k in ("users_accuracy", "producers_accuracy"))
    assert abs(f - 2 * u * p / (u + p)) < 1e-9 and by[name]["f1"]["se"] > 0
# rows of the paper are the map, of ours the reference, as in the matrix of counts
paper = [[.0176, 0, .0013, .0011], [0, .0110, .0016, .0024], [.0019, 0, .2967, .0213], [.0040, .0020, .0179, .6212]]
for i in range(4):
    for j in range(4): printed(a["error_matrix_proportions"][j][i], paper[i][j], 4)
assert [s["points"] for s in a["strata"]] == [75, 75, 165, 325]
assert [s["area_ha"] for s in a["strata"]] == [18000, 13500, 288000, 580500]
'
assess=(s2rgf_assess olofsson.tif -a reference -design stratified)
expect_silence "${assess[@]}" -q -labels olofsson.gpkg -json olofsson.json
check olofsson.json "$olofsson"
expect_silence "${assess[@]}" -q -labels olofsson.csv -label_srs EPSG:32633 -json csv.json
check csv.json "$olofsson"
expect_status 0 "${assess[@]}" -labels olofsson.gpkg
for text in "Figures of the sample" "strata are the map's classes" \
    "overall accuracy               0.9465        0.0094          0.9280          0.9650" \
    "area, ha                     21157.76       3141.65        15000.13        27315.40"; do
    expect_in "$stdout" "$text"
done
expect_not_in "$stdout" "no design given"
# without a design: the counts, and what they are not
expect_status 0 s2rgf_assess olofsson.tif -labels olofsson.gpkg -a reference
expect_in "$stdout" "no design given: these are figures of the sample, not of the map"
expect_in "$stdout" "overall accuracy   0.9172"
expect_not_in "$stdout" "std. error"
expect_silence s2rgf_assess olofsson.tif -labels olofsson.gpkg -a reference -q -json plain.json
expect_not_in plain.json area_adjusted

# ---- Stehman 2014
stehman='
assert whole["assessed"] == 40 and a["area_ha"] == 9000
for e in (c["area_ha"] for c in a["per_class"]):
    e.update({k: e[k] / 9000 for k in ("estimate", "se")}, ci95=[v / 9000 for v in e["ci95"]])
estimate(by["A"]["area_ha"], .35, 2, se=.082, se_decimals=3)
estimate(by["C"]["area_ha"], .20, 2, se=.064, se_decimals=3)
estimate(a["overall_accuracy"], .63, 2, se=.085, se_decimals=3)
estimate(by["B"]["users_accuracy"], .574, 3, se=.125, se_decimals=3)
estimate(by["B"]["producers_accuracy"], .794, 3, se=.117, se_decimals=3)
printed(a["error_matrix_proportions"][2][1], .08, 2)
'
assess=(s2rgf_assess stehman.tif -a reference -design stratified -strata strata.tif -q)
expect_silence "${assess[@]}" -labels stehman.gpkg -json stehman.json
check stehman.json "$stehman"
expect_silence "${assess[@]}" -labels stehman.csv -label_srs EPSG:32633 -json stehman2.json
check stehman2.json "$stehman"

# ---- simple and systematic: the textbook's formulas, with errors
for design in simple systematic; do
    expect_silence s2rgf_assess stehman.tif -labels stehman.gpkg -a reference -design $design -q -json $design.json
    check $design.json '
n, rest = 40, (1 - 40 / 100000) / 39
assert abs(a["overall_accuracy"]["estimate"] - 25 / n) < 1e-9
assert abs(a["overall_accuracy"]["se"] - (25 / n * 15 / n * rest) ** .5) < 1e-9
r = 9 / 16  # user'"'"'s accuracy of B: 16 mapped, 9 right
assert abs(by["B"]["users_accuracy"]["se"] - (r * (1 - r) / 16 * n * rest) ** .5) < 1e-9
assert all(c["area_ha"]["se"] > 0 for c in a["per_class"])
assert [s["points"] for s in a["strata"]] == [40]
'
done

# ---- what does not fit
refused() { # STATUS TEXT... -- COMMAND...
    local wanted=$1 texts=()
    shift
    while [ "$1" != -- ]; do texts+=("$1"); shift; done
    shift
    rm -f new.json
    expect_status "$wanted" "$@" -json new.json
    for text in "${texts[@]}"; do expect_in "$stderr" "$text"; done
    [ ! -e new.json ] || fail "JSON after a refusal: $*"
}
warned() { # TEXT... -- COMMAND...
    local texts=()
    while [ "$1" != -- ]; do texts+=("$1"); shift; done
    shift
    expect_status 0 "$@" -q -json warned.json -overwrite
    for text in "${texts[@]}"; do expect_in "$stderr" "$text"; done
}
edit() { # FILE CODE: f is each feature of a copy of stehman.gpkg, i its number from 0
    cp stehman.gpkg "$1"
    "$PYTHON" - "$1" << END
import sys
from osgeo import gdal, ogr
gdal.UseExceptions()
data = gdal.OpenEx(sys.argv[1], gdal.OF_VECTOR | gdal.OF_UPDATE)
layer = data.GetLayer(0)
for name, kind in (("stratum", ogr.OFTString), ("stratum_size", ogr.OFTInteger64)):
    layer.CreateField(ogr.FieldDefn(name, kind))
first = layer.GetFeature(1)
point = lambda x, y: ogr.CreateGeometryFromWkt("POINT(%r %r)" % (x, y))
for i, f in enumerate(list(layer)):
    $2
    layer.SetFeature(f)
END
}
stehman=(s2rgf_assess stehman.tif -a reference -design stratified -strata strata.tif)
"$PYTHON" - << 'END'
import numpy as np
from osgeo import gdal
def change(source, path, code):
    data = gdal.GetDriverByName("GTiff").CreateCopy(path, gdal.Open(source))
    values = data.GetRasterBand(1).ReadAsArray()
    code(values)
    data.GetRasterBand(1).WriteArray(values)
def hole(v): v[0, 0] = 0                     # the first point's pixel
def stratum(v): v[240:, 390:] = 5
change("strata.tif", "hole.tif", hole)
change("stehman.tif", "holed.tif", hole)
change("strata.tif", "five.tif", stratum)
gdal.Translate("small.tif", "strata.tif", srcWin=[0, 0, 200, 250])
END
refused 3 "feature 1 lies in no stratum" "hole.tif" -- "${stehman[@]:0:6}" -strata hole.tif -labels stehman.gpkg
refused 3 "no point in stratum \"class 5\"" "100 pixels" -- "${stehman[@]:0:6}" -strata five.tif -labels stehman.gpkg
refused 3 "small.tif: another size than the map's grid" -- "${stehman[@]:0:6}" -strata small.tif -labels stehman.gpkg
edit sized.gpkg 'f["stratum_size"] = [40000, 30000, 20000, 10000][i // 10]; f["stratum"] = "abcd"[i // 10]'
warned -- "${stehman[@]}" -labels sized.gpkg
[ ! -s "$stderr" ] || fail "a sample that fits is warned of"
refused 3 "feature 1 was drawn from a stratum of 40000 pixels" "all pixels" "100000" -- s2rgf_assess stehman.tif -a reference -design simple -labels sized.gpkg
refused 3 "was drawn from a stratum of 40000 pixels" -- s2rgf_assess stehman.tif -a reference -design stratified -labels sized.gpkg
edit mixed.gpkg 'f["stratum"] = "abcd"[(i + 1) // 10 % 4]'
refused 3 "features 1 and 10 say that they are of strata a and b" "class 1" -- "${stehman[@]}" -labels mixed.gpkg
# drawn from strata that are joined from those of the raster
edit joined.gpkg 'f["stratum"] = "aabb"[i // 10]'
refused 3 "features 1 and 11 say that they are of stratum a" "\"class 1\" and \"class 2\"" -- "${stehman[@]}" -labels joined.gpkg
# QGIS and ogr2ogr cut names for shapefiles
"$PYTHON" -c '
from osgeo import gdal
gdal.VectorTranslate("cut.shp", "sized.gpkg")' 2> /dev/null
refused 3 "was drawn from a stratum of 40000 pixels" -- s2rgf_assess stehman.tif -a reference -design simple -labels cut.shp
# one in the second stratum: estimates without errors; none: no estimates
one=("${stehman[@]}" -labels stehman.gpkg -where "fid <= 11 OR fid > 20")
warned "one point in stratum \"class 2\", which has 30000 pixels" -- "${one[@]}"
check warned.json '
assert a["overall_accuracy"]["estimate"] > 0 and a["overall_accuracy"]["se"] is None
assert a["overall_accuracy"]["ci95"] == [None, None]
'
refused 3 "no point in stratum \"class 2\"" -- "${stehman[@]}" -labels stehman.gpkg -where "fid <= 10 OR fid > 20"
warned "1 point is left out where the map has nodata" -- s2rgf_assess holed.tif -a reference -design stratified -strata strata.tif -labels stehman.gpkg
edit outside.gpkg 'i == 3 and f.SetGeometry(point(0.0, 0.0)); i == 5 and f.SetFieldNull(f.GetFieldIndex("reference"))'
warned "1 point lies outside of the map" "1 point without a class" -- "${stehman[@]}" -labels outside.gpkg
edit twice.gpkg 'i == 1 and f.SetGeometry(first.geometry().Clone())'
warned "1 point lies in a pixel that has one already" "feature 2" -- "${stehman[@]}" -labels twice.gpkg
expect_in warned.json '"assessed": 40'
edit unknown.gpkg 'i == 0 and f.SetField("reference", "E")'
warned "Class \"E\" of the reference is not in the map" -- "${stehman[@]}" -labels unknown.gpkg
"$PYTHON" - << 'END' || fail "a class of the reference alone: $(cat warned.json)"
import json
a = json.load(open("warned.json"))["area_adjusted"]
e = a["per_class"][4]
assert e["class"] == "E" and abs(e["area_ha"]["estimate"] - .04 * 9000) < 1e-6
assert e["users_accuracy"]["estimate"] is None and e["producers_accuracy"]["estimate"] == 0
assert abs(sum(map(sum, a["error_matrix_proportions"])) - 1) < 1e-9
assert abs(sum(c["area_ha"]["estimate"] for c in a["per_class"]) - 9000) < 1e-6
END
# not a sample of points
cat > polygon.geojson << 'END'
{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}},
 "features": [{"type": "Feature", "properties": {"reference": "A"}, "geometry": {"type": "Polygon",
 "coordinates": [[[400000, 5900000], [400100, 5900000], [400100, 5899900], [400000, 5900000]]]}}]}
END
refused 1 "polygon.geojson" "is a polygon" "drawn at random" -- s2rgf_assess stehman.tif -labels polygon.geojson -design simple
refused 1 "strata.tif" "found a raster" -- s2rgf_assess stehman.tif -labels strata.tif -design simple
refused 1 "strata.tif: strata belong to the design stratified, found simple" -- s2rgf_assess stehman.tif -labels stehman.gpkg -a reference -design simple -strata strata.tif
refused 1 "buffer of 30 m" -- s2rgf_assess stehman.tif -labels stehman.gpkg -a reference -design simple -buffer 30
cp strata.tif strata.copy
expect_status 1 "${stehman[@]}" -labels stehman.gpkg -json strata.tif -overwrite
expect_in "$stderr" "strata.tif: is an input"
expect_same strata.tif strata.copy

# ---- multipoints are points; a perfect map in degrees has the areas of the ellipsoid
"$PYTHON" - << 'END'
import numpy as np
from osgeo import gdal, ogr, osr
gdal.UseExceptions()
srs = osr.SpatialReference(); srs.ImportFromEPSG(4326)
data = gdal.GetDriverByName("GTiff").Create("degrees.tif", 40, 60)
data.SetGeoTransform((10, .01, 0, 50, 0, -.01)); data.SetSpatialRef(srs)
values = np.repeat([1, 2], 30).astype("u1")[:, None] * np.ones((1, 40), "u1")
data.GetRasterBand(1).WriteArray(values); data = None
data = gdal.GetDriverByName("GPKG").Create("multi.gpkg", 0, 0, 0, gdal.GDT_Unknown)
layer = data.CreateLayer("points", srs, ogr.wkbMultiPoint)
layer.CreateField(ogr.FieldDefn("reference", ogr.OFTString))
for name, lat in (("class 1", 49.85), ("class 2", 49.55)):
    f = ogr.Feature(layer.GetLayerDefn()); f["reference"] = name
    f.SetGeometry(ogr.CreateGeometryFromWkt("MULTIPOINT(10.005 %r, 10.205 %r, 10.305 %r)" % (lat, lat, lat)))
    layer.CreateFeature(f)
END
expect_status 0 s2rgf_assess degrees.tif -labels multi.gpkg -a reference -design stratified -json degrees.json
expect_in "$stdout" "Areas are those on the ellipsoid, row by row"
expect_in "$stdout" "A standard error of 0"
check degrees.json '
from math import *
e2 = 1 / 298.257223563 * (2 - 1 / 298.257223563); e = sqrt(e2); b2 = 6378137.0 ** 2 * (1 - e2)
def zone(lat):  # area from the equator to a parallel, of one radian of longitude
    s = sin(radians(lat)); return b2 / 2 * (s / (1 - e2 * s * s) + atanh(e * s) / e)
for name, (north, south) in {"class 1": (50, 49.7), "class 2": (49.7, 49.4)}.items():
    expected = radians(.4) * (zone(north) - zone(south)) / 1e4
    assert abs(by[name]["area_ha"]["estimate"] / expected - 1) < 1e-9, (by[name], expected)
    assert by[name]["area_ha"]["se"] == 0
assert whole["assessed"] == 6
'
# from 80 degrees north to the equator, with one point a row: a point counts by the area of its pixel
"$PYTHON" - << 'END'
import numpy as np
from osgeo import gdal, osr
gdal.UseExceptions()
srs = osr.SpatialReference(); srs.ImportFromEPSG(4326)
data = gdal.GetDriverByName("GTiff").Create("tall.tif", 40, 80)
data.SetGeoTransform((10, 1, 0, 80, 0, -1)); data.SetSpatialRef(srs)
data.GetRasterBand(1).WriteArray(np.repeat([1, 2], [30, 50]).astype("u1")[:, None] * np.ones((1, 40), "u1"))
with open("tall.csv", "w") as file:
    print("X", "Y", "reference", sep=",", file=file)
    for y in range(80): print(10.5 + y % 7, 79.5 - y, 1 if y < 30 else 2, sep=",", file=file)
END
for design in simple systematic; do
    expect_silence s2rgf_assess tall.tif -labels tall.csv -label_srs EPSG:4326 -a reference -design $design -q -json tall.json \
        -overwrite
    check tall.json '
from math import *
share = (sin(radians(80)) - sin(radians(50))) / sin(radians(80))  # of a sphere
found, matrix = by["class 1"]["area_ha"], a["error_matrix_proportions"]
assert abs(found["estimate"] / a["area_ha"] / share - 1) < .01, found
assert abs(matrix[0][0] * a["area_ha"] / found["estimate"] - 1) < 1e-9 and matrix[0][1] == 0
w = [cos(radians(79.5 - y)) for y in range(80)]
se = sqrt(sum((w[y] * ((y < 30) - share)) ** 2 for y in range(80)) / sum(w) ** 2 * 80 / 79 * (1 - 80 / 3200))
assert abs(found["se"] / a["area_ha"] / se - 1) < .01, (found, se)
assert a["overall_accuracy"]["se"] == 0
'
done
# a projection that is not true to areas: on the ellipsoid, too
"$PYTHON" -c '
from osgeo import gdal
gdal.Warp("mercator.tif", "degrees.tif", dstSRS="EPSG:3857", dstNodata=0, xRes=500, yRes=500)'
expect_status 0 s2rgf_assess mercator.tif -labels multi.gpkg -a reference -design stratified -json mercator.json
expect_in "$stdout" "Areas are those on the ellipsoid, row by row"
expect_not_in "$stderr" "areas"
check mercator.json '
other = json.load(open("degrees.json"))["area_adjusted"]["per_class"]
for c in other:
    assert abs(by[c["class"]]["area_ha"]["estimate"] / c["area_ha"]["estimate"] - 1) < .01, (by[c["class"]], c)
'
# one whose areas differ within a row, too
"$PYTHON" -c '
import numpy as np
from osgeo import gdal, osr
srs = osr.SpatialReference(); srs.ImportFromEPSG(3995)
data = gdal.GetDriverByName("GTiff").Create("polar.tif", 60, 60)
data.SetGeoTransform((0, 50000, 0, 0, 0, -50000)); data.SetSpatialRef(srs)
data.GetRasterBand(1).WriteArray(np.ones((60, 60), "u1"))'
expect_status 0 s2rgf_sample polar.tif -n 50 polar.gpkg
expect_in "$stdout" "Areas are those on the ellipsoid, row by row"
expect_in "$stderr" "its projection does not keep areas: within a row, pixels differ by up to"
