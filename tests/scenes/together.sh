#!/usr/bin/env bash
# Small scenes of a list are mapped one a thread: the same files, words and outcomes as with one thread.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/scenes/scenes.sh"

# Twelve scenes of several contents: one is no raster, one large, one has values that are told of.
rm tiles/*
"$builddir/samples/make_scene" -size 96 80 -ratio 6 -hs_bands 8 -classes 3 -seed 5 other
"$builddir/samples/make_scene" -size 600 500 -ratio 6 -hs_bands 8 -classes 3 large
gdal_translate -q -a_scale 1000 -a_offset 0 scene/ms.tif odd_ms.tif
for name in a b c d e f g h i j k l; do
    from=scene
    case $name in
    b | g | i) from=other ;;
    d) from=large ;;
    esac
    ln "$from/ms.tif" "tiles/${name}_ms.tif"
    ln "$from/hs.tif" "tiles/${name}_hs.tif"
done
rm tiles/f_hs.tif tiles/h_ms.tif
echo junk > tiles/f_hs.tif
ln odd_ms.tif tiles/h_ms.tif
loud=(s2rgf_classify "${many[@]:2}")

# map_all THREADS OPTION...: the maps of all but f, in a folder `with_THREADS`; what was said, without times
map_all() {
    local threads=$1
    shift
    mkdir -p "with_$threads"
    expect_status 1 "${loud[@]}" -threads "$threads" "$@" -report report.json "with_$threads/{}.tif"
    grep '^Scene ' "$stdout" | sed "s,with_$threads,maps,g" > "told_$threads.txt"
    grep -v '^$' "$stderr" > "warned_$threads.txt"
    told report.json '[o[k]["outcome"] for k in "abcdefghijkl"].count("mapped") == 11'
    told report.json 'o["f"]["outcome"] == "failed" and "tiles/f_hs.tif" in o["f"]["message"]'
    [ -z "$(find . -name '*.part-*')" ] || fail "temporary files are left: $(find .)"
}
same_as_one() {
    (cd with_1 && sha256sum -- *) > one.txt
    (cd "with_$1" && sha256sum -- *) > many.txt
    diff one.txt many.txt || fail "$1 threads: other files than with one"
    diff warned_1.txt "warned_$1.txt" || fail "$1 threads: other warnings than with one"
}
map_all 1
[ "$(find with_1 -name '*.tif' | wc -l)" -eq 11 ] || fail "expected 11 maps: $(ls with_1)"
expect_in warned_1.txt "h: source ms (tiles/h_ms.tif): "
expect_in warned_1.txt "f: failed: tiles/f_hs.tif"
[ "$(wc -l < told_1.txt)" -eq 12 ] || fail "not every scene is named: $(cat told_1.txt)"
for threads in 2 5; do
    map_all "$threads"
    # the large one comes last, because it waits for all threads
    same_as_one "$threads"
    { grep -v 'd.tif' told_1.txt && grep 'd.tif' told_1.txt; } | diff - "told_$threads.txt" ||
        fail "$threads threads: scenes are named in another order"
done

# After the first scene each has one thread, but for the large one.
rm -rf with_2
map_all 2 --debug S2RGF
expect_in warned_2.txt "a: tiles of "
[ "$(grep -c ': tiles of .* 1 thread,' warned_2.txt)" -eq 9 ] || fail "small scenes share threads"
grep -q 'd: tiles of .* 2 threads,' warned_2.txt || fail "the large scene does not have both threads"

# Working memory for one scene at a time: the others wait.
rm -rf with_2
map_all 2 -wm 12
same_as_one 2

# Interrupted, what is mapped has its names, and the next run does the rest.
rm -rf maps tiles && mkdir maps tiles
for ((i = 100; i < 400; i++)); do
    ln scene/ms.tif "tiles/${i}_ms.tif"
    ln scene/hs.tif "tiles/${i}_hs.tif"
done
interrupt_when maps/110.tif "${loud[@]}" -threads 2 -report report.json 'maps/{}.tif'
done_before=$(find maps -name '*.tif' | wc -l)
told report.json "r['mapped'] == $done_before and r['failed'] == 0 and r['not_reached'] == 300 - $done_before"
[ -z "$(find . -name '*.part-*')" ] || fail "temporary files are left: $(find .)"
expect_silence "${many[@]}" -threads 2 -report report.json 'maps/{}.tif'
told report.json "r['skipped'] == $done_before and r['mapped'] == 300 - $done_before"
