#!/usr/bin/env bash
# s2rgf_sample: what is drawn, how many of each stratum, what is kept out, formats, files that are never lost.
. "$(dirname "$0")/../tools/lib.sh"
need_python osgeo numpy

# map.tif: 300 x 200 pixels of 10 m; forest 60 %, water 34 %, urban 5 %, one pixel of mine, no pixel of ice, and
# nodata in a corner; strata.tif: left and right; degrees.tif: the same in degrees, without names
"$PYTHON" - << 'END'
import numpy as np
from osgeo import gdal, osr
gdal.UseExceptions()
def write(path, values, transform, epsg, names):
    data = gdal.GetDriverByName("GTiff").Create(path, values.shape[1], values.shape[0])
    srs = osr.SpatialReference(); srs.ImportFromEPSG(epsg)
    data.SetGeoTransform(transform); data.SetSpatialRef(srs)
    band = data.GetRasterBand(1)
    band.WriteArray(values); band.SetNoDataValue(0)
    if names: band.SetCategoryNames(names)
values = np.full((200, 300), 1, "u1")
values[:, 180:285] = 2; values[:, 285:] = 3; values[100, 100] = 4; values[150:, :40] = 0
utm = (500000, 10, 0, 5900000, 0, -10)
write("map.tif", values, utm, 32633, ["", "forest", "water", "urban", "mine", "ice"])
write("degrees.tif", values, (10, .0001, 0, 60, 0, -.0001), 4326, None)
strata = np.full((200, 300), 7, "u1"); strata[:, 150:] = 9; strata[0] = 0
write("many.tif", np.tile(np.arange(1, 31, dtype="u1"), (200, 10)), utm, 32633, None)
write("strata.tif", strata, utm, 32633, ["", "", "", "", "", "", "", "left", "", "right"])
END

check() { # FILE CODE: p has all points, dictionaries with x and y in pixels and the fields; values, strata
    "$PYTHON" - "$1" << END || fail "$1 is not what was expected"
import sys
from collections import Counter
import numpy as np
from osgeo import gdal, ogr
gdal.UseExceptions()
values = gdal.Open("map.tif").ReadAsArray(); strata = gdal.Open("strata.tif").ReadAsArray()
data = gdal.OpenEx(sys.argv[1], gdal.OF_VECTOR)
layer = data.GetLayer(0)
names = [field.GetName() for field in layer.schema]
p = []
for f in layer:
    p.append({name: f.GetField(name) for name in names})
    g = f.GetGeometryRef()
    p[-1]["x"], p[-1]["y"] = (g.GetX() - 500000) / 10, (5900000 - g.GetY()) / 10
    p[-1]["value"] = int(values[int(p[-1]["y"]), int(p[-1]["x"])])
count = Counter(q["stratum"] for q in p)
close = lambda a, b: abs(a - b) < 1e-9
assert len({(q["x"], q["y"]) for q in p}) == len(p), "a pixel was drawn twice"
assert all(abs(q["x"] % 1 - .5) < 1e-6 and abs(q["y"] % 1 - .5) < 1e-6 for q in p)
assert sorted(q["id"] for q in p) == list(range(1, len(p) + 1))
assert all(q["value"] > 0 for q in p), "nodata was drawn"
assert all(q.get("reference") in (None, "") for q in p)
$2
END
}
draw() { # ARGUMENTS...: draws quietly, without a warning
    expect_silence s2rgf_sample -q "$@"
}
warned() { # TEXT ARGUMENTS...
    local text=$1
    shift
    expect_status 0 s2rgf_sample -q "$@"
    expect_in "$stderr" "$text"
}

# ---- stratified by the map's classes, at least 50 each
expect_status 0 s2rgf_sample map.tif -n 400 s.gpkg
for text in "Areas are those of the projection: 100 m2 a pixel" "Stratum 3 (urban): 50 of 3000 pixels" \
    "Stratum 4 (mine): 1 of 1 pixel: all" "s.gpkg: 400 points"; do
    expect_in "$stdout" "$text"
