#!/usr/bin/env bash
# Broken scene files: an error that names the file; other files and drivers are left alone.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/driver/driver.sh"

# refused NAME TEXT...: gdalinfo fails, in one way only, and its message has all texts
refused() {
    local text
    expect_status 1 gdal gdalinfo "$1"
    for text in "${@:2}"; do expect_in "$stderr" "$text"; done
    [ "$(grep -c '^ERROR' "$stderr")" -eq 1 ] || fail "not one error but several"
}
: > empty.s2rgf.json
refused empty.s2rgf.json "empty.s2rgf.json: " "not JSON"
head -c 60 map.s2rgf.json > short.s2rgf.json
refused short.s2rgf.json "short.s2rgf.json: " "not JSON"
head -c 3000 /dev/urandom > noise.s2rgf.json
refused noise.s2rgf.json "noise.s2rgf.json: "
broken() { # NAME SED REASON: the scene file after that edit
    sed "$2" map.s2rgf.json > "$1.s2rgf.json"
    refused "$1.s2rgf.json" "$1.s2rgf.json: " "$3"
}
broken newer 's/scene": 1/scene": 99/' "expected format version 1, found 99"
broken model 's/model.s2rgf/absent.s2rgf/' "absent.s2rgf"
broken raster 's/hs.tif/absent.tif/' "absent.tif"
broken source 's/"hs"/"pan"/' "source hs: missing"
broken member 's/"sources"/"source"/' "unknown member"
# a scene that is a source of itself, under one name and under one that grows
sed 's|scene/hs.tif|itself.s2rgf.json|' map.s2rgf.json > itself.s2rgf.json
refused itself.s2rgf.json "itself.s2rgf.json: " "recursive"
sed 's|scene/hs.tif|scene/../itself.s2rgf.json|' map.s2rgf.json > itself.s2rgf.json
refused itself.s2rgf.json "itself.s2rgf.json: "
# inner loops that there are not
S2RGF_KERNELS=fast refused map.s2rgf.json "map.s2rgf.json: " "S2RGF_KERNELS: expected " "found fast"
# connection strings
refused S2RGF:absent.s2rgf.json "S2RGF:absent.s2rgf.json"
refused S2RGF: "S2RGF:"
refused S2RGF:model=model.s2rgf "S2RGF:model=model.s2rgf" "NAME=RASTER"
refused S2RGF:model=model.s2rgf,ms=scene/ms.tif "source hs: missing"
refused 'S2RGF:model=model.s2rgf,ms="scene/ms.tif' "closing quote"
if [ "$(id -u)" -ne 0 ]; then
    cp map.s2rgf.json locked.s2rgf.json
    chmod 000 locked.s2rgf.json
    refused locked.s2rgf.json "locked.s2rgf.json"
fi

# what breaks while tiles are read: the error names map and raster, and nothing is made up
gdal_translate -q -co COMPRESS=NONE -co BLOCKYSIZE=1 scene/ms.tif whole_ms.tif
head -c $(($(stat -c %s whole_ms.tif) / 2)) whole_ms.tif > half_ms.tif
sed 's|scene/ms.tif|half_ms.tif|' map.s2rgf.json > half.s2rgf.json
[ -z "$(computed gdalinfo half.s2rgf.json)" ] || fail "gdalinfo computed tiles"
expect_status 1 gdal gdal_translate -q half.s2rgf.json half.tif
expect_in "$stderr" "half.s2rgf.json: half_ms.tif: cannot read"

# a map that is still open when GDAL ends
expect_silence gdal "$PYTHON" -c '
import os
from osgeo import gdal
gdal.UseExceptions()
maps = [gdal.Open("map.s2rgf.json"), gdal.BuildVRT("", ["map.s2rgf.json"])]
maps[1].ReadAsArray(0, 0, 8, 8)
gdal.GDALDestroyDriverManager()
os._exit(0)'

# names that would steer a terminal
printf '{"s2rgf_scene":1,"model":"\\u001b]0;title\\u0007\\u202e.s2rgf","sources":[{"name":"ms","files":["a.tif"]}]}' \
    > evil.s2rgf.json
refused evil.s2rgf.json 'evil.s2rgf.json: \x1b]0;title\x07\u202e.s2rgf'
! grep -q "$(printf '[\x1b\x07]')" "$stdout" "$stderr" || fail "control characters reach the terminal"

# a model whose scores overflow: no tile is made up
"$PYTHON" - << 'END'
import json, struct
data = bytearray(open("model.s2rgf", "rb").read())
start = 8 + struct.unpack("<Q", data[:8])[0]
for name, tensor in json.loads(data[8:start]).items():
    if name.endswith("weight"):
        first, end = (start + at for at in tensor["data_offsets"])
        data[first:end] = struct.pack("<f", 9e14) * ((end - first) // 4)
open("overflow.s2rgf", "wb").write(data)
END
sed 's/model.s2rgf/overflow.s2rgf/' map.s2rgf.json > overflow.s2rgf.json
expect_status 1 gdal gdal_translate -q overflow.s2rgf.json overflow.tif
expect_in "$stderr" "overflow.s2rgf.json: "
expect_in "$stderr" "overflow.s2rgf: no pixel has finite scores"

# what is not ours is left to others, without a word
printf '{"type": "FeatureCollection", "features": []}' > points.geojson
cp points.geojson points.json
mkdir folder.s2rgf.json
for file in map.tif scene/ms.tif; do expect_status 0 gdal gdalinfo "$file"; [ ! -s "$stderr" ]; done
for file in points.geojson points.json; do expect_status 0 gdal ogrinfo "$file"; [ ! -s "$stderr" ]; done
for file in absent.s2rgf.json folder.s2rgf.json model.s2rgf points.json; do
    expect_status 1 gdal gdalinfo "$file"
    expect_not_in "$stderr" "S2RGF"
done
