#!/usr/bin/env bash
# A disk that fills up: exit 1, the reason, and no trace. A limit on the size of files stands in for the
# disk; the signal that comes with it is ignored, so that writing fails as it does on a full disk.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"

"${train[@]}" -q model.s2rgf
"$builddir/samples/make_scene" -size 700 600 -ratio 6 -hs_bands 8 -classes 3 large
cp model.s2rgf existing.s2rgf
cp scene/truth.tif existing.tif
keep_files

# full BLOCKS COMMAND...: fails for want of space when no file may exceed BLOCKS of 1024 bytes
full() {
    local blocks=$1
    shift
    status=0
    ( trap '' XFSZ; ulimit -f "$blocks"; exec "$@" ) > "$stdout" 2> "$stderr" || status=$?
    [ "$status" -eq 1 ] || fail "status $status on a full disk, expected 1: $*"
    expect_in "$stderr" "ERROR"
    expect_files_kept "$@"
}

classify=(s2rgf_classify -q -m model.s2rgf -i ms=large/ms.tif -i hs=large/hs.tif)
full 8 "${train[@]}" -q m.s2rgf
full 8 "${train[@]}" -q -overwrite existing.s2rgf
full 8 "${classify[@]}" -co COMPRESS=NONE map.tif
full 8 "${classify[@]}" -overwrite -co COMPRESS=NONE existing.tif
full 200 "${classify[@]}" -prob prob.tif map.tif
full 8 "${classify[@]}" -of COG -co COMPRESS=NONE map.tif

for format in gpkg geojson csv shp gml; do
    full 200 s2rgf_sample -q large/truth.tif -n 9000 "points.$format"
    expect_not_in "$stderr" "does not hold the points"
done

# Where only standard output is full, the status is 1, and the words say that the files are there.
if [ -e /dev/full ]; then
    lost() { # FILE COMMAND...: makes FILE, but its lines are lost
        status=0
        "${@:2}" > /dev/full 2> "$stderr" || status=$?
        [ "$status" -eq 1 ] || fail "status $status with a full standard output, expected 1: ${*:2}"
        expect_in "$stderr" "standard output: cannot write"
        expect_in "$stderr" "all other outputs are written and complete"
        [ -s "$1" ] || fail "$1 is not there"
    }
    lost m.s2rgf "${train[@]}" m.s2rgf
    lost map.tif s2rgf_classify -m model.s2rgf -i ms=scene/ms.tif -i hs=scene/hs.tif map.tif
    status=0
    s2rgf_info m.s2rgf > /dev/full 2> "$stderr" || status=$?
    [ "$status" -eq 1 ] || fail "s2rgf_info: status $status with a full standard output"
    expect_not_in "$stderr" "outputs are written"
fi
