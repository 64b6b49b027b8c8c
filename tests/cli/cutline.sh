#!/usr/bin/env bash
# s2rgf_classify -cutline and -exclude: polygons that say where to map, from any layer; what else they may be is
# named or refused, and the pixels that are mapped are those of the whole map.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need gdal_rasterize ogr2ogr gdal_translate
need_python numpy osgeo.gdal

"${train[@]}" -q -val 0 model.s2rgf
classify=(s2rgf_classify -q -m model.s2rgf "${sources[@]}")
expect_silence "${classify[@]}" -conf whole_conf.tif whole.tif

# layer FILE FORMAT NAME EPSG FEATURE...: features are "kind:WKT" in pixels of the scene, from its upper left
# corner, put into a layer with the field kind; EPSG 0: without CRS
layer() {
    "$PYTHON" - "$@" << 'EOF'
import sys
from osgeo import gdal, ogr, osr
gdal.UseExceptions()
path, driver, name, epsg, *features = sys.argv[1:]
scene = gdal.Open("scene/ms.tif")
left, pixel, _, top, _, _ = scene.GetGeoTransform()
own, other = scene.GetSpatialRef(), None
if epsg != "0":
    other = osr.SpatialReference()
    other.ImportFromEPSG(int(epsg))
    other.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
data = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_UPDATE) if driver == "+" else \
    ogr.GetDriverByName(driver).CreateDataSource(path)
layer = data.CreateLayer(name, other, ogr.wkbUnknown)
layer.CreateField(ogr.FieldDefn("kind", ogr.OFTString))
def place(geometry):
    for i in range(geometry.GetPointCount()):
        geometry.SetPoint_2D(i, left + geometry.GetX(i) * pixel, top - geometry.GetY(i) * pixel)
    for i in range(geometry.GetGeometryCount()):
        place(geometry.GetGeometryRef(i))
for text in features:
    kind, wkt = text.split(":", 1)
    feature = ogr.Feature(layer.GetLayerDefn())
    feature["kind"] = kind
    if wkt:
        geometry = ogr.CreateGeometryFromWkt(wkt)
        place(geometry)
        if other is not None:
            geometry.Segmentize(40)
            geometry.Transform(osr.CoordinateTransformation(own, other))
        feature.SetGeometry(geometry)
    layer.CreateFeature(feature)
EOF
}

# check MAP EXPRESSION: the map is the whole one where the expression in x and y, the middles of pixels, is true
check() {
    "$PYTHON" - "$@" << 'EOF' || fail "$1: mapped other pixels than $2"
import os
import sys
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
map_path, expression = sys.argv[1:]
for kind, nodata in ("", 0), ("_conf", -1):
    path = map_path.replace(".tif", kind + ".tif")
    if kind and not os.path.exists(path):
        continue
    expected, found = gdal.Open(f"whole{kind}.tif").ReadAsArray(), gdal.Open(path).ReadAsArray()
    y, x = np.mgrid[0:expected.shape[0], 0:expected.shape[1]] + 0.5
    inside = eval(expression)
    assert 0 < inside.sum() < inside.size
    expected[~inside] = nodata
    wrong = expected != found
    assert not wrong.any(), (wrong.sum(), np.argwhere(wrong)[:5])
EOF
}

field="POLYGON((20 30,120 30,120 100,20 100,20 30),(50 50,70 50,70 70,50 70,50 50))"
in_field="(x > 20) & (x < 120) & (y > 30) & (y < 100) & ~((x > 50) & (x < 70) & (y > 50) & (y < 70))"
lake="POLYGON((100 80,180 80,180 150,100 150,100 80))"
in_lake="(x > 100) & (x < 180) & (y > 80) & (y < 150)"
layer areas.gpkg GPKG all 32633 "field:$field" "lake:$lake"
layer field.geojson GeoJSON one 4326 "field:$field"

# ---- any format, CRS, tiles, threads; one layer of several, some features of one; holes, overlaps
expect_silence "${classify[@]}" -cutline areas.gpkg -cwhere "kind = 'field'" -conf field_conf.tif field.tif
check field.tif "$in_field"
expect_silence "${classify[@]}" -cutline field.geojson -tile 16 -threads 3 degrees.tif
expect_same field.tif degrees.tif
expect_silence "${classify[@]}" -cutline areas.gpkg both.tif
check both.tif "($in_field) | ($in_lake)"
expect_silence "${classify[@]}" -exclude areas.gpkg -ewhere "kind = 'lake'" -conf dry_conf.tif dry.tif
check dry.tif "~($in_lake)"
expect_silence "${classify[@]}" -cutline field.geojson -exclude areas.gpkg -ewhere "kind = 'lake'" -threads 2 rest.tif
check rest.tif "($in_field) & ~($in_lake)"
layer areas.gpkg + second 32633 "field:$field"
expect_silence "${classify[@]}" -cutline areas.gpkg -cl second -exclude areas.gpkg -el all -ewhere "kind = 'lake'" layers.tif
expect_same rest.tif layers.tif
# with a mask, all three count
gdal_translate -q -ot Byte -scale 0 100 1 1 -b 1 scene/ms.tif mask.tif
"$PYTHON" -c '
from osgeo import gdal
mask = gdal.Open("mask.tif", gdal.GA_Update)
pixels = mask.ReadAsArray()
pixels[:, :60] = 0
mask.WriteArray(pixels)'
expect_silence "${classify[@]}" -mask mask.tif -cutline field.geojson -exclude areas.gpkg -el all -ewhere "kind = 'lake'" three.tif
check three.tif "($in_field) & ~($in_lake) & (x > 60)"
# in a window, and in shares, of which one has nothing to map
expect_silence "${classify[@]}" -cutline field.geojson -srcwin 10 90 100 40 window.tif
gdal_translate -q -srcwin 10 90 100 40 field.tif expected.tif
"$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" window.tif expected.tif
for index in 1 2 3 4 5; do
    expect_silence "${classify[@]}" -tile 32 -cutline field.geojson -shard $index/5 shares.tif
