#!/usr/bin/env bash
# s2rgf_change: from-to classes, their names, colours and areas; other grids; what is not sure; what is refused.
. "$(dirname "$0")/../tools/lib.sh"
need_python osgeo numpy

# before.tif: 300 x 200 pixels of 10 m with forest, water, urban and a palette; after.tif: other values and
# spelling, a class "mine" of its own, nodata elsewhere; confidences of both
cat > fixtures.py << 'END'
import numpy as np
from osgeo import gdal, osr
gdal.UseExceptions()
UTM = (500000, 10, 0, 5900000, 0, -10)
def write(path, values, names=None, transform=UTM, srs="EPSG:32633", nodata=0, type=gdal.GDT_Byte, colours=None):
    data = gdal.GetDriverByName("GTiff").Create(path, values.shape[1], values.shape[0], 1, type)
    data.SetGeoTransform(transform)
    if srs:
        s = osr.SpatialReference(); s.SetFromUserInput(srs); s.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        data.SetSpatialRef(s)
    band = data.GetRasterBand(1)
    if colours:
        table = gdal.ColorTable()
        for value, colour in colours.items(): table.SetColorEntry(value, colour)
        band.SetColorTable(table)
    if nodata is not None: band.SetNoDataValue(nodata)
    if names: band.SetCategoryNames(names)
    band.WriteArray(values)
random = np.random.default_rng(1)
before = np.kron(random.integers(1, 4, (20, 30)), np.ones((10, 10), int))
after = before.copy()
after[50:90, 100:200][before[50:90, 100:200] == 1] = 2
after[150:160] = 4
before[:5] = 0; after[:, 290:] = 0
END
"$PYTHON" - << 'END'
from fixtures import *
write("before.tif", before, ["", "forest", "water", "urban", "ice"], colours={1: (1, 99, 1), 2: (2, 2, 200), 3: (200, 3, 3)})
write("after.tif", np.array([0, 2, 1, 3, 7])[after], ["", "Water", "forest", "urban", "", "", "", "mine"])
confidence = np.full(before.shape, .9, "f4")
confidence[60:80] = .4; confidence[85, 120:130] = -1
write("before_conf.tif", confidence, nodata=-1, type=gdal.GDT_Float32)
write("after_conf.tif", np.full(before.shape, .8, "f4"), nodata=-1, type=gdal.GDT_Float32)
END

# check FILE JSON CODE: values, names (of values), rat (rows as dictionaries by value), found (the JSON file)
check() {
    "$PYTHON" - "$1" "$2" << END || fail "$1 is not what was expected"
import json, sys
from fixtures import *
data = gdal.Open(sys.argv[1]); band = data.GetRasterBand(1); values = band.ReadAsArray()
names = {int(k[6:]): n for k, n in data.GetMetadata().items() if k.startswith("CLASS_")}
names = dict(sorted(names.items()))
table = band.GetDefaultRAT()
heads = [table.GetNameOfCol(c) for c in range(table.GetColumnCount())]
rat = {}
for row in range(table.GetRowCount()):
    line = {h: table.GetValueAsString(row, c) for c, h in enumerate(heads)}
    rat[int(line["Value"])] = line
found = json.load(open(sys.argv[2]))
both = (before > 0) & (after > 0)
close = lambda a, b: abs(a - b) <= 1e-9 * abs(b)
$3
END
}

