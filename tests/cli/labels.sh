#!/usr/bin/env bash
# Labels as people have them: without data below them, as points, beside tables; what is said of them.
. "$(dirname "$0")/../tools/lib.sh"
need_python osgeo numpy

# A scene of 96 x 96 pixels, three classes in stripes; the upper half of the second source is nodata.
cat > make.py << 'END'
import numpy as np
from osgeo import gdal, ogr, osr
gdal.UseExceptions(); ogr.UseExceptions()
N = 96
srs = osr.SpatialReference(); srs.ImportFromEPSG(32633)

def raster(path, bands, nodata=None, crs=True):
    ds = gdal.GetDriverByName("GTiff").Create(path, N, N, len(bands), gdal.GDT_UInt16)
    ds.SetGeoTransform((500000, 10, 0, 5800000, 0, -10))
    if crs: ds.SetSpatialRef(srs)
    for i, band in enumerate(bands):
        if nodata is not None: ds.GetRasterBand(i + 1).SetNoDataValue(nodata)
        ds.GetRasterBand(i + 1).WriteArray(band)

def box(x0, y0, x1, y1):
    p = ["%d %d" % (500000 + 10 * x, 5800000 - 10 * y) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0))]
    return "POLYGON((%s))" % ",".join(p)

def point(x, y):
    return "POINT(%f %f)" % (500000 + 10 * x, 5800000 - 10 * y)

def layer(path, rows, more=False):
    ds = ogr.GetDriverByName("GPKG").CreateDataSource(path)
    lay = ds.CreateLayer("labels", srs, ogr.wkbUnknown); lay.CreateField(ogr.FieldDefn("class"))
    for name, wkt in rows:
        f = ogr.Feature(lay.GetLayerDefn()); f.SetField(0, name); f.SetGeometry(ogr.CreateGeometryFromWkt(wkt)); lay.CreateFeature(f)

