#!/usr/bin/env bash
# s2rgf_assess on a small map whose figures can be counted by hand; its report, JSON and files.
. "$(dirname "$0")/../tools/lib.sh"
need_python json unicodedata

# 6 x 4 pixels of 10 m; the named classes have names of one and of two columns a character.
raster() { # FILE: values on stdin
    { printf 'ncols 6\nnrows 4\nxllcorner 500000\nyllcorner 5000000\ncellsize 10\nNODATA_value 0\n'
        cat; } > "$1"
}
raster map.asc << 'END'
1 1 1 2 2 2
1 1 1 2 2 2
3 3 3 3 2 0
3 3 3 3 2 0
END
raster reference.asc << 'END'
1 1 2 2 2 2
1 1 1 2 2 2
3 3 3 0 2 2
3 1 3 0 0 1
END
cat > map.vrt << 'END'
<VRTDataset rasterXSize="6" rasterYSize="4">
  <SRS>EPSG:32633</SRS>
  <GeoTransform>500000, 10, 0, 5000040, 0, -10</GeoTransform>
  <VRTRasterBand dataType="Byte" band="1">
    <NoDataValue>0</NoDataValue>
    <CategoryNames>
      <Category></Category>
      <Category>Wald</Category>
      <Category>Wasserfläche</Category>
      <Category>湿地</Category>
    </CategoryNames>
    <SimpleSource><SourceFilename relativeToVRT="1">map.asc</SourceFilename></SimpleSource>
  </VRTRasterBand>
</VRTDataset>
END

# ---- a label raster, without a CRS of its own
assess=(s2rgf_assess map.vrt -labels reference.asc)
expect_status 1 "${assess[@]}"
expect_in "$stderr" "reference.asc"
expect_in "$stderr" "no CRS"
assess+=(-label_srs EPSG:32633)

expect_status 0 "${assess[@]}"
[ ! -s "$stderr" ] || fail "the report prints on stderr"
cp "$stdout" report.txt
for text in "overall accuracy   0.8947" "average accuracy   0.9028" "kappa              0.8410" \
    "Assessed: 19 pixels" "2  reference pixels where the map has nodata" \
    "0  reference pixels of a class that the map does not have"; do
    expect_in report.txt "$text"
done
sed 's/  */ /g; s/^ //; s/ $//' report.txt > squeezed.txt
for line in "1 Wald 5 0 1 6" "2 Wasserfläche 1 7 0 8" "3 湿地 0 0 5 5" "total 6 7 6 19" \
    "Wald 0.8333 0.8333 0.8333" "Wasserfläche 1.0000 0.8750 0.9333" "湿地 0.8333 1.0000 0.9091"; do
    grep -qxF -- "$line" squeezed.txt || fail "no line \"$line\" in the report: $(cat report.txt)"
done
# the lines of each table take the same number of columns on a terminal
"$PYTHON" - report.txt << 'END' || fail "the tables of the report do not line up"
import sys, unicodedata
def columns(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line.rstrip("\n"))
tables = open(sys.argv[1], encoding="utf-8").read().split("\n\n")
tables = [t.split("\n") for t in tables if t.split("\n")[-1].startswith((" ", "湿地")) and "湿地" in t]
assert len(tables) == 2, tables
for table in tables:
    assert len({columns(line) for line in table}) == 1, table
END

