#!/usr/bin/env bash
# Classes from labels to model, map and assessment: their names, numbers and values stay what they are, or
# training refuses them before its first step.
. "$(dirname "$0")/../tools/lib.sh"
need ogr2ogr gdal_translate
need_python osgeo.gdal
. "$top_srcdir/tests/cli/tiny_scene.sh"
ogr2ogr -f CSV plain.csv scene/labels.gpkg train -lco GEOMETRY=AS_WKT
options=(-label_srs EPSG:32633 -a class)
train=(s2rgf_train "${sources[@]}" -c 16 -steps 2 -batch 1 -crop 32 -threads 1 -val 0)

# labels FILE FOREST MEADOW STUBBLE: the labels with other names of the classes.
labels() {
    sed "s/,forest\r*\$/,$2/; s/,meadow\r*\$/,$3/; s/,stubble\r*\$/,$4/" plain.csv > "$1"
}

# refused LABELS TEXT...: training ends with 1 and this message, before the first step.
refused() {
    local text
    local more=()
    [[ $1 != *.csv ]] || more=("${options[@]}")
    expect_status 1 "${train[@]}" -labels "$1" "${more[@]}" refused.s2rgf
    for text in "${@:2}"; do expect_in "$stderr" "$text"; done
    expect_not_in "$stdout" "0..."
    expect_no_file refused.s2rgf
}

# round NAME: train, map, and assess on the same labels: every labelled pixel is assessed.
round() {
    run "${train[@]}" -labels "$1.csv" "${options[@]}" "$1.s2rgf"
    [ "$status" -eq 0 ] || fail "training on $1"
    expect_in "$stdout" "0..."
    cp "$stderr" "$1.warnings"
    expect_status 0 s2rgf_classify -q -threads 1 -m "$1.s2rgf" "${sources[@]}" "$1.tif"
    expect_status 0 s2rgf_assess -q -labels "$1.csv" "${options[@]}" -json "$1.json" "$1.tif"
    "$PYTHON" - "$1" << 'END' || fail "classes are lost: $(cat "$1.json")"
import json, subprocess, sys
a = json.load(open(sys.argv[1] + ".json", encoding="utf-8"))
model = json.loads(subprocess.check_output(["s2rgf_info", "-json", sys.argv[1] + ".s2rgf"]))
assert a["classes"] == [c["name"] for c in model["classes"]], a["classes"]
assert [p["value"] for p in a["per_class"]] == [c["value"] for c in model["classes"]]
assert a["assessed"] == model["training"]["train_pixels"], a["assessed"]
assert a["excluded"]["unknown_class"] == a["excluded"]["nodata"] == 0, a["excluded"]
END
}

# ---- Latin-1: two names that differ in an accent only
labels latin.csv $'pr\xe9s' $'pr\xe8s' eau
round latin
expect_in latin.warnings 'are taken for Windows-1252'
expect_status 0 s2rgf_info latin.s2rgf
expect_in "$stdout" "prés"
expect_in "$stdout" "près"

# ---- numbers in a field of text are the values of the map, and match a reference of integers
labels codes.csv 10 2 1
round codes
[ ! -s codes.warnings ] || fail "plain numbers give a warning: $(cat codes.warnings)"
ogr2ogr -f GPKG integers.gpkg codes.csv -oo AUTODETECT_TYPE=YES -oo "GEOM_POSSIBLE_NAMES=WKT,geom" -oo KEEP_GEOM_COLUMNS=NO \
    -a_srs EPSG:32633 -nln integers
expect_status 0 s2rgf_assess -q -labels integers.gpkg -a class -json integers.json codes.tif
"$PYTHON" - << 'END' || fail "integers and their texts are other classes: $(cat integers.json)"
import json
texts, integers = (json.load(open(name + ".json")) for name in ("codes", "integers"))
assert [c["value"] for c in texts["per_class"]] == [1, 2, 10]
assert texts == integers
END
labels mixed.csv 10 wood 2
round mixed
expect_in mixed.warnings 'mixes numbers and names'
labels cases.csv Wood wood water
round cases
expect_in cases.warnings '"Wood" and "wood" differ only in upper and lower case'

# ---- the map as others write it: floating point, 64 bits, without names
for type in Float32 Float64 Int64 UInt16; do
    gdal_translate -q -ot $type -a_nodata 0 codes.tif other.tif 2> /dev/null # it misses the palette
    expect_status 0 s2rgf_assess -q -overwrite -labels codes.csv "${options[@]}" -json other.json other.tif
    expect_same other.json codes.json
    rm -f other.tif other.tif.aux.xml
done

# ---- refused before training
labels clash.csv $'a\x01b' a_b c
refused clash.csv 'two classes become one name' 'a\x01b' '"a_b"'
labels long.csv "$(printf 'L%.0s' {1..1100})a" "$(printf 'L%.0s' {1..1100})b" c
refused long.csv 'name too long: expected at most 1024 bytes, found 1101'
labels zero.csv 0 1 2
refused zero.csv 'its class is 0' '1 to 65535'
labels same.csv 1 01 2
refused same.csv 'two names for one number: "01" and "1"'
"$PYTHON" - << 'END'
from osgeo import gdal
gdal.UseExceptions()
source = gdal.Open("scene/truth.tif")
band = source.GetRasterBand(1)
values = band.ReadAsArray()
made = gdal.GetDriverByName("GTiff").Create("zero.tif", source.RasterXSize, source.RasterYSize)
made.SetGeoTransform(source.GetGeoTransform())
made.SetProjection(source.GetProjection())
made.GetRasterBand(1).WriteArray(values - 1)
made.GetRasterBand(1).SetNoDataValue(255)
END
refused zero.tif 'have value 0, which is a class' 'give the class another value'
expect_status 0 s2rgf_assess -q -labels zero.tif -json - zero.tif
expect_in "$stdout" '"class 0"'
expect_in "$stdout" '"overall_accuracy": 1,'