# ---- values, names, colours, table, matrix
expect_status 0 s2rgf_change before.tif after.tif change.tif -json change.json
expect_in "$stderr" 'Class "mine" of after.tif is not in before.tif'
expect_in "$stderr" 'Class "ice" of before.tif is not in after.tif'
expect_in "$stderr" 'Class "Water" of after.tif is matched with "water" of before.tif'
expect_in "$stdout" "Pixels with a class in one map only are nodata: 1950 in before.tif, 1450 in after.tif"
expect_in "$stdout" "changed              4800 pixels    8.5 %"
[[ $(grep -A3 '^Pixels; rows' "$stdout" | tail -1) =~ ^forest\ +15000\ +1900\ +0\ +900\ +17800$ ]] || fail "the matrix"
check change.tif change.json '
called = ["", "forest", "water", "urban", "mine"]
assert list(names.values()) == ["forest", "water", "urban", "forest to water", "forest to mine", "water to mine", "urban to mine"]
assert data.RasterCount == 1 and band.DataType == gdal.GDT_Byte and band.GetNoDataValue() == 0
assert data.GetGeoTransform() == UTM and data.GetMetadataItem("CLASS_4") == "forest to water"
for value, name in names.items():
    a, b = (name.split(" to ") * 2)[:2]
    where = both & (before == called.index(a)) & (after == called.index(b))
    assert ((values == value) == where).all() and where.any(), name
    line = rat[value]
    assert (line["Class"], line["From"], line["To"]) == (name, a, b) and int(line["Count"]) == where.sum()
    assert abs(float(line["Area_ha"]) - where.sum() / 100) < .002 * where.sum() / 100
    assert found["pixels"][found["classes"].index(a)][found["classes"].index(b)] == where.sum()
    assert close(found["hectares"][found["classes"].index(a)][found["classes"].index(b)], float(line["Area_ha"]))
assert ((values == 0) == ~both).all()
palette = band.GetColorTable()
colours = [palette.GetColorEntry(v)[:3] for v in names]
assert colours[:3] == [(1, 99, 1), (2, 2, 200), (200, 3, 3)] and len(set(colours)) == 7
assert found["classes"] == ["forest", "water", "urban", "mine"] and sum(map(sum, found["pixels"])) == both.sum()
assert [t["value"] for t in found["transitions"]] == [1, 4, 5, 2, 6, 3, 7]
assert found["nodata"] == {"before_only": int(((before > 0) & (after == 0)).sum()), "after_only": int(((before == 0) & (after > 0)).sum())}
assert found["unsure"]["pixels"] == 0
'
[ -e change.qml ] || fail "no style"

# ---- quiet, JSON alone on standard output, formats, styles
expect_status 0 s2rgf_change -q before.tif after.tif quiet.tif -noqml
[ ! -s "$stdout" ] && [ ! -e quiet.qml ] || fail "-q, -noqml"
expect_status 0 s2rgf_change before.tif after.tif out.img -json - -noqml
cp "$stdout" out.json
expect_same out.json change.json
"$PYTHON" -c 'from fixtures import *; assert (gdal.Open("out.img").ReadAsArray() == gdal.Open("change.tif").ReadAsArray()).all()' ||
    fail "another format holds other pixels"

# ---- other grids: nearest pixel, as gdalwarp without approximation; and said
"$PYTHON" - << 'END'
from fixtures import *
for name, srs in (("utm32", "EPSG:32632"), ("degrees", "EPSG:4326"), ("laea", "EPSG:3035"), ("fine", "EPSG:32633")):
    gdal.Warp(name + ".tif", "after.tif", dstSRS=srs, **({"xRes": 3, "yRes": 7, "outputBounds": (500204, 5898001, 503001, 5899990)} if name == "fine" else {}))
    data = gdal.Open(name + ".tif", gdal.GA_Update)
    data.GetRasterBand(1).SetCategoryNames(["", "Water", "forest", "urban", "", "", "", "mine"])
    data = None
    gdal.Warp(name + "_back.tif", name + ".tif", dstSRS="EPSG:32633", outputBounds=(500000, 5898000, 503000, 5900000), xRes=10, yRes=10, errorThreshold=0)
values = gdal.Open("after.tif").ReadAsArray()
write("shifted.tif", values[3:, 7:], ["", "Water", "forest", "urban", "", "", "", "mine"], transform=(500070, 10, 0, 5899970, 0, -10))
gdal.Warp("shifted_back.tif", "shifted.tif", outputBounds=(500000, 5898000, 503000, 5900000))
# half a pixel off: every centre lies on a corner of four pixels
write("half.tif", values, ["", "Water", "forest", "urban", "", "", "", "mine"], transform=(500005, 10, 0, 5899995, 0, -10))
END
for name in utm32 degrees laea fine shifted; do
    expect_status 0 s2rgf_change before.tif $name.tif $name.change.tif -json $name.json
    expect_in "$stdout" "$name.tif: another grid"
    check $name.change.tif $name.json '
