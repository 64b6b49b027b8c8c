# A folder of tiny scenes and their model; sourced after tools/lib.sh.
# shellcheck shell=bash
# Sets  many      a command that maps the scenes a, b, c and d of the folder `tiles`, quietly; where to
#                 is to be added
#       scene_of  the -i options of one of them
# shellcheck disable=SC2034,SC2154 # used by the tests that source this; set by tools/lib.sh
. "$top_srcdir/tests/cli/tiny_scene.sh"

"${train[@]}" -q model.s2rgf
mkdir tiles maps
for name in a b c d; do
    ln scene/ms.tif "tiles/${name}_ms.tif"
    ln scene/hs.tif "tiles/${name}_hs.tif"
done
many=(s2rgf_classify -q -m model.s2rgf -i 'ms={}_ms.tif' -i 'hs={}_hs.tif' -scenes tiles)
scene_of() {
    echo "-i ms=tiles/$1_ms.tif -i hs=tiles/$1_hs.tif"
}

# told REPORT EXPRESSION: the expression holds, with the report as r and the outcomes by scene as o.
told() {
    "$PYTHON" - "$@" << 'END' || fail "the report does not say $2: $(cat "$1")"
import json
import sys

r = json.load(open(sys.argv[1], encoding="utf-8"))
o = {item["scene"]: item for item in r["outcomes"]}
sys.exit(not eval(sys.argv[2]))
END
}

# interrupt_when FILE COMMAND...: Ctrl-C once the file is there; the command must say so by its status.
interrupt_when() {
    local file=$1 child tries status=0
    shift
    env --default-signal=INT "$@" > "$stdout" 2> "$stderr" &
    child=$!
    for ((tries = 0; tries < 12000; tries++)); do
        [ ! -e "$file" ] || break
        sleep 0.02
    done
    kill -INT "$child"
    wait "$child" || status=$?
    [ "$status" -eq 130 ] || fail "status $status after SIGINT, expected 130"
}

# maps_are NAME...: these files and no others are in `maps`, but for side files.
maps_are() {
    local found
    found=$(cd maps && find . -name '*.tif' | sed 's,^\./,,' | sort | tr '\n' ' ')
    [ "$found" = "$*${*:+ }" ] || fail "expected the maps $*, found $found"
    [ -z "$(find . -name '*.part-*' -o -name '*.work-*')" ] || fail "temporary files are left: $(find .)"
}
