#!/usr/bin/env bash
# Many scenes in one training: what they share, what goes together, what is refused, what one scene gives.
. "$(dirname "$0")/../tools/lib.sh"
need_python osgeo.gdal numpy

cat > make.py <<'P'
"""Scenes cut from one ground of three classes, in stripes along the diagonal, with labels."""
import os
import numpy as np
from osgeo import gdal, ogr, osr
gdal.UseExceptions()
SPECTRA = np.array([[900, 1200, 800, 3000], [400, 600, 300, 4000], [300, 250, 150, 100]], float)
NAMES = ["meadow", "forest", "water"]
N = 64


def srs_of(epsg):
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(epsg)
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return srs


def truth(x, y):
    """Class of a place on the ground, in UTM 33."""
    return (np.floor((x - y) / 160).astype(int)) % 3


def raster(name, values, x0, y0, pixel, epsg=32633, nodata=None):
    bands, height, width = values.shape
    ds = gdal.GetDriverByName("GTiff").Create(
        name, width, height, bands, gdal.GDT_UInt16, ["ALPHA=NO", "PHOTOMETRIC=MINISBLACK"])
    ds.SetGeoTransform((x0, pixel, 0, y0, 0, -pixel))
    ds.SetProjection(srs_of(epsg).ExportToWkt())
    for b in range(bands):
        ds.GetRasterBand(b + 1).WriteArray(values[b])
        ds.GetRasterBand(b + 1).SetDescription(f"B{b + 1}")
        if nodata is not None:
            ds.GetRasterBand(b + 1).SetNoDataValue(nodata)


def ground(x0, y0, pixel, n, epsg=32633):
    x = x0 + pixel * (np.arange(n) + 0.5)[None, :] + np.zeros((n, 1))
    y = y0 - pixel * (np.arange(n) + 0.5)[:, None] + np.zeros((1, n))
    if epsg != 32633:
        points = osr.CoordinateTransformation(srs_of(epsg), srs_of(32633)).TransformPoints(
            np.stack([x.ravel(), y.ravel()], 1).tolist())
        x, y = (np.array([p[k] for p in points]).reshape(n, n) for k in (0, 1))
    return truth(x, y)