back = gdal.Open(sys.argv[1].replace("change.tif", "tif").replace(".tif", "_back.tif")).ReadAsArray()
after = np.array([0, 2, 1, 3, 0, 0, 0, 4])[back]
called = ["", "forest", "water", "urban", "mine"]
differing = 0
for value, name in names.items():
    a, b = (name.split(" to ") * 2)[:2]
    differing += ((values == value) != ((before == called.index(a)) & (after == called.index(b)))).sum()
assert differing <= 4, differing # places on the edge of two pixels
assert (values > 0).sum() > 40000
'
done
expect_status 0 s2rgf_change before.tif half.tif half.change.tif -q
"$PYTHON" -c 'from fixtures import *; assert (gdal.Open("half.change.tif").ReadAsArray() == gdal.Open("change.tif").ReadAsArray()).all()' ||
    fail "centres on corners do not all belong to one side"

# ---- what is not sure
sure=(-conf_before before_conf.tif -conf_after after_conf.tif)
expect_status 0 s2rgf_change before.tif after.tif sure.tif "${sure[@]}" -threshold 0.5 -json sure.json
expect_in "$stderr" "10 pixels have no confidence: a change there is unsure"
check sure.tif sure.json '
confidence = gdal.Open("before_conf.tif").ReadAsArray()
unsure = both & (before != after) & ~(confidence >= .5)
last = max(names)
assert names[last] == "unsure" and ((values == last) == unsure).all() and unsure.any()
assert found["unsure"] == {"value": last, "pixels": int(unsure.sum()), "hectares": found["unsure"]["hectares"]}
assert close(found["unsure"]["hectares"], float(rat[last]["Area_ha"]))
same = both & (before == after)
assert sum(found["pixels"][i][i] for i in range(4)) == same.sum(), "what did not change is not unsure"
assert (rat[last]["From"], rat[last]["To"]) == ("", "")
'
expect_status 0 s2rgf_change -q before.tif after.tif unsure.tif "${sure[@]}" -threshold 0.85 -json unsure.json
check unsure.tif unsure.json 'assert list(names.values()) == ["forest", "water", "urban", "unsure"]'
expect_status 0 s2rgf_change -q before.tif after.tif same.tif "${sure[@]}" -threshold 0 -noqml
# the confidence of a map on another grid lies on that map's grid
"$PYTHON" -c '
from fixtures import *
gdal.Warp("utm32_conf.tif", "after_conf.tif", format="GTiff", dstSRS="EPSG:32632", srcNodata=-1, dstNodata=-1)'
expect_status 0 s2rgf_change -q before.tif utm32.tif warped.tif -conf_before before_conf.tif -conf_after utm32_conf.tif \
    -threshold 0.5 -json warped.json
check warped.tif warped.json 'assert abs(found["unsure"]["pixels"] - json.load(open("sure.json"))["unsure"]["pixels"]) < 40'
# a class "unsure" of a map, in any spelling, changes into nothing
for word in unsure Unsure; do
    WORD=$word "$PYTHON" - << 'END'
from fixtures import *
import os
write("doubt.tif", np.where(after == 2, 9, after), ["", "forest", "", "urban", "mine"] + [""] * 4 + [os.environ["WORD"]])
END
    expect_status 0 s2rgf_change -q -overwrite before.tif doubt.tif doubt.change.tif -json doubt.json
    check doubt.change.tif doubt.json '
last = max(names)
assert names[last] == "unsure" and ((values == last) == (both & (after == 2))).all()
assert not any("nsure" in n for v, n in names.items() if v != last)
'
done