done
[ "$(grep -c 'Stratum 5' "$stderr")" -eq 1 ] || fail "the empty stratum is not named"
expect_in "$stderr" "Stratum 5 (ice) has no pixel: it gets no point"
check s.gpkg '
assert names == ["id", "stratum", "stratum_size", "inclusion_probability", "map_class", "reference"]
assert count[3] == 50 and count[4] == 1 and len(p) == 400 and count[1] > count[2] > 50
for q in p:
    size = int((values == q["stratum"]).sum())
    assert q["value"] == q["stratum"] and q["stratum_size"] == size
    assert close(q["inclusion_probability"], count[q["stratum"]] / size)
    assert q["map_class"] == {1: "forest", 2: "water", 3: "urban", 4: "mine"}[q["stratum"]]
# in no order that tells anything
assert len(set(q["stratum"] for q in p[:30])) > 1
assert abs(np.corrcoef([q["id"] for q in p], [q["y"] for q in p])[0, 1]) < .2
'
# the same seed draws the same points, another one others
quiet_ice="Stratum 5 (ice)"
warned "$quiet_ice" map.tif -n 400 again.csv
warned "$quiet_ice" map.tif -n 400 -seed 1 one.csv
warned "$quiet_ice" map.tif -n 400 -seed 2 two.csv
expect_same again.csv one.csv
! cmp -s again.csv two.csv || fail "another seed draws the same points"
"$PYTHON" -c '
import csv
from osgeo import ogr
rows = list(csv.DictReader(open("again.csv")))
points = ogr.Open("s.gpkg"); layer = points.GetLayer(0)
assert [(float(r["X"]), float(r["Y"]), r["map_class"]) for r in rows] == [
    (f.geometry().GetX(), f.geometry().GetY(), f["map_class"]) for f in layer]' || fail "formats hold different samples"

# ---- allocations, sizes
warned "$quiet_ice" map.tif -n 400 -allocation proportional proportional.gpkg
check proportional.gpkg 'assert count[4] == 1 and abs(count[3] - 400 * 3000 / 58000) <= 1.5 and len(p) == 400'
warned "$quiet_ice" map.tif -n 400 -allocation equal equal.gpkg
check equal.gpkg 'assert count == {1: 133, 2: 133, 3: 133, 4: 1}'
warned "$quiet_ice" map.tif -n 400 -allocation neyman -accuracy 0.95 -accuracy urban=0.5 -accuracy 2=0.99 neyman.gpkg
check neyman.gpkg '
w = {1: 33999 * .95 ** .5 * .05 ** .5, 2: 21000 * .99 ** .5 * .01 ** .5, 3: 3000 * .5}
assert count[4] == 1 and all(abs(count[k] - 399 * w[k] / sum(w.values())) <= 1.5 for k in w)
'
warned "120 points do not suffice for 50 in each of 4 strata: some get 39" map.tif -n 120 few.gpkg
check few.gpkg 'assert count == {1: 41, 2: 39, 3: 39, 4: 1}'
warned "1 point does not suffice for 50 in each of 4 strata: some get 0" map.tif -n 1 single.gpkg
check single.gpkg 'assert len(p) == 1'
expect_in "$stderr" "Stratum 3 (urban) gets no point: all estimates are undefined: expected two or more"
warned "99999 points were asked for, there are 58000 pixels: all are in the sample" map.tif -n 99999 all.gpkg
check all.gpkg 'assert len(p) == 58000 and all(q["inclusion_probability"] == 1 for q in p)'
# Cochran: (.4)^2 / (.02^2 + .16 / 58000)
expect_status 0 s2rgf_sample map.tif -target_se 0.02 target.gpkg
expect_in "$stdout" "398 points for a standard error of 0.02 of the overall accuracy, if every class is right in 80 %"
check target.gpkg 'assert len(p) == 398'
# without strata: of the accuracy .94 that the classes make together, .0564 / (.02^2 + .0564 / 58000)
for design in simple systematic; do
    expect_status 0 s2rgf_sample map.tif -target_se 0.02 -design $design -accuracy 2=0.9 -accuracy forest=0.99 \
        -accuracy urban=0.6535 -overwrite target.gpkg
    expect_in "$stdout" "141 points for a standard error of 0.02"
done
# Olofsson et al. 2014: 641 points; so many pixels that their number does not matter
mkdir papers
"$PYTHON" "$top_srcdir/tests/tools/papers.py" papers
"$PYTHON" -c '
from osgeo import gdal
gdal.Translate("fine.tif", "papers/olofsson.tif", width=4000, height=2500)'
expect_status 0 s2rgf_sample fine.tif -target_se 0.01 -accuracy deforestation=0.7 -accuracy "forest gain=0.6" \
    -accuracy "stable forest=0.9" -accuracy "stable non-forest=0.95" target.shp
