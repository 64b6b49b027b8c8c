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
    "1  polygon that holds no pixel centre of the map, or point outside it" \
    "1  reference pixel of a class that the map does not have" \
    "2  pixels that labels of different classes share"; do
    expect_in "$stdout" "$text"
done
# only some of them
expect_status 0 s2rgf_assess map.vrt -labels reference.geojson -a class -where "class = 'Wald'"
expect_in "$stdout" "Assessed: 6 pixels"

# ---- how good the confidence is: 19 pixels assessed, 17 of them right
confidence() { # FILE: values on stdin
    { printf 'ncols 6\nnrows 4\nxllcorner 500000\nyllcorner 5000000\ncellsize 10\nNODATA_value -1\n'
        cat; } > "$1"
}
# the pixels that are wrong: row 1 column 3, row 4 column 2, with 0.9 and 0.3
confidence conf.asc << 'END'
0.9 0.9 0.9 0.9 0.9 0.9
0.5 0.5 0.5 0.5 0.5 0.5
1 1 1 1 0.3 -1
1 0.3 -1 1 0.3 -1
END
expect_status 0 "${assess[@]}" -confidence conf.asc
cp "$stdout" with.txt
# 0.3: 2 pixels, 1 right; 0.5: 6, all right; 0.9: 6, 5 right; 1: 4, all right; and one without:
# (2 * 0.2 + 6 * 0.5 + 6 * 0.0667 + 0) / 18
sed 's/  */ /g; s/^ //; s/ $//' with.txt > squeezed.txt
for line in "expected calibration error 0.2111" "confidence pixels mean accuracy" \
    "0.267 to 0.333 2 0.3000 0.5000" "0.467 to 0.533 6 0.5000 1.0000" \
    "0.867 to 0.933 6 0.9000 0.8333" "0.933 to 1.000 4 1.0000 1.0000" \
    "1 assessed pixel has no confidence"; do
    grep -qxF -- "$line" squeezed.txt || fail "no line \"$line\" in the report: $(cat with.txt)"
done
[ "$(grep -c ' to ' squeezed.txt)" -eq 4 ] || fail "bins without pixels are listed: $(cat with.txt)"
# the rest of the report is as without
grep -vxFf report.txt with.txt > more.txt || true
[ "$(grep -c . more.txt)" -eq 7 ] || fail "the report has other lines too: $(cat more.txt)"
expect_silence "${assess[@]}" -q -confidence conf.asc -json with.json
"$PYTHON" - with.json out.json << 'END' || fail "the JSON is not what was expected: $(cat with.json)"
import json, sys
a, without = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:])
close = lambda x, y: abs(x - y) < 1e-6
c = a.pop("calibration")
assert a == without
assert close(c["expected_calibration_error"], (2 * 0.2 + 6 * 0.5 + 6 * (0.9 - 5 / 6)) / 18)
assert c["without_confidence"] == 1 and len(c["bins"]) == 15
assert [b["pixels"] for b in c["bins"]] == [0] * 4 + [2, 0, 0, 6] + [0] * 5 + [6, 4]
assert close(c["bins"][4]["from"], 4 / 15) and close(c["bins"][4]["to"], 5 / 15)
assert close(c["bins"][4]["mean_confidence"], 0.3) and close(c["bins"][4]["accuracy"], 0.5)
assert c["bins"][0]["mean_confidence"] is None and c["bins"][0]["accuracy"] is None
END
refused() { # STATUS CONFIDENCE TEXT...
    local wanted=$1 text
    expect_status "$wanted" "${assess[@]}" -confidence "$2"
    for text in "${@:2}"; do expect_in "$stderr" "$text"; done
}
refused 1 absent.asc
head -c 150 conf.asc > cut.asc
refused 1 cut.asc
sed 's/0.3/1.3/' conf.asc > large.asc
refused 1 large.asc "expected 0 to 1, found 1.3"
sed 's/ncols 6/ncols 4/; s/nrows 4/nrows 6/' conf.asc > turned.asc
refused 3 turned.asc "another size than the map's grid: expected 6 x 4, found 4 x 6"
sed 's/xllcorner 500000/xllcorner 500005/' conf.asc > moved.asc
refused 3 moved.asc "lies elsewhere than the map's grid"
cp conf.asc conf.copy
expect_status 1 "${assess[@]}" -confidence conf.asc -json conf.asc -overwrite
expect_in "$stderr" "conf.asc: is an input"
expect_same conf.asc conf.copy

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