def scene(name, x0, y0, seed, epsg=32633, n=N, pixel=10.0):
    """Two sources, the second with pixels three times as large."""
    rng = np.random.default_rng(seed)
    for source, size, step in (("ms", n, pixel), ("hs", (n + 2) // 3, 3 * pixel)):
        classes = ground(x0, y0, step, size, epsg)
        values = SPECTRA[classes].transpose(2, 0, 1) + rng.normal(0, 90, (4, size, size))
        raster(f"{name}_{source}.tif", np.clip(values, 1, None).round(), x0, y0, step, epsg)
    raster(f"{name}_truth.tif", (ground(x0, y0, pixel, n, epsg) + 1)[None], x0, y0, pixel, epsg)


def boxes(path, places, epsg=32633, half=25, only=None):
    """Squares around places (UTM 33) of one class, in a layer of text classes."""
    if os.path.exists(path):
        os.remove(path)
    ds = ogr.GetDriverByName("GPKG").CreateDataSource(path)
    layer = ds.CreateLayer("boxes", srs_of(epsg), ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("class", ogr.OFTString))
    move = osr.CoordinateTransformation(srs_of(32633), srs_of(epsg))
    for x, y in places:
        corner = truth(np.array([x - half, x + half, x]), np.array([y + half, y - half, y]))
        name = NAMES[corner[2]]
        if len(set(corner)) > 1 or (only and name not in only):
            continue
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField("class", name)
        geometry = ogr.CreateGeometryFromWkt(
            f"POLYGON(({x - half} {y - half},{x + half} {y - half},{x + half} {y + half},"
            f"{x - half} {y + half},{x - half} {y - half}))")
        geometry.Transform(move)
        feature.SetGeometry(geometry)
        layer.CreateFeature(feature)


def lattice(x0, y0, n=N, pixel=10.0, step=70):
    return [(x, y) for x in np.arange(x0 + 35, x0 + n * pixel - 34, step)
            for y in np.arange(y0 - 35, y0 - n * pixel + 34, -step)]
P
"$PYTHON" - <<'P' || fail "cannot make the scenes"
from make import *
os.makedirs("tiles"), os.makedirs("dates"), os.makedirs("bad")
# three tiles: the second in another zone, the third without labels; each labels two classes only
at = {"a": (500000, 5800000), "b": (502000, 5801000), "c": (505000, 5800500)}
scene("tiles/a", *at["a"], 1)
x, y, _ = osr.CoordinateTransformation(srs_of(32633), srs_of(32632)).TransformPoint(*at["b"])
scene("tiles/b", round(x), round(y), 2, 32632)
scene("tiles/c", *at["c"], 3)
boxes("tiles/a_labels.gpkg", lattice(*at["a"]), only=("meadow", "water"))
boxes("tiles/b_labels.gpkg", lattice(at["b"][0] + 100, at["b"][1] - 100, 44, step=40), 4326, only=("forest", "water"))
# one valley on two dates, the second scene shifted by half a scene; one file labels both
scene("dates/june", *at["a"], 4)
scene("dates/august", at["a"][0] + 320, at["a"][1], 5)
everywhere = lattice(at["a"][0], at["a"][1]) + lattice(at["a"][0] + 630, at["a"][1], 32)
boxes("valley.gpkg", everywhere)
everywhere = [p for p in everywhere if len({*truth(np.array([p[0] - 25, p[0] + 25]), np.array([p[1] + 25, p[1] - 25]))}) == 1]
with open("polygons", "w") as counts:
    print(len(everywhere), file=counts)
# scenes that do not fit: pixels of another size, a band that is missing, no raster at all
scene("bad/ok", *at["a"], 6)
scene("bad/coarse", *at["b"], 7, n=32, pixel=20.0)
scene("bad/three", *at["c"], 8)
gdal.Translate("three.tif", "bad/three_ms.tif", bandList=[1, 2, 3])
os.replace("three.tif", "bad/three_ms.tif")
with open("bad/torn_ms.tif", "w") as torn:
    torn.write("no raster")
boxes("bad.gpkg", lattice(*at["a"]) + lattice(*at["b"]) + lattice(*at["c"]))
P

inputs=(-i 'ms={}_ms.tif' -i 'hs={}_hs.tif')
size=(-c 16 -steps 60 -batch 2 -crop 32)
train=(s2rgf_train -overwrite "${size[@]}")

# Three tiles, two of them labelled, each with two of the three classes.
expect_status 0 "${train[@]}" -threads 1 -scenes tiles "${inputs[@]}" -labels '{}_labels.gpkg' -a class one.s2rgf
expect_in "$stdout" "Scene a: meadow"
expect_in "$stdout" "Scene b: forest"
expect_in "$stdout" "Scene c: no labelled pixel"
expect_in "$stdout" "1 has no file of labels, as tiles/c_labels.gpkg"
for class in "1 forest" "2 meadow" "3 water"; do expect_in "$stdout" "Class $class: "; done
expect_in "$stdout" "Split: "
[ ! -s "$stderr" ] || fail "warnings"
# The same scenes in the same order, now from a list: the same bytes.
printf '%s\n' tiles/a tiles/b tiles/c > list.txt
expect_silence "${train[@]}" -q -threads 1 -scenes list.txt "${inputs[@]}" -labels '{}_labels.gpkg' -a class two.s2rgf
expect_same one.s2rgf two.s2rgf
# An interrupted training goes on.
expect_silence "${train[@]}" -q -threads 1 -scenes tiles "${inputs[@]}" -labels '{}_labels.gpkg' -a class -checkpoint c.ck two.s2rgf
expect_silence "${train[@]}" -q -threads 1 -scenes tiles "${inputs[@]}" -labels '{}_labels.gpkg' -a class -checkpoint c.ck -resume two.s2rgf
expect_same one.s2rgf two.s2rgf
# Not with another order of scenes, even of those without labels, nor with another validation.
cp tiles/c_ms.tif tiles/d_ms.tif
cp tiles/c_hs.tif tiles/d_hs.tif
printf '%s\n' tiles/a tiles/b tiles/c tiles/d > list.txt
printf '%s\n' tiles/a tiles/b tiles/d tiles/c > other.txt
resumed=("${train[@]}" -q -threads 1 "${inputs[@]}" -labels '{}_labels.gpkg' -a class -checkpoint d.ck)
expect_silence "${resumed[@]}" -scenes list.txt three.s2rgf
for other in "-scenes other.txt" "-scenes list.txt -val_by scene"; do
    # shellcheck disable=SC2086
    expect_status 3 "${resumed[@]}" $other -resume three.s2rgf
    expect_in "$stderr" "d.ck"
done
rm tiles/d_ms.tif tiles/d_hs.tif
# It maps all three, the one without labels, too, and no scene has all of the classes.
expect_silence s2rgf_classify -q -noqml -m one.s2rgf -scenes tiles "${inputs[@]}" 'map_{}.tif'
accuracy() {
    "$PYTHON" -c '
import sys
import numpy as np
from osgeo import gdal
names = {1: 2, 2: 1, 3: 3}  # of the map, of the truth
found, true = (gdal.Open(name).ReadAsArray() for name in sys.argv[1:])
print(int(100 * (np.vectorize(lambda v: names.get(v, 0))(found) == true).mean()))' "$1" "$2"
}
for name in a b c; do
    right=$(accuracy "map_$name.tif" "tiles/${name}_truth.tif")
    [ "$right" -ge 85 ] || fail "scene $name: $right % are right"
done

# A list of one scene is that scene: the same bytes.
echo tiles/a > list.txt
one=(-labels tiles/a_labels.gpkg -a class -threads 1)
expect_silence "${train[@]}" -q "${one[@]}" -scenes list.txt "${inputs[@]}" listed.s2rgf
expect_silence "${train[@]}" -q "${one[@]}" -i ms=tiles/a_ms.tif -i hs=tiles/a_hs.tif alone.s2rgf
expect_same listed.s2rgf alone.s2rgf

# One file over two scenes that overlap: every polygon is one group.
polygons() { sed -nE 's/^Class .*: ([0-9]+) polygons?, .*/\1/p' "$stdout" | awk '{ sum += $1 } END { print sum }'; }
quick=(s2rgf_train -overwrite -c 16 -steps 2 -batch 1 -crop 32)
expect_status 0 "${quick[@]}" -scenes dates "${inputs[@]}" -labels valley.gpkg -a class m.s2rgf
[ "$(polygons)" = "$(cat polygons)" ] || fail "$(cat polygons) polygons are $(polygons)"
# Whole scenes: these two overlap, so none can be spared; of three that lie apart one validates.
expect_status 0 "${quick[@]}" -val 0 -val_by scene -scenes dates "${inputs[@]}" -labels valley.gpkg -a class m.s2rgf
expect_in "$stderr" "-val_by: nothing is validated"
expect_status 0 "${quick[@]}" -val_by scene -scenes dates "${inputs[@]}" -labels valley.gpkg -a class m.s2rgf
expect_in "$stderr" "no scene can be left out so that every class keeps half of its labels: training on all of them, without validation"
for name in a b c; do echo "tiles/$name"; done > list.txt
for name in a b c; do cp "tiles/${name}_truth.tif" "tiles/${name}_all.tif"; done
expect_status 0 "${quick[@]}" -val 0.3 -val_by scene -scenes list.txt "${inputs[@]}" -labels '{}_all.tif' m.s2rgf
expect_in "$stdout" "$((2 * 64 * 64)) pixels for training, $((64 * 64)) for validation, in scenes of their own"
expect_not_in "$stdout" "nan"
# a class that one scene alone has cannot be validated
"$PYTHON" -c '
from make import *
a = gdal.Open("tiles/c_truth.tif").ReadAsArray()
raster("tiles/c_all.tif", (a + 10 * (a == 1))[None], 505000, 5800500, 10)'
expect_status 0 "${quick[@]}" -val 0.3 -val_by scene -scenes list.txt "${inputs[@]}" -labels '{}_all.tif' m.s2rgf
expect_in "$stderr" "class 11 is in one scene, or in some that overlap: it cannot be validated"
# two scenes, each of which has most of a class
"$PYTHON" -c '
from make import *
for name, x, y, most, few in (("a", 500000, 5800000, 11, 12), ("c", 505000, 5800500, 12, 11)):
    a = gdal.Open(f"tiles/{name}_truth.tif").ReadAsArray()
    values = np.repeat([few, 1, most], [8, 43, 13])[:, None]
    raster(f"tiles/{name}_all.tif", np.where(a == 1, values, a)[None], x, y, 10)'
expect_status 0 "${quick[@]}" -val 0.3 -val_by scene -scenes list.txt "${inputs[@]}" -labels '{}_all.tif' m.s2rgf
for class in 11 12; do
    expect_in "$stderr" "class $class is not validated: no scene that has it could be left out"
done
echo tiles/a > list.txt
expect_status 0 "${quick[@]}" -val_by scene -scenes list.txt "${inputs[@]}" -labels '{}_all.tif' m.s2rgf
expect_in "$stderr" "there is only one scene: validation takes polygons or blocks of it"

# Scenes that do not fit are named: the run ends before its first step, or goes on without them.
bad=(-i 'ms={}_ms.tif' -labels bad.gpkg -a class)
# is_named SCENE STATUS MESSAGE
is_named() {
    printf '%s\n' bad/ok "bad/$1" > list.txt
    expect_status "$2" "${quick[@]}" -scenes list.txt "${bad[@]}" none.s2rgf
    expect_in "$stderr" "scene bad/$1: $3"
    expect_no_file none.s2rgf
}
is_named coarse 3 "source ms (bad/coarse_ms.tif): expected pixels of 10"
is_named three 3 "source ms: bands missing: B4"
is_named torn 1 "bad/torn_ms.tif"
printf '%s\n' bad/torn bad/ok bad/coarse bad/three > list.txt
expect_status 0 "${quick[@]}" -skip_bad -scenes list.txt "${bad[@]}" m.s2rgf
for name in torn coarse three; do expect_in "$stderr" "scene bad/$name: left out: "; done
printf '%s\n' bad/torn > list.txt
expect_status 1 "${quick[@]}" -skip_bad -scenes list.txt "${bad[@]}" none.s2rgf
expect_in "$stderr" "no scene of 1 can be used"

# A scene with nothing in it cannot be used; one whose labels all lie where there is nothing has no labels.
"$PYTHON" - <<'P' || fail "cannot make the scenes"
from make import *
scene("bad/half", 502000, 5801000, 9)
os.link("bad/half_hs.tif", "bad/none_hs.tif")
values = gdal.Open("bad/half_ms.tif").ReadAsArray()
raster("bad/none_ms.tif", 0 * values, 502000, 5801000, 10, nodata=0)
values[:, :32] = 0
raster("bad/half_ms.tif", values, 502000, 5801000, 10, nodata=0)
boxes("some.gpkg", lattice(500000, 5800000) + [p for p in lattice(502000, 5801000) if p[1] > 5801000 - 290])
P
some=(-scenes list.txt -i 'ms={}_ms.tif' -labels some.gpkg -a class)
printf '%s\n' bad/ok bad/half > list.txt
expect_status 0 "${quick[@]}" -val 0 "${some[@]}" m.s2rgf
expect_in "$stdout" "Scene bad/half: no labelled pixel"
expect_in "$stderr" "bad/half: class water: no valid data at any of its "
expect_in "$stderr" " labelled pixels: it cannot be learned here"
for labels in bad.gpkg some.gpkg tiles/a_labels.gpkg; do
    bad=(-i 'ms={}_ms.tif' -labels "$labels" -a class)
    is_named none 1 "source ms (bad/none_ms.tif): bands 1 to 4: no valid pixel"
    expect_status 0 "${quick[@]}" -skip_bad -scenes list.txt "${bad[@]}" m.s2rgf
    expect_in "$stderr" "scene bad/none: left out: source ms (bad/none_ms.tif)"
    expect_not_in "$stdout" "Scene bad/none"
done
# where one source is enough, it can
expect_status 0 "${quick[@]}" -any_source -source_dropout 0.3 -scenes list.txt "${inputs[@]}" -labels tiles/a_labels.gpkg -a class m.s2rgf
expect_in "$stdout" "Scene bad/none: no labelled pixel"
# a scene with nothing in one band cannot, unless -b leaves the band out of all
"$PYTHON" - <<'P' || fail "cannot make the scene"
from make import *
values = gdal.Open("bad/ok_ms.tif").ReadAsArray()
values[1] = 0
raster("bad/band_ms.tif", values, 500000, 5800000, 10, nodata=0)
P
bad=(-i 'ms={}_ms.tif' -labels bad.gpkg -a class)
is_named band 1 "source ms (bad/band_ms.tif): band 2 (B2): no valid pixel; -b leaves bands out of every scene"
expect_status 0 "${quick[@]}" -scenes list.txt "${bad[@]}" -b ms=1,3-4 m.s2rgf

# A scene in another unit is told, and so is nodata that no scene declares; other light and other land are not.
"$PYTHON" - <<'P' || fail "cannot make the scenes"
from make import *
values = gdal.Open("bad/ok_ms.tif").ReadAsArray()
for name, scale in (("byte", 1 / 20), ("light", 2.5)):
    raster(f"bad/{name}_ms.tif", (values * scale).round().clip(1), 500000, 5800000, 10)
gdal.Translate("bad/float_ms.tif", "bad/ok_ms.tif", outputType=gdal.GDT_Float32, scaleParams=[[0, 10000, 0, 1]])
water = np.where(np.arange(4)[:, None, None] < 3, values, values // 8)
raster("bad/water_ms.tif", water, 500000, 5800000, 10)
raster("bad/offset_ms.tif", values + 1000, 500000, 5800000, 10)
raster("bad/dark_ms.tif", water + 1000, 500000, 5800000, 10)
values[:, :9] = 0
raster("bad/frame_ms.tif", values, 500000, 5800000, 10)
P
units() { # SCENE...
    printf 'bad/%s\n' "$@" > list.txt
    expect_status 0 "${quick[@]}" -val 0 -scenes list.txt -i 'ms={}_ms.tif' -labels bad.gpkg -a class m.s2rgf
}
units ok float light water
expect_in "$stderr" "source ms: the values of scene bad/float are some 0.0001 times those of scene bad/ok: if the unit differs"
units ok byte float
expect_in "$stderr" "source ms: the values of 2 scenes, such as bad/byte, are some 0.05 times those of scene bad/ok: if"
units ok frame light
expect_in "$stderr" "source ms (3 scenes): bands 1 to 4 have the value 0 in 4"
expect_not_in "$stderr" "unit"
units ok offset light dark
expect_in "$stderr" "source ms: the values of 2 scenes, such as bad/offset, lie some 1000 above those of scene bad/ok in all bands, as"
units dark water
expect_in "$stderr" "source ms: the values of scene bad/water lie some 1000 below those of scene bad/dark in all bands"
expect_in "$stderr" '"gdal_translate -of VRT -a_offset -1000" states it for the higher ones'
units ok light water
[ ! -s "$stderr" ] || fail "warnings: $(cat "$stderr")"

# Refused before anything is read.
expect_status 2 "${quick[@]}" -skip_bad -i ms=tiles/a_ms.tif -labels valley.gpkg none.s2rgf
expect_in "$stderr" "-skip_bad: needs -scenes"
expect_status 1 "${quick[@]}" -scenes tiles -i ms=tiles/a_ms.tif -labels valley.gpkg none.s2rgf
expect_in "$stderr" "put {} where the name of the scene belongs"
expect_status 1 "${quick[@]}" -scenes tiles "${inputs[@]}" -labels '{}_label.gpkg' -a class none.s2rgf
expect_in "$stderr" "no labelled pixel in any of 3 scenes; 3 have no file of labels, as tiles/a_label.gpkg"
expect_status 1 "${quick[@]}" -scenes tiles "${inputs[@]}" -labels '{}_labels.gpkg' -a class tiles/b_labels.gpkg
cp tiles/a_truth.tif tiles/a_any.tif
cp tiles/b_labels.gpkg tiles/b_any.tif
expect_status 1 "${quick[@]}" -scenes tiles "${inputs[@]}" -labels '{}_any.tif' none.s2rgf
expect_in "$stderr" "polygons in some scenes, points or rasters in others"
expect_in "$stderr" "found polygons in b and none in a"
expect_no_file none.s2rgf

# Names that differ in case, and numbers beside names, are told; "1" as text is 1.
label() { # SCENE SQL: the labels of the scene with a class made by the expression
    rm -f "tiles/$1_made.gpkg"
    ogr2ogr -q -dialect SQLITE -sql "SELECT geom, $2 AS class FROM $(ogrinfo -q "tiles/$1_labels.gpkg" | sed -n 's/^1: \([^ ]*\).*/\1/p')" "tiles/$1_made.gpkg" "tiles/$1_labels.gpkg"
}
made=("${quick[@]}" -val 0 -scenes tiles "${inputs[@]}" -labels '{}_made.gpkg' -a class m.s2rgf)
label a "class"
label b "upper(class)"
expect_status 0 "${made[@]}"
expect_in "$stderr" 'labels of the scenes: "WATER" and "water" differ only in upper and lower case'
label b "length(class)"
expect_status 0 "${made[@]}"
expect_in "$stderr" 'the scenes'"'"' labels mix numbers and names: "class 5" and "meadow" are different classes'
label a "CAST(length(class) AS TEXT)"
expect_status 0 "${made[@]}"
expect_not_in "$stderr" "mix"
expect_in "$stdout" "Class 5 5: "

# Files that are open at once are bounded, however many scenes there are.
mkdir many
for i in {001..150}; do
    for source in ms hs; do ln "tiles/a_$source.tif" "many/${i}_$source.tif"; done
done
(
    ulimit -n 200
    expect_silence "${quick[@]}" -q -val 0 -scenes many "${inputs[@]}" -labels tiles/a_labels.gpkg -a class m.s2rgf
)