expect_in "$stdout" "641 points for a standard error of 0.01"

# ---- other strata, simple, systematic
warned "strata.tif: 300 pixels of the map have no stratum" map.tif -n 200 -strata strata.tif -allocation equal strata.gpkg
check strata.gpkg '
assert count == {7: 100, 9: 100}
for q in p:
    assert strata[int(q["y"]), int(q["x"])] == q["stratum"]
    assert q["stratum_size"] == int(((strata == q["stratum"]) & (values > 0)).sum())
    assert q["map_class"] == {1: "forest", 2: "water", 3: "urban", 4: "mine"}[q["value"]]
'
draw map.tif -n 500 -design simple simple.gpkg
check simple.gpkg '
assert len(p) == 500 and set(count) == {1}
assert all(q["stratum_size"] == 58000 and close(q["inclusion_probability"], 500 / 58000) for q in p)
share = sum(q["value"] == 1 for q in p) / 500
assert abs(share - 33999 / 58000) < 4 * (.25 / 500) ** .5
'
draw map.tif -n 500 -design systematic systematic.gpkg
check systematic.gpkg '
assert abs(len(p) - 500) < 50
step = (58000 / 500) ** .5
assert all(close(q["inclusion_probability"], 1 / step ** 2) for q in p)
xs = sorted({int(q["x"]) for q in p})
assert all(int(step) <= b - a <= int(step) + 1 for a, b in zip(xs, xs[1:]))
'

# a map narrower than a step gets as many, from a line of them
gdal_translate -q -srcwin 0 20 300 1 map.tif line.tif
gdal_translate -q -srcwin 7 0 1 150 map.tif column.tif
for seed in 1 2 3; do
    for name in line column; do
        draw $name.tif -n 15 -design systematic -seed $seed $name.gpkg -overwrite
        [ "$(ogrinfo -q -al -geom=NO $name.gpkg | grep -c 'inclusion_probability')" -eq 15 ] ||
            fail "$name.tif: not 15 points"
    done
done
ogrinfo -q -al -geom=NO line.gpkg | grep -q 'inclusion_probability (Real) = 0.05$' || fail "the probability on a line"

# ---- nothing of the map in a blind sample, and it can be assessed all the same
warned "$quiet_ice" map.tif -n 400 -blind blind.gpkg
check blind.gpkg '
assert "map_class" not in names
assert [(q["x"], q["y"]) for q in p], "no points"
groups = {q["stratum"]: {r["value"] for r in p if r["stratum"] == q["stratum"]} for q in p}
assert sorted(groups) == [1, 2, 3, 4] and all(len(v) == 1 for v in groups.values())
'
"$PYTHON" - << 'END'
from osgeo import gdal, ogr
gdal.UseExceptions()
names = ["", "forest", "water", "urban", "mine"]
values = gdal.Open("map.tif").ReadAsArray()
for path in ("blind.gpkg", "strata.gpkg", "simple.gpkg"):
    data = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_UPDATE); layer = data.GetLayer(0)
    for i, f in enumerate(list(layer)):
        g = f.geometry()
        value = values[int((5900000 - g.GetY()) / 10), int((g.GetX() - 500000) / 10)]
        f["reference"] = names[value if i % 10 else value % 3 + 1]
        layer.SetFeature(f)
END
expect_silence s2rgf_assess map.tif -labels blind.gpkg -a reference -design stratified -q -json blind.json
expect_status 0 s2rgf_assess map.tif -labels strata.gpkg -a reference -design stratified -strata strata.tif -q -json strata.json
expect_silence s2rgf_assess map.tif -labels simple.gpkg -a reference -design simple -q -json simple.json
for name in blind strata simple; do expect_in $name.json '"area_adjusted"'; done
# a sample is not taken for one of another design or map
expect_status 3 s2rgf_assess map.tif -labels blind.gpkg -a reference -design simple
expect_in "$stderr" "was drawn from a stratum of"
expect_status 3 s2rgf_assess map.tif -labels strata.gpkg -a reference -design stratified