# ---- JSON: to standard output alone, or to a file that is never half-written or lost
expect_status 0 "${assess[@]}" -json -
cp "$stdout" out.json
"$PYTHON" - out.json << 'END' || fail "the JSON is not what was expected: $(cat out.json)"
import json, sys
a = json.load(open(sys.argv[1], encoding="utf-8"))
close = lambda x, y: abs(x - y) < 1e-9
assert close(a["overall_accuracy"], 17 / 19)
assert close(a["average_accuracy"], (5 / 6 + 7 / 8 + 1) / 3)
assert close(a["kappa"], (17 / 19 - 122 / 361) / (1 - 122 / 361))
assert a["confusion_matrix"] == [[5, 0, 1], [1, 7, 0], [0, 0, 5]]
assert len(a["classes"]) == len(a["per_class"]) == 3
assert "excluded" in a
END
expect_silence "${assess[@]}" -q
expect_silence "${assess[@]}" -q -json file.json
expect_same file.json out.json
echo "mine" > file.json
expect_status 1 "${assess[@]}" -q -json file.json
expect_in "$stderr" "file.json"
expect_in "$stderr" "-overwrite"
[ "$(cat file.json)" = mine ] || fail "an existing file was touched"
expect_silence "${assess[@]}" -q -json file.json -overwrite
expect_same file.json out.json
expect_status 1 "${assess[@]}" -json absent/file.json
expect_in "$stderr" "absent/file.json"
mkdir folder
expect_status 1 "${assess[@]}" -json folder -overwrite
expect_in "$stderr" "not a regular file"
mkfifo pipe
expect_status 1 "${assess[@]}" -json pipe -overwrite
expect_in "$stderr" "not a regular file"
# not over an input, however it is spelled
cp map.vrt map.copy
ln -s map.vrt link.vrt
for name in map.vrt ./map.vrt link.vrt; do
    expect_status 1 "${assess[@]}" -json "$name" -overwrite
    expect_in "$stderr" "$name: is an input"
    expect_same map.vrt map.copy
done
[ -z "$(find . -name '*.tmp*')" ] || fail "temporary files are left"
if [ -e /dev/full ]; then
    status=0
    "${assess[@]}" > /dev/full 2> "$stderr" || status=$?
    [ "$status" -eq 1 ] || fail "a report that was lost: status $status, expected 1"
    expect_in "$stderr" "standard output"
fi

# ---- polygons with class names: conflict, unknown class, outside, nodata
square() { # CLASS column row columns rows: a feature, lengths in pixels
    local x=$((500000 + 10 * $2)) y=$((5000040 - 10 * $3))
    local x2=$((x + 10 * $4)) y2=$((y - 10 * $5))
    printf '{"type":"Feature","properties":{"class":"%s"},"geometry":{"type":"Polygon",' "$1"
    printf '"coordinates":[[[%s,%s],[%s,%s],[%s,%s],[%s,%s],[%s,%s]]]}}' \
        $x $y $x2 $y $x2 $y2 $x $y2 $x $y
}
{
    printf '{"type":"FeatureCollection","crs":{"type":"name","properties":'
    printf '{"name":"urn:ogc:def:crs:EPSG::32633"}},"features":['
    square Wald 0 0 3 2; printf ','
    square Wasserfläche 2 0 2 2; printf ','
    square 湿地 0 2 2 1; printf ','
    square 湿地 5 2 1 2; printf ','
    square Moor 4 2 1 1; printf ','
    square Wald 900 0 3 2
    printf ']}'
} > reference.geojson
expect_status 0 s2rgf_assess map.vrt -labels reference.geojson -a class
for text in "overall accuracy   1.0000" "Assessed: 8 pixels" \
    "2  reference pixels where the map has nodata" \
    "1  polygons that hold no pixel centre of the map" \
    "1  reference pixels of a class that the map does not have" \
    "2  pixels that polygons of different classes share"; do
    expect_in "$stdout" "$text"
done
# only some of them
expect_status 0 s2rgf_assess map.vrt -labels reference.geojson -a class -where "class = 'Wald'"
expect_in "$stdout" "Assessed: 6 pixels"

# ---- what does not fit, or is not there
expect_status 3 s2rgf_assess map.vrt -labels reference.geojson -a class -where "class = 'Moor'"
expect_in "$stderr" "Moor"
expect_status 1 s2rgf_assess map.vrt -labels reference.geojson -a no_such_field
expect_in "$stderr" "no_such_field"
expect_in "$stderr" "reference.geojson"
expect_status 1 s2rgf_assess map.vrt -labels reference.geojson -a class -l no_such_layer
expect_in "$stderr" "no_such_layer"
expect_status 1 s2rgf_assess map.vrt -labels absent.gpkg -a class
expect_in "$stderr" "absent.gpkg"
expect_status 1 s2rgf_assess absent.tif -labels reference.geojson -a class
expect_in "$stderr" "absent.tif"
