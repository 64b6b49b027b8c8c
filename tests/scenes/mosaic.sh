#!/usr/bin/env bash
# Shares joined are the map of one run: pixels and all that describes them; shares that do not belong
# together are refused.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/scenes/scenes.sh"

"$builddir/samples/make_scene" -size 300 420 -ratio 6 -hs_bands 8 -classes 3 large
one=(s2rgf_classify -q -m model.s2rgf -i ms=large/ms.tif -i hs=large/hs.tif)

# same_map A B: pixels, palette, names, attribute table, nodata, metadata and place are the same.
same_map() {
    "$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" "$1" "$2" &&
        "$PYTHON" "$top_srcdir/tests/scenes/same_description.py" "$1" "$2" ||
        fail "$1 and $2 differ"
}

# shares COUNT OPTION...: all shares of map.tif, the last first
shares() {
    local index
    for index in $(seq "$1" -1 1); do
        expect_silence "${one[@]}" "${@:2}" -shard "$index/$1" -conf conf.tif -prob prob.tif map.tif
    done
}

# ---- byte for byte, however it is cut, and for a window, too
for window in "" "-srcwin 10 37 200 333"; do
    cuts=("2 -oo NUM_THREADS=1" "7 -tile 100") # what all shares have in common is not in the map
    [ -z "$window" ] || cuts=("3 -tile 32 -threads 1" "11 -tile 16")
    # shellcheck disable=SC2086 # several words
    expect_silence "${one[@]}" $window -overwrite -conf whole_conf.tif -prob whole_prob.tif whole.tif
    for cut in "${cuts[@]}"; do
        rm -f map[_.]* conf[_.]* prob[_.]*
        # shellcheck disable=SC2086
        shares $cut $window
        expect_silence s2rgf_mosaic -q map.tif
        expect_silence s2rgf_mosaic -q conf.tif
        expect_silence s2rgf_mosaic -q prob.tif
        for suffix in .tif .tif.aux.xml .qml _conf.tif _prob.tif; do
            mine=map$suffix
            case $suffix in _*) mine=${suffix#_} ;; esac
            expect_same "whole$suffix" "$mine"
        done
        same_map whole.tif map.tif
    done
done

# ---- other formats
expect_silence s2rgf_mosaic -q -of COG -co COMPRESS=LZW -overwrite map.tif
expect_silence "${one[@]}" -srcwin 10 37 200 333 -of COG -co COMPRESS=LZW cog.tif
expect_same cog.tif map.tif
expect_status 1 s2rgf_mosaic -q -overwrite map.vrt
expect_in "$stderr" "map.qml: belongs to map.tif"
rm map.tif map.tif.* map.qml
expect_silence sh -ec "$(sed -n 's/^s2rgf_mosaic /&-q /p' "$top_srcdir/man/s2rgf_mosaic.1")"
rm map.vrt map.tif map.tif.* map.qml
expect_silence s2rgf_mosaic -q map.vrt
expect_file map.qml
expect_in map.vrt 'relativeToVRT="1">map_01of11.tif<'
same_map whole.tif map.vrt
mkdir moved
mv map.vrt map_*.tif conf_*.tif prob_*.tif moved
same_map whole.tif moved/map.vrt
expect_silence s2rgf_mosaic -q moved/prob.vrt
same_map whole_prob.tif moved/prob.vrt
expect_silence s2rgf_mosaic -q -n 11 moved/conf.vrt
expect_no_file moved/conf.qml
same_map whole_conf.tif moved/conf.vrt
expect_status 0 s2rgf_mosaic -noqml moved/map.tif
expect_in "$stdout" "moved/map.tif: 11 shares, 200 x 333 pixels"
expect_in "$stdout" "100 - done"
expect_same whole.tif moved/map.tif
expect_no_file moved/map.qml

# ---- refusals leave what is there
cp moved/map.tif before.tif
refused() { # STATUS REASON COMMAND...
    expect_status "$1" "${@:3}"
    expect_in "$stderr" "$2"
    expect_same before.tif moved/map.tif
    [ -z "$(find . -name '*.part-*' -o -name '*.work-*')" ] || fail "temporary files are left"
}
refused 1 "moved/map.tif: exists" s2rgf_mosaic -q moved/map.tif
refused 1 "moved/map.vrt: exists" s2rgf_mosaic -q moved/map.vrt
refused 1 "creation option" s2rgf_mosaic -q -co A=B -overwrite moved/map.vrt
refused 1 "no share found: expected names like none_1of2.tif in moved" s2rgf_mosaic -q moved/none.tif
mv moved/map_07of11.tif kept.tif
refused 1 "expected 11, found 10; missing: moved/map_07of11.tif" s2rgf_mosaic -q -overwrite moved/map.tif
cp moved/map_08of11.tif moved/map_07of11.tif
refused 1 "moved/map_07of11.tif: expected share 7 of 11" s2rgf_mosaic -q -overwrite moved/map.tif
head -c 300 kept.tif > moved/map_07of11.tif
refused 1 "moved/map_07of11.tif" s2rgf_mosaic -q -overwrite moved/map.tif
cp kept.tif moved/map_07of11.tif
cp kept.tif moved/map_1of2.tif
refused 1 "shares of" s2rgf_mosaic -q -overwrite moved/map.tif
expect_silence s2rgf_mosaic -q -overwrite -n 11 moved/map.tif
expect_same before.tif moved/map.tif

# ---- shares that do not belong together
"${train[@]}" -q -seed 2 other.s2rgf
replaced() { # REASON COMMAND...: share 7 made by the command
    rm -f map_* moved/map_1of2.tif
    expect_silence "${@:2}" -tile 16 -shard 7/11 map.tif
    cp map_07of11.tif moved
    refused 3 "$1" s2rgf_mosaic -q -overwrite moved/map.tif
    expect_in "$stderr" "moved/map_07of11.tif"
}
window=(-srcwin 10 37 200 333)
replaced "other model than" s2rgf_classify -q -m other.s2rgf "${one[@]:4}" "${window[@]}"
ln large/ms.tif second.tif
replaced "other sources than" "${one[@]:0:4}" -i ms=second.tif "${one[@]:6}" "${window[@]}"
replaced "other options than" "${one[@]}" -mask large/truth.tif "${window[@]}"
expect_in "$stderr" "expected none, found mask large/truth.tif"
replaced "lies elsewhere than its share of the map's grid" "${one[@]}" -srcwin 11 37 200 333
replaced "does not continue the map" "${one[@]}" -srcwin 10 37 200 332