# ---- training places are kept out
cat > train.geojson << 'END'
{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}},
 "features": [{"type": "Feature", "properties": {"a": "x", "b": 1}, "geometry": {"type": "Polygon", "coordinates":
 [[[500200, 5899800], [500700, 5899800], [500700, 5899300], [500200, 5899300], [500200, 5899800]]]}}]}
END
warned "$quiet_ice" map.tif -n 3000 -exclude train.geojson near.gpkg
check near.gpkg '
assert not any(20 <= q["x"] < 70 and 20 <= q["y"] < 70 for q in p)
assert any(18 <= q["x"] < 72 and 18 <= q["y"] < 72 for q in p)
q = next(q for q in p if q["stratum"] == 1)
assert q["stratum_size"] == 33999 and close(q["inclusion_probability"], count[1] / (33999 - 2500))
'
expect_status 0 s2rgf_sample map.tif -n 30 -exclude train.geojson told.gpkg
expect_in "$stdout" "train.geojson: 2500 pixels are excluded, 4.3 % of the map"
warned "pixels are excluded, 17 % of the map" map.tif -n 30 -exclude train.geojson -distance 300 told.gpkg -overwrite
warned "$quiet_ice" map.tif -n 3000 -exclude train.geojson -distance 100 far.gpkg
check far.gpkg '
def gap(v): return max(20.5 - v, v - 69.5, 0)
away = [(gap(q["x"]) ** 2 + gap(q["y"]) ** 2) ** .5 for q in p]
assert 10 < min(away) < 13, min(away)
'
for distance in 1e6 1e7; do
    expect_status 3 s2rgf_sample map.tif -n 10 -exclude train.geojson -distance $distance none.gpkg
    expect_in "$stderr" "every pixel is excluded by train.geojson"
done
[ ! -e none.gpkg ] || fail "a file after a refusal"
# places beside the map keep their distance, too
printf 'x,y,kind\n499975,5899005,a\n' > beside.csv
warned "all are in the sample" map.tif -n 99999 -exclude beside.csv -label_srs EPSG:32633 -distance 100 beside.gpkg
check beside.gpkg '
away = lambda q: ((q["x"] + 2.5) ** 2 + (q["y"] - 99.5) ** 2) ** .5
assert 10 < min(map(away, p)) < 11, min(map(away, p))
'
# a class whose every pixel is excluded
printf 'x,y,kind\n501005,5898995,a\n' > mine.csv
warned "Stratum 4 (mine) has no pixel outside of excluded places: without a point in it nothing can be estimated: exclude less" \
    map.tif -n 400 -exclude mine.csv -label_srs EPSG:32633 mine.gpkg
echo '{"type": "Point", "coordinates": [-70, -20]}' > away.geojson
warned "away.geojson: nothing is excluded" map.tif -n 30 -exclude away.geojson told.gpkg -overwrite
# metres in degrees: a point in 60 degrees north, whose surroundings are twice as wide as they are high in pixels
cat > point.csv << 'END'
x,y,kind
10.01505,59.99005,a
END
warned "all are in the sample" degrees.tif -n 99999 -design simple -exclude point.csv -label_srs EPSG:4326 -distance 200 round.csv
"$PYTHON" - << 'END' || fail "the distance in degrees"
import csv
drawn = {(round((float(r["X"]) - 10) / 1e-4 - .5), round((60 - float(r["Y"])) / 1e-4 - .5)) for r in csv.DictReader(open("round.csv"))}
missing = [(x, y) for x in range(300) for y in range(150) if (x, y) not in drawn]
# 55.8 m a pixel in longitude would be 1e-3 degrees: 5.58 m and 11.14 m a pixel
wide = max(abs(x - 150) for x, y in missing); high = max(abs(y - 99) for x, y in missing)
assert (wide, high) == (35, 17), (wide, high)
END

# ---- formats
formats=(geojson fgb sqlite gml tab shp)
# GDAL's own driver of KML does not read fields back.
if ogrinfo --formats | grep -q LIBKML; then formats+=(kml); fi
for format in "${formats[@]}"; do
    warned "$quiet_ice" map.tif -n 200 "f.$format"
    [ -e "f.$format" ] || fail "no f.$format"
done
if gdalinfo --format OpenFileGDB | grep -q "Supports: Create()"; then
    warned "$quiet_ice" map.tif -n 200 f.gdb
    check f.gdb 'assert len(p) == 200 and names[-1] == "reference"'