# ---- classes without names, by value; 0 as a class; other types; more than 255 kinds of change
"$PYTHON" - << 'END'
from fixtures import *
write("plain.tif", before, nodata=None); write("plain2.tif", after, nodata=None)
write("zero.tif", before - 1., nodata=-1, type=gdal.GDT_Float32); write("zero2.tif", after - 1., nodata=-1, type=gdal.GDT_Int16)
many = random.integers(1, 21, before.shape); write("many.tif", many); write("many2.tif", np.roll(many, 7, 1))
most = random.integers(1, 41, before.shape); write("most.tif", most); write("most2.tif", np.roll(most, 7, 1))
END
expect_status 0 s2rgf_change -q plain.tif plain2.tif plain.change.tif -json plain.json
check plain.change.tif plain.json '
assert found["classes"] == ["class 1", "class 2", "class 3", "class 4"]
assert "class 1 to class 2" in names.values() and sum(map(sum, found["pixels"])) == both.sum()'
expect_status 0 s2rgf_change -q zero.tif zero2.tif zero.change.tif -json zero.json
check zero.change.tif zero.json '
assert found["classes"] == ["class 0", "class 1", "class 2", "class 3"]
assert found["pixels"] == json.load(open("plain.json"))["pixels"]'
expect_silence s2rgf_change -q many.tif many2.tif many.change.tif -json many.json
check many.change.tif many.json '
assert band.DataType == gdal.GDT_UInt16 and len(rat) == 400 == len(names)
assert all(int(l["Count"]) == (values == v).sum() for v, l in rat.items())'
expect_status 0 s2rgf_change many.tif many2.tif many.change.tif -overwrite
expect_in "$stdout" "class 20"
expect_status 1 s2rgf_change most.tif most2.tif most.change.tif
expect_in "$stderr" "1600 kinds of change occur: expected at most 1024"
[ ! -e most.change.tif ] || fail "a file after a refusal"

# ---- a change map is sampled and assessed like any other
expect_status 0 s2rgf_sample -q change.tif -n 400 -least 40 points.gpkg
"$PYTHON" - << 'END'
from fixtures import *
data = gdal.OpenEx("points.gpkg", gdal.OF_VECTOR | gdal.OF_UPDATE); layer = data.GetLayer(0)
for i, point in enumerate(list(layer)):
    point["reference"] = point["map_class"] if i % 10 else "forest"
    layer.SetFeature(point)
END
expect_status 0 s2rgf_assess -q change.tif -labels points.gpkg -a reference -design stratified -json assessed.json
"$PYTHON" - << 'END' || fail "the assessment of the changes"
import json
found = json.load(open("assessed.json"))["area_adjusted"]; change = json.load(open("change.json"))
by_name = {c["class"]: c for c in found["per_class"]}
assert list(by_name) == ["forest", "water", "urban", "forest to water", "forest to mine", "water to mine", "urban to mine"]
mapped = change["hectares"][0][1]; estimate = by_name["forest to water"]["area_ha"]
assert 0 < estimate["se"] and .7 * mapped < estimate["estimate"] <= 1.05 * mapped, (mapped, estimate)
END

# ---- what is refused, and what is not lost
refused() { # STATUS TEXT ARGUMENTS...
    expect_status "$1" s2rgf_change "${@:3}"
    expect_in "$stderr" "$2"
    [ ! -e x.tif ] && [ ! -e x.json ] || fail "a file after a refusal"
}
"$PYTHON" - << 'END'
from fixtures import *
write("foreign.tif", after, ["", "Wald", "Wasser", "Stadt", "Grube"])
write("far.tif", after, ["", "forest", "water", "urban"], transform=(900000, 10, 0, 5900000, 0, -10))
write("nocrs.tif", after, ["", "forest", "water", "urban", "mine"], srs=None)
write("below.tif", after * 0 - 3, type=gdal.GDT_Int16, nodata=None)
write("percent.tif", after * 0 + 80., type=gdal.GDT_Float32)
write("wide.tif", after[:, 1:] * 0 + .5, type=gdal.GDT_Float32)
END
refused 3 "before.tif: no class in common with foreign.tif" before.tif foreign.tif x.tif -json x.json
refused 3 "before.tif, far.tif: no pixel has a class in both" before.tif far.tif x.tif
refused 3 "below.tif: no pixel has a class: expected whole numbers from 1 to 65535, found values such as -3" below.tif after.tif x.tif
refused 3 "below.tif: no pixel has a class" before.tif below.tif x.tif
refused 1 "absent.tif" before.tif absent.tif x.tif
refused 1 "nocrs.tif: it has no CRS, after.tif has one" nocrs.tif after.tif x.tif
refused 1 "absent/x.tif" before.tif after.tif absent/x.tif
refused 1 "percent.tif: not a confidence: expected 0 to 1, found 80" before.tif after.tif x.tif -conf_before percent.tif \
    -conf_after after_conf.tif -threshold 0.5