truth = np.repeat(np.array([1, 2, 3], np.uint16), N // 3)[None].repeat(N, 0)
noise = np.random.default_rng(1).integers(0, 50, (3, N, N), dtype=np.uint16)
fine = truth * 100 + noise[:2]
second = truth * 50 + noise[2] + 1
second[:48] = 0
raster("a.tif", fine); raster("b.tif", [second], nodata=0)
raster("map.tif", [truth], nodata=0); raster("bare.tif", [truth], nodata=0, crs=False)
uneven = np.zeros_like(truth); uneven[16:64, 64:] = 3
for k in (0, 1):
    uneven[:16, 16 * k:16 * k + 16] = np.where(np.arange(16) < 14, 1 + k, 2 - k)
raster("uneven.tif", [uneven], nodata=0)
names = ["field", "forest", "water"]
upper = [(n, box(32 * k + 4, 4, 32 * k + 28, 40)) for k, n in enumerate(names)]
lower = [(n, box(32 * k + 4, y, 32 * k + 28, y + 12)) for k, n in enumerate(names) for y in (52, 70)]
layer("upper.gpkg", upper)
layer("both.gpkg", upper + lower)
layer("no_water.gpkg", upper + lower[:4])
layer("single.gpkg", [upper[0], upper[1], ("water", point(70.5, 60.5))])
def odd_layer(path, rows, crs=srs):
    ds = ogr.GetDriverByName("GPKG").CreateDataSource(path)
    lay = ds.CreateLayer("labels", crs, ogr.wkbUnknown)
    lay.CreateField(ogr.FieldDefn("class")); lay.CreateField(ogr.FieldDefn("days", ogr.OFTDate))
    for name, wkt in rows:
        f = ogr.Feature(lay.GetLayerDefn()); f.SetGeometry(ogr.CreateGeometryFromWkt(wkt)); lay.CreateFeature(f) if name is None else (f.SetField(0, name), lay.CreateFeature(f))
odd_layer("undefined.gpkg", upper + lower, None)
odd_layer("words.gpkg", [("no data", upper[0][1]), (None, upper[1][1]), ("class 7", lower[2][1]), ("class 8", box(200, 200, 210, 210))])
odd_layer("classless.gpkg", [(None, upper[0][1]), ("", upper[1][1])])
odd_layer("accents.gpkg", [("e\u0301tang", upper[0][1]), ("\u00e9tang", lower[0][1]), ("bois", upper[1][1])])
odd_layer("many.gpkg", [("n%d" % i, point(i % 90 + 0.5, 80.5)) for i in range(30)])
def coded_layer(path, kind, codes, used):
    ds = gdal.GetDriverByName("GPKG").Create(path, 0, 0, 0, gdal.GDT_Unknown)
    ds.AddFieldDomain(ogr.CreateCodedFieldDomain("cover", "", kind, ogr.OFSTNone, codes))
    lay = ds.CreateLayer("labels", srs, ogr.wkbPolygon)
    field = ogr.FieldDefn("class", kind); field.SetDomainName("cover"); lay.CreateField(field)
    for value, (name, wkt) in zip(used, upper):
        f = ogr.Feature(lay.GetLayerDefn()); f.SetField(0, value); f.SetGeometry(ogr.CreateGeometryFromWkt(wkt)); lay.CreateFeature(f)
coded_layer("numbers.gpkg", ogr.OFTInteger, {3: "field", 20: "forest"}, [3, 20, 31])
coded_layer("alike.gpkg", ogr.OFTInteger, {3: "wood", 20: "wood"}, [3, 20, 20])
coded_layer("digits.gpkg", ogr.OFTString, {"3": "wood", "20": "field"}, ["3", "20", "20"])
coded_layer("letters.gpkg", ogr.OFTString, {"F": "wood", "W": "water"}, ["W", "F", "F"])
for column in ["WKT", "geom", "the_geom"]:
    with open(column + ".csv", "w") as f:
        f.write(column + ",class\n" + "".join('"%s",%s\n' % (wkt, name) for name, wkt in upper + lower))
with open("points.csv", "w") as f:
    f.write("Lon,lat,kind\n" + "".join("%d,%d,%s\n" % (500000 + 320 * k + 10 * i + 5, 5799795, n) for k, n in enumerate(names) for i in range(12)))
for path, header in ("lattice.csv", "x,y,code"), ("unknown.csv", "e,n,code"): # in numbers alone: for GDAL rasters too
    with open(path, "w") as f:
        f.write(header + "\n" + "".join("%d,%d,%d\n" % (500005 + 160 * i, 5799795 - 160 * j, i // 2 + 1) for j in range(4) for i in range(6)))

def table(path, columns, rows):
    raster(path, [truth], nodata=0)
    ds = gdal.Open(path, gdal.GA_Update); rat = gdal.RasterAttributeTable()
    for name, kind in columns: rat.CreateColumn(name, kind, gdal.GFU_Generic)
    rat.SetRowCount(len(rows))
    for r, row in enumerate(rows):
        for c, v in enumerate(row): (rat.SetValueAsInt if columns[c][1] == gdal.GFT_Integer else rat.SetValueAsString)(r, c, v)
    ds.GetRasterBand(1).SetDefaultRAT(rat)
table("odd_table.tif", [("OID", gdal.GFT_Integer), ("VALUE", gdal.GFT_Integer), ("LC_TEXT", gdal.GFT_String)], [(0, 1, "field"), (1, 2, "forest"), (2, 3, "water")])
table("two_texts.tif", [("VALUE", gdal.GFT_Integer), ("LC_DE", gdal.GFT_String), ("LC_FR", gdal.GFT_String)], [(1, "a", "b")])
layer("codes.gpkg", [(str(k // 2 + 1), point(16 * k, 30)) for k in (1, 3, 5)] + [("1", point(-5, 5))])
END
"$PYTHON" make.py

train=(s2rgf_train -i a=a.tif -i b=b.tif -c 16 -batch 2 -crop 32 -threads 1)

# ---- what has no valid data in every source does not count, and is told before anything is counted
expect_status 1 "${train[@]}" -steps 4 -labels upper.gpkg m.s2rgf
expect_in "$stderr" "upper.gpkg: nothing to learn from"
expect_in "$stderr" "valid data, found none at any of the 2592 labelled pixels"
expect_in "$stderr" "source b (b.tif): no valid data at 2592 labelled pixels"
expect_no_file m.s2rgf
expect_status 0 "${train[@]}" -steps 4 -labels no_water.gpkg m.s2rgf
expect_in "$stderr" "class field: no valid data at 864 of its 1440 labelled pixels"
expect_in "$stderr" "class water: no valid data at any of its 864 labelled pixels"
expect_in "$stdout" "Class 1 field: 2 polygons, 576 pixels"
expect_not_in "$stdout" "water"
expect_status 0 s2rgf_info m.s2rgf
expect_in "$stdout" "576 for training, 576 for validation"

# ---- the words that go with counts, and the time that is left for training on all labels
expect_status 0 "${train[@]}" -steps 4 -labels both.gpkg -overwrite m.s2rgf
expect_in "$stdout" "Class 3 water: 2 polygons, 576 pixels"
expect_not_in "$stdout" "nan"
expect_in "$stdout" "Step 4 of 4"
expect_not_in "$stdout" "; 0 s left"
expect_status 0 "${train[@]}" -labels both.gpkg -overwrite -steps 1 -no_refit m.s2rgf
expect_in "$stdout" "; 0 s left"
expect_status 0 "${train[@]}" -labels both.gpkg -overwrite -steps 1 m.s2rgf
expect_in "$stdout" "Training on all labels for 1 step"
expect_not_in "$stdout" "for 1 steps"
one=(s2rgf_train -i a.tif -c 16 -steps 2 -batch 2 -crop 32 -threads 1 -labels single.gpkg -overwrite)
expect_status 0 "${one[@]}" -val 0 m.s2rgf
expect_in "$stdout" "Class 1 field: 1 polygon, 864 pixels"
expect_in "$stdout" "Class 3 water: 1 polygon, 1 pixel"
expect_not_in "$stderr" "cannot be validated"
expect_in "$stderr" "class water has only 1 labelled pixel"
expect_status 0 "${one[@]}" -val 0.25 m.s2rgf
expect_in "$stderr" "class field has a single polygon: it cannot be validated"
expect_in "$stderr" "no class can spare labels"
expect_not_in "$stdout" "nan"
expect_not_in "$stdout" "Split:"
# two classes share two blocks, each of which has most of one: neither block can be left out
expect_status 0 s2rgf_train -i a.tif -c 16 -steps 2 -batch 2 -crop 32 -threads 1 -labels uneven.tif -overwrite m.s2rgf
expect_in "$stderr" "class 1 is not validated: none of its 2 blocks could be left out"
expect_in "$stderr" "class 2 is not validated: none of its 2 blocks could be left out"
expect_not_in "$stderr" "class 3"
# of a raster every pixel is what it is: what only a layer could use is told
for option in "-a class" -at "-buffer 5"; do
    # shellcheck disable=SC2086 # an option and its value
    expect_status 0 s2rgf_assess -labels uneven.tif $option uneven.tif
    expect_in "$stderr" "uneven.tif: is a raster: a field, -at and -buffer are only for vector labels"
done
# scale and offset of a raster of classes are not applied, and that is said: of labels, references and maps
gdal_translate -q -a_scale 0.5 -a_offset 3 uneven.tif scaled.tif
gdal_translate -q -a_scale 1 -a_offset 0 uneven.tif unscaled.tif
as_stored="scaled.tif: classes are its values as they are stored: its scale of 0.5 and its offset of 3 are not applied"
expect_status 0 s2rgf_train -i a.tif -c 16 -steps 1 -batch 1 -crop 32 -threads 1 -val 0 -labels scaled.tif -overwrite m.s2rgf
expect_in "$stdout" "Class 3 class 3: "
expect_in "$stderr" "$as_stored"
for pair in "scaled unscaled" "unscaled scaled"; do
    expect_status 0 s2rgf_assess -labels "${pair% *}.tif" "${pair#* }.tif"
    [ "$(cat "$stderr")" = "Warning 1: $as_stored" ] || fail "other warnings: $(cat "$stderr")"
done
expect_status 0 s2rgf_sample -q -n 9 -least 3 scaled.tif sample.gpkg
expect_in "$stderr" "$as_stored"
expect_status 1 "${train[@]}" -steps 4 -labels both.gpkg m.s2rgf
expect_in "$stderr" "m.s2rgf: exists: use -overwrite to replace it"

# ---- points as reference; a map without a CRS gets one, and only such a map
expect_silence s2rgf_assess -q -labels codes.gpkg -json a.json map.tif
expect_status 0 s2rgf_assess -labels codes.gpkg map.tif
expect_in "$stdout" "Assessed: 3 pixels"
expect_in "$stdout" "1  polygon that holds no pixel centre of the map, or point outside it"
expect_status 1 s2rgf_assess -labels codes.gpkg bare.tif
expect_in "$stderr" "the labels have a CRS, the rasters have none: give it with -a_srs"
expect_silence s2rgf_assess -q -labels codes.gpkg -a_srs EPSG:32633 -json b.json bare.tif
expect_same a.json b.json
expect_status 3 s2rgf_assess -labels codes.gpkg -a_srs EPSG:32601 bare.tif
expect_in "$stderr" "bare.tif: nothing to assess: expected reference pixels on the map, found none"
expect_in "$stderr" "polygons and points beside its pixels: 4, features without a class: 0, pixels of several classes: 0"
expect_status 3 s2rgf_assess -labels classless.gpkg map.tif
expect_in "$stderr" "classless.gpkg: left out: 2 polygons without a class in field class: the first is feature 1"
expect_in "$stderr" "beside its pixels: 0, features without a class: 2, pixels of several classes: 0"
expect_status 0 s2rgf_assess -labels codes.gpkg -label_srs EPSG:3857 map.tif
expect_in "$stderr" "EPSG:3857 is ignored as the CRS of the labels"

# ---- a file of words that an editor marked as UTF-8
printf '\xef\xbb\xbf-labels codes.gpkg\n-json c.json\n' > words.txt
expect_silence s2rgf_assess -q --optfile words.txt map.tif
expect_same a.json c.json

# ---- as other programs write them: no CRS in a GeoPackage, points in columns, tables of another make
some=(s2rgf_train -i a.tif -c 16 -steps 1 -batch 1 -crop 32 -threads 1 -val 0 -overwrite)
expect_status 1 "${some[@]}" -labels undefined.gpkg m.s2rgf
expect_in "$stderr" "undefined.gpkg: the labels have no CRS: give it with -label_srs"
# a raster's own CRS counts, and a given one that is another is told
expect_status 0 "${some[@]}" -labels undefined.gpkg -label_srs EPSG:32633 -a_srs EPSG:4326 m.s2rgf
expect_in "$stderr" "source source (a.tif): -a_srs EPSG:4326 is ignored: the raster has a CRS, EPSG:32633"
expect_status 0 "${some[@]}" -labels undefined.gpkg -label_srs EPSG:32633 m.s2rgf
expect_in "$stdout" "Class 3 water: 3 polygons, 1440 pixels"
expect_not_in "$stderr" "Warning"
expect_status 0 "${some[@]}" -labels lattice.csv -a code -label_srs EPSG:32633 m.s2rgf
expect_in "$stderr" "class 1 has only 8 labelled pixels"
expect_status 1 "${some[@]}" -labels unknown.csv -a code -label_srs EPSG:32633 m.s2rgf
expect_in "$stderr" "unknown.csv: no layer with geometries"
expect_status 0 "${some[@]}" -labels points.csv -a kind -label_srs EPSG:32633 m.s2rgf
expect_in "$stdout" "Class 3 water: 1 block, 12 pixels"
for column in WKT geom the_geom; do
    expect_status 0 "${some[@]}" -labels "$column.csv" -label_srs EPSG:32633 m.s2rgf
    expect_in "$stdout" "Class 3 water: 3 polygons, 1440 pixels"
done
expect_status 0 "${some[@]}" -labels odd_table.tif m.s2rgf
expect_in "$stdout" "Class 2 forest: 2 blocks, 3072 pixels"
expect_status 0 "${some[@]}" -labels two_texts.tif m.s2rgf
expect_in "$stderr" "two_texts.tif: its attribute table is not used: expected a column Value"

# ---- names that look alike, or say that there is no label; features without a class; many thin classes
expect_status 0 "${some[@]}" -labels accents.gpkg m.s2rgf
expect_in "$stdout" "Class 2 étang: 2 polygons, 1152 pixels"
# what a domain of the file says of codes; values stay those of the field
expect_status 0 "${some[@]}" -labels numbers.gpkg m.s2rgf
expect_in "$stdout" "Class 3 field: 1 polygon"
expect_in "$stdout" "Class 20 forest: 1 polygon"
expect_in "$stdout" "Class 31 class 31: 1 polygon"
expect_status 1 "${some[@]}" -labels alike.gpkg m.s2rgf
expect_in "$stderr" 'alike.gpkg: feature 2: field class: two values for one name: 3 and 20 both "wood"'
expect_status 0 "${some[@]}" -labels digits.gpkg m.s2rgf
expect_in "$stdout" "Class 3 wood: 1 polygon"
expect_in "$stdout" "Class 20 field: 2 polygons"
expect_status 0 "${some[@]}" -labels letters.gpkg m.s2rgf
expect_in "$stdout" "Class 1 water: 1 polygon"
expect_in "$stdout" "Class 2 wood: 2 polygons"
expect_status 0 "${some[@]}" -labels words.gpkg m.s2rgf
expect_in "$stderr" 'words.gpkg: "no data" is learned as a class like any other'
expect_in "$stderr" "words.gpkg: left out: 1 polygon without a class in field class: the first is feature 2"
expect_in "$stderr" "class 8 has no labelled pixel on the reference grid"
expect_not_in "$stderr" "class class"
expect_status 0 "${some[@]}" -labels many.gpkg m.s2rgf
expect_in "$stderr" "20 more classes have few labelled pixels"
[ "$(grep -c 'has only' "$stderr")" -eq 10 ] || fail "every thin class has a line: $(cat "$stderr")"
expect_status 1 "${some[@]}" -labels upper.gpkg -where "class = 'nothing'" m.s2rgf
expect_in "$stderr" "upper.gpkg: no feature matches the filter \"class = 'nothing'\""
expect_status 1 "${some[@]}" -labels upper.gpkg -where "class = 'water'" m.s2rgf
expect_in "$stderr" "upper.gpkg: too few classes: expected at least 2 with labelled pixels in the scene, found water"
expect_status 1 "${some[@]}" -labels undefined.gpkg -a days m.s2rgf
expect_in "$stderr" 'no text or integer field "days": expected one of class (String)'