fi
check f.geojson 'assert len(p) == 200 and names[-1] == "reference"'
check f.shp 'assert len(p) == 200 and "strat_size" in names and "incl_prob" in names'
"$PYTHON" - << 'END'
from osgeo import gdal, ogr
data = gdal.OpenEx("f.shp", gdal.OF_VECTOR | gdal.OF_UPDATE); layer = data.GetLayer(0)
for f in list(layer):
    f["reference"] = f["map_class"]; layer.SetFeature(f)
END
expect_silence s2rgf_assess map.tif -labels f.shp -a reference -design stratified -q
expect_status 3 s2rgf_assess map.tif -labels f.shp -a reference -design simple
warned "$quiet_ice" map.tif -n 200 -of GPKG f.sample
for name in ./-f.gpkg '(f).gpkg' '~f.sqlite' '.f.gpkg' '$f.shp'; do
    warned "$quiet_ice" map.tif -n 200 "$name"
    expect_file "$name"
done
refused() { # TEXT ARGUMENTS...
    local text=$1
    shift
    expect_status 1 s2rgf_sample "$@"
    expect_in "$stderr" "$text"
}
refused "f.gpx: cannot be written as GPX" map.tif -n 10 f.gpx
warned "20 more strata get fewer than two points" -n 30 many.tif thin.gpkg
[ "$(grep -c "standard error is undefined" "$stderr")" -eq 10 ] || fail "every thin stratum has a line"
refused "f.xlsx: XLSX does not hold the points" map.tif -n 10 f.xlsx
refused "f.csv: GPKG does not hold the points: expected 1, and all fields, found 0: its usual extensions are: gpkg" \
    map.tif -n 10 -of GPKG f.csv
refused "f.none: no vector format has this extension" map.tif -n 10 f.none
refused "format Absent: not known" map.tif -n 10 -of Absent f.none
refused "format PNG: cannot be written as a vector file" map.tif -n 10 -of PNG f.none
for format in MEM Memory; do refused ": cannot be written as a vector file" map.tif -n 10 -of $format f.none; done

# ---- files that are there
cp s.gpkg s.copy
refused "s.gpkg: exists: use -overwrite" map.tif -n 10 s.gpkg
expect_same s.gpkg s.copy
warned "$quiet_ice" map.tif -n 200 -overwrite s.gpkg
! cmp -s s.gpkg s.copy || fail "-overwrite did not replace the points"
# formats of several files replace their own, with what belongs to the former points alone
for format in shp mif tab; do
    for round in 10 20; do warned "do not suffice" map.tif -n $round -overwrite "own.$format"; done
    [ "$(ogrinfo -q -al -geom=NO "own.$format" | grep -c 'stratum (')" -eq 20 ] || fail "own.$format is the former one"
done
ogrinfo -q -sql "CREATE SPATIAL INDEX ON own" own.shp > "$stdout"
for name in own.sbn own.cpg own.gpkg-wal own.gpkg-journal; do echo stale > $name; done
for format in shp gpkg; do
    warned "do not suffice" map.tif -n 30 -overwrite "own.$format"
    [ "$(ogrinfo -q -al -geom=NO "own.$format" | grep -c 'stratum (')" -eq 30 ] || fail "own.$format is not whole"
done
for name in own.qix own.sbn own.cpg own.gpkg-wal own.gpkg-journal; do [ ! -e $name ] || fail "$name of the former points"; done
expect_file own.dat own.mid
for input in map.tif strata.tif train.geojson; do
    cp $input input.copy
    refused "$input: is an input" map.tif -n 10 -strata strata.tif -exclude train.geojson -overwrite -of GPKG $input
    expect_same $input input.copy
done
cp f.dbf other.dbf
refused "other.dbf: exists" map.tif -n 10 other.shp
[ ! -e other.shp ] || fail "a file after a refusal"
refused "absent/s.gpkg" map.tif -n 10 absent/s.gpkg
refused "absent.tif" absent.tif -n 10 x.gpkg

# ---- what does not fit
refused "a simple sample has no strata" map.tif -n 10 -design simple -strata strata.tif x.gpkg
refused "expected accuracy forst=0.5: no such class" map.tif -target_se 0.1 -accuracy forst=0.5 x.gpkg
refused "expected a number from 0 to 1, or class=number, found 1.5" map.tif -target_se 0.1 -accuracy 1.5 x.gpkg
for design in stratified simple systematic; do
    refused "0 or 1 in every stratum" map.tif -target_se 0.01 -design $design -accuracy 1 x.gpkg