refused 3 "wide.tif: another size than the second map's grid" before.tif after.tif x.tif -conf_before before_conf.tif \
    -conf_after wide.tif -threshold 0.5
refused 2 "-conf_before: needs -conf_after" before.tif after.tif x.tif -conf_before before_conf.tif
refused 2 "-conf_after: needs -threshold" before.tif after.tif x.tif "${sure[@]}"
refused 2 "-threshold: needs -conf_before" before.tif after.tif x.tif -threshold 0.5
refused 1 "exists: use -overwrite" before.tif after.tif change.tif
refused 1 "change.json" before.tif after.tif x.tif -json change.json
for input in before.tif after.tif before_conf.tif after_conf.tif; do
    cp $input copy
    refused 1 "$input: is an input" before.tif after.tif $input "${sure[@]}" -threshold 0.5 -overwrite
    refused 1 "$input: is an input" before.tif after.tif x.tif "${sure[@]}" -threshold 0.5 -overwrite -json $input
    expect_same $input copy
done
# a map without a CRS is on the grid of the first, which is told, or where -a_srs says
"$PYTHON" -c '
from fixtures import *
write("withcrs.tif", after, ["", "forest", "water", "urban", "mine"])'
expect_status 0 s2rgf_change -q before.tif nocrs.tif nocrs.change.tif
expect_in "$stderr" "nocrs.tif: it has no CRS: it is taken to be in that of before.tif"
expect_status 0 s2rgf_change -q before.tif withcrs.tif withcrs.change.tif
"$PYTHON" -c '
from fixtures import *
a, b = (gdal.Open(name + ".change.tif") for name in ("nocrs", "withcrs"))
assert (a.ReadAsArray() == b.ReadAsArray()).all() and a.GetProjection() == b.GetProjection()' ||
    fail "a map without a CRS is compared elsewhere"
expect_status 0 s2rgf_change -q nocrs.tif before.tif given.tif -a_srs EPSG:32633
expect_not_in "$stderr" "CRS"
[ -z "$(find . -name '*.part-*')" ] || fail "work folders are left: $(find . -name '*.part-*')"

# ---- many changes: none has the colour of another
"$PYTHON" - << 'END'
from fixtures import *
values = np.arange(81).reshape(9, 9)
for name, found in (("kinds_before", values // 9), ("kinds_after", values % 9)):
    write(name + ".tif", found + 1, [""] + ["kind %c" % c for c in "abcdefghi"])
END
expect_status 0 s2rgf_change -q kinds_before.tif kinds_after.tif kinds.tif
"$PYTHON" -c '
from fixtures import *
data = gdal.Open("kinds.tif"); table = data.GetRasterBand(1).GetColorTable()
assert len({table.GetColorEntry(v)[:3] for v in range(1, 82)}) == 81' || fail "two of 81 classes have one colour"

# ---- memory does not follow the maps: 20 million pixels
"$PYTHON" -c '
from fixtures import *
for name in ("before", "after"):
    gdal.Translate("large_%s.vrt" % name, name + ".tif", format="VRT", width=5000, height=4000)'
GDAL_CACHEMAX=16 "$PYTHON" "$top_srcdir/tests/tools/peak_memory.py" peak s2rgf_change -q large_before.vrt large_after.vrt large.tif \
    > "$stdout" 2> "$stderr"
# (sanitizers keep memory that was released)
[ "$(cat peak)" -lt 100000 ] || [[ $(ldd "$builddir/s2rgf_change") == *libasan* ]] || fail "comparing maps took $(cat peak) KiB"