done
expect_silence s2rgf_mosaic -q shares.tif
"$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" field.tif shares.tif
# for each of many scenes its own
cp field.geojson scene_cut.geojson
expect_silence s2rgf_classify -q -m model.s2rgf -i 'ms={}/ms.tif' -i 'hs={}/hs.tif' -scenes . \
    -cutline '{}_cut.geojson' 'out_{}.tif'
"$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" field.tif out_scene.tif

# tiles wholly outside are not computed
layer top.gpkg GPKG top 32633 "top:POLYGON((0 0,192 0,192 9,0 9,0 0))"
expect_status 0 "${classify[@]}" --debug S2RGF -cutline top.gpkg -tile 16 -threads 1 top.tif
check top.tif "y < 9"
encoded=$(sed -n 's/.*source ms: .*encoded \(.*\) times$/\1/p' "$stderr")
expect_status 0 "${classify[@]}" --debug S2RGF -tile 16 -threads 1 -overwrite again.tif
all=$(sed -n 's/.*source ms: .*encoded \(.*\) times$/\1/p' "$stderr")
awk "BEGIN { exit !($encoded > 0 && 4 * $encoded < $all) }" || fail "a row of ten is encoded $encoded times, all $all times"

# ---- odd features are named and left out
layer odd.gpkg GPKG odd 32633 "line:LINESTRING(0 0,190 0,190 150)" "field:$field" "point:POINT(3 3)" \
    "points:MULTIPOINT(5 5,7 7)" "nothing:" "mixed:GEOMETRYCOLLECTION(POINT(1 1),$lake)"
expect_status 0 "${classify[@]}" -cutline odd.gpkg odd.tif
expect_same both.tif odd.tif
expect_in "$stderr" "odd.gpkg: left out: lines in 1 feature: the first is feature 1"
expect_in "$stderr" "odd.gpkg: left out: points in 3 features: the first is feature 3"
layer bare.geojson GeoJSON bare 0 "field:$field"
ogr2ogr -q -f "ESRI Shapefile" bare.shp areas.gpkg -where "kind = 'field'" all
rm -f bare.prj
expect_status 0 "${classify[@]}" -cutline bare.shp bare.tif
expect_same field.tif bare.tif
expect_in "$stderr" "bare.shp: its polygons have no CRS: they are taken to be in that of the reference grid"
layer away.gpkg GPKG away 32633 "away:POLYGON((900 900,950 900,950 950,900 900))"
expect_status 0 "${classify[@]}" -exclude away.gpkg nothing.tif
expect_same whole.tif nothing.tif
expect_in "$stderr" "away.gpkg: nothing is excluded"

# ---- what leaves nothing to map, is no layer of polygons, or would be overwritten, is refused
layer lines.gpkg GPKG lines 32633 "line:LINESTRING(0 0,190 0,190 150)"
layer none.gpkg GPKG none 32633
layer all.gpkg GPKG all 32633 "all:POLYGON((-5 -5,400 -5,400 400,-5 400,-5 -5))"
layer sliver.gpkg GPKG sliver 32633 "sliver:POLYGON((20.6 20.6,20.9 20.6,20.9 20.9,20.6 20.6))"
echo "not a layer" > text.gpkg
keep_files
refused() { expect_refused 1 "$1" "${classify[@]}" "${@:2}"; } # TEXT OPTION...
refused "away.gpkg: empty cutline" -cutline away.gpkg new.tif
refused "sliver.gpkg: empty cutline" -cutline sliver.gpkg new.tif
refused "field.geojson: empty cutline" -cutline field.geojson -srcwin 130 0 20 20 new.tif
refused "lines.gpkg: no polygon" -cutline lines.gpkg new.tif
refused "lines.gpkg: no polygon" -exclude lines.gpkg new.tif
refused "none.gpkg: no polygon" -cutline none.gpkg new.tif
refused "areas.gpkg: no polygon matches the filter \"kind = 'sea'\"" -cutline areas.gpkg -cl all -cwhere "kind = 'sea'" new.tif
refused "with the filter \"kind ==== 1\"" -cutline areas.gpkg -cl all -cwhere "kind ==== 1" new.tif
refused "areas.gpkg: several layers: choose one with -cl, found all, second" -cutline areas.gpkg new.tif
refused "areas.gpkg: several layers: choose one with -el, found all, second" -exclude areas.gpkg new.tif
refused "areas.gpkg: no layer third: expected one of all, second" -exclude areas.gpkg -el third new.tif
refused "all.gpkg: no pixel is left to map" -exclude all.gpkg new.tif
refused "all.gpkg: no pixel is left to map: its polygons hold all of the cutline" -cutline field.geojson -exclude all.gpkg new.tif
refused "mask.tif: expected polygons, found a raster" -cutline mask.tif new.tif
refused "text.gpkg" -cutline text.gpkg new.tif
refused "absent.gpkg" -exclude absent.gpkg new.tif
refused "areas.gpkg: is an input" -overwrite -cutline areas.gpkg -cl all -conf areas.gpkg new.tif
refused "bare.dbf" -overwrite -exclude bare.shp bare.dbf
expect_status 2 "${classify[@]}" -cl all new.tif
expect_in "$stderr" "-cl: needs -cutline"
expect_status 2 "${classify[@]}" -ewhere "kind = 1" new.tif
expect_in "$stderr" "-ewhere: needs -exclude"
expect_files_kept "options without their polygons"