done
expect_status 2 s2rgf_sample map.tif -n 10 /vsimem/x.gpkg
expect_in "$stderr" "/vsimem/x.gpkg: would be in this program's memory"
expect_status 3 s2rgf_sample map.tif -n 10 -strata papers/olofsson.tif x.gpkg
expect_in "$stderr" "papers/olofsson.tif: another size than the map's grid"
[ ! -e x.gpkg ] || fail "a file after a refusal"
[ -z "$(find . -name '*.part-*')" ] || fail "work folders are left: $(find . -name '*.part-*')"

# rasters without a class say what they hold
"$PYTHON" - << 'END'
from osgeo import gdal
gdal.UseExceptions()
map = gdal.Open("map.tif")
for name, type, value, nodata in (("below", gdal.GDT_Int16, -3, None), ("floats", gdal.GDT_Float32, -0.5, None),
                                  ("zero", gdal.GDT_Byte, 0, None), ("nothing", gdal.GDT_Int32, 7, 7)):
    data = gdal.GetDriverByName("GTiff").Create(name + ".tif", 300, 200, 1, type)
    data.SetGeoTransform(map.GetGeoTransform()); data.SetSpatialRef(map.GetSpatialRef())
    data.GetRasterBand(1).Fill(value)
    if nodata is not None: data.GetRasterBand(1).SetNoDataValue(nodata)
END
holds() { # RASTER WHAT
    local arguments text="$1: no pixel has a class: expected whole numbers from 1 to 65535, found $2"
    for arguments in "s2rgf_sample $1 -n 10 x.gpkg" "s2rgf_sample $1 -n 10 -strata strata.tif x.gpkg" \
        "s2rgf_assess $1 -labels map.tif" "s2rgf_assess $1 -labels blind.gpkg -a reference -design simple" \
        "s2rgf_assess map.tif -labels $1"; do
        expect_status 3 $arguments
        expect_in "$stderr" "$text"
    done
}
holds below.tif "values such as -3"
holds floats.tif "values such as -0.5"
holds zero.tif "values such as 0"
holds nothing.tif "only nodata"

# ---- memory does not follow the map: 400 million pixels, 600 million with the block cache the program chooses
# The address sanitizer has memory of its own.
[[ $(nm -D "$builddir/s2rgf_sample") != *__asan* ]] || exit 0
"$PYTHON" -c '
from osgeo import gdal
gdal.Translate("large.vrt", "map.tif", format="VRT", width=25000, height=16000)'
GDAL_CACHEMAX=32 "$PYTHON" "$top_srcdir/tests/tools/peak_memory.py" peak s2rgf_sample -q large.vrt -n 500 large.gpkg 2> "$stderr"
[ "$(cat peak)" -lt 200000 ] || fail "sampling took $(cat peak) KiB"
"$PYTHON" -c '
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
like = gdal.Open("map.tif")
large = gdal.GetDriverByName("GTiff").Create("large.tif", 30000, 20000, 1, gdal.GDT_Byte, ["SPARSE_OK=TRUE", "TILED=YES"])
large.SetGeoTransform(like.GetGeoTransform())
large.SetSpatialRef(like.GetSpatialRef())
large.GetRasterBand(1).SetNoDataValue(0)
large.GetRasterBand(1).WriteArray(np.ones((300, 400), np.uint8), 29000, 19000)'
"$PYTHON" "$top_srcdir/tests/tools/peak_memory.py" peak s2rgf_sample -q large.tif -n 500 sparse.gpkg 2> "$stderr"
[ "$(cat peak)" -lt 400000 ] || fail "sampling took $(cat peak) KiB"
# nor does a lattice over a map that is empty but for one pixel
gdal_translate -q -of VRT -srcwin 19001 9001 10000 10000 large.tif empty.vrt
expect_silence bash -c 'ulimit -v 2000000; s2rgf_sample -q empty.vrt -n 1 -design systematic empty.csv'
[ "$(wc -l < empty.csv)" -eq 2 ] || fail "not the one pixel: $(cat empty.csv)"
