#!/usr/bin/env bash
# No name of a file or class steers the terminal that shows it, and none spoils a style.
. "$(dirname "$0")/../tools/lib.sh"
need gdalinfo
. "$top_srcdir/tests/cli/tiny_scene.sh"

# is_clean FILE...: UTF-8 without control characters but line ends, and without overrides of direction.
is_clean() {
    "$PYTHON" - "$@" << 'END'
import re, sys
for path in sys.argv[1:]:
    text = open(path, "rb").read().decode()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", text), (path, text)
END
}
# told STATUS COMMAND...: the command ends so and says something, cleanly
told() {
    expect_status "$@"
    [ -s "$stdout" ] || [ -s "$stderr" ] || fail "nothing said: $*"
    is_clean "$stdout" "$stderr" || fail "control characters: $*"
}

"${train[@]}" -q -val 0 model.s2rgf
# an operating system command, a colour, C1, an override of direction, a byte that is not UTF-8, a line break
evil=$'\e]0;title\a\e[31m\xc2\x9b1m\xe2\x80\xae\xff\ntwo'
classify=(s2rgf_classify -m model.s2rgf -overwrite)
told 1 s2rgf_info "$evil"
told 2 s2rgf_info "-$evil" model.s2rgf
told 2 s2rgf_info model.s2rgf -json "$evil"
told 2 s2rgf_classify -m model.s2rgf -tile "$evil" -i a.tif map.tif
told 2 s2rgf_info --optfile "$evil"
told 1 "${classify[@]}" -i "ms=$evil" -i hs=scene/hs.tif map.tif
told 3 "${classify[@]}" -i "$evil=scene/ms.tif" -i hs=scene/hs.tif map.tif
told 1 "${classify[@]}" "${sources[@]}" "absent/$evil"
told 1 s2rgf_train "${sources[@]}" -labels scene/labels.gpkg -l train -a "$evil" other.s2rgf
expect_in "$stderr" '\x1b]0;title\x07'
told 1 s2rgf_assess "$evil" -labels scene/labels.gpkg -l test -a class
told 1 s2rgf_mosaic "absent/$evil"
printf '%s\n' "${evil//$'\n'/}" > list
told 1 "${classify[@]}" -scenes list -i 'ms={}_ms.tif' -i 'hs={}_hs.tif' -report report.json 'map_{}.tif'
is_clean report.json || fail "control characters in the report"

# Where the files are there, also lines of progress, debug output, and the map's own metadata.
cp scene/ms.tif "$evil.tif"
told 0 "${classify[@]}" -i "ms=$evil.tif" -i hs=scene/hs.tif "$evil.map.tif"
told 0 "${classify[@]}" --debug on -q -i "ms=$evil.tif" -i hs=scene/hs.tif map.tif
gdalinfo -json map.tif | "$PYTHON" -c '
import json, sys
sources = json.load(sys.stdin)["metadata"][""]["S2RGF_SOURCES"]
assert "\\x1b]0;title\\x07" in sources and sources.isprintable(), sources'

# Classes of a map that others made: what becomes of them is sound XML.
for part in 1 2; do
    expect_silence s2rgf_classify -q -m model.s2rgf "${sources[@]}" -shard $part/2 joined.tif
done
"$PYTHON" - joined*.tif << 'END'
import sys
from osgeo import gdal
for path in sys.argv[1:]:
    part = gdal.Open(path, 1)
    for key, value in part.GetMetadata().items():
        if key.startswith("CLASS_"):
            part.SetMetadataItem(key, value + "\x1b[31m\u202e<&\"'\x9b")
    part = None
END
told 0 s2rgf_mosaic joined.tif
is_clean joined.qml || fail "control characters in a style"
"$PYTHON" -c 'import xml.dom.minidom as m; m.parse("joined.qml")' || fail "a style that is no XML"
