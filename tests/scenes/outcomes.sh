#!/usr/bin/env bash
# What happens to many scenes: skipped, failed in the middle, interrupted and gone on with.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/scenes/scenes.sh"

loud=(s2rgf_classify "${many[@]:2}")

# ---- a bad scene in the middle does not stop the rest
rm tiles/b_hs.tif tiles/c_hs.tif
echo junk > tiles/b_hs.tif
expect_status 1 "${loud[@]}" -report report.json 'maps/{}_map.tif'
expect_in "$stdout" "Scene 2 of 4: maps/b_map.tif"
expect_in "$stdout" "100 - done"
[ "$(tail -n 1 "$stdout")" = "4 scenes: 2 mapped, 0 skipped, 2 failed" ] || fail "no summary"
expect_in "$stderr" "Warning 1: b: failed: tiles/b_hs.tif"
expect_in "$stderr" "tiles: 2 of 4 scenes failed"
maps_are a_map.tif d_map.tif
expect_no_file maps/b_map.qml
told report.json 'r["model"] == "model.s2rgf" and len(r["model_checksum"]) == 16'
told report.json '(r["shard"], r["shards"], r["scenes"]) == (1, 1, 4)'
told report.json '[r[k] for k in ("mapped", "skipped", "failed", "not_reached")] == [2, 0, 2, 0]'
told report.json 'o["a"]["map"] == "maps/a_map.tif" and o["a"]["seconds"] > 0 and "message" not in o["a"]'
told report.json 'o["b"]["outcome"] == "failed" and "tiles/b_hs.tif" in o["b"]["message"]'
told report.json 'o["c"]["error"] == "input or output failed" and "c_hs.tif" in o["c"]["message"]'

# ---- the same again does what is missing, and no more
ln -f scene/hs.tif tiles/b_hs.tif
before=$(stat -c %i maps/a_map.tif maps/d_map.tif)
expect_status 1 "${many[@]}" -report report.json 'maps/{}_map.tif'
[ ! -s "$stdout" ] || fail "-q prints on stdout"
told report.json '[r[k] for k in ("mapped", "skipped", "failed")] == [1, 2, 1]'
told report.json 'o["a"]["outcome"] == "skipped" and "seconds" not in o["a"]'
maps_are a_map.tif b_map.tif d_map.tif
[ "$before" = "$(stat -c %i maps/a_map.tif maps/d_map.tif)" ] || fail "a map was made again"
ln scene/hs.tif tiles/c_hs.tif
expect_silence "${many[@]}" -report report.json 'maps/{}_map.tif'
expect_silence "${many[@]}" -report report.json 'maps/{}_map.tif'
told report.json 'r["skipped"] == 4'

# ---- other outputs without the map are the rest of an interrupted run
rm maps/b_map.tif
echo mine > maps/b_conf.tif
expect_silence "${many[@]}" -conf 'maps/{}_conf.tif' 'maps/{}_map.tif'
gdalinfo maps/b_conf.tif > info.txt
expect_in info.txt "Type=Float32"
expect_no_file maps/a_conf.tif

# ---- -overwrite makes all again
expect_silence "${many[@]}" -overwrite -report report.json 'maps/{}_map.tif'
told report.json 'r["mapped"] == 4'
[ "$before" != "$(stat -c %i maps/a_map.tif maps/d_map.tif)" ] || fail "no map was made again"

# ---- what has a map's name and is no file is no map
rm maps/a_map.*
mkdir maps/a_map.tif
expect_status 1 "${many[@]}" -report report.json 'maps/{}_map.tif'
told report.json 'o["a"]["outcome"] == "failed" and "is a folder" in o["a"]["message"]'
told report.json 'r["skipped"] == 3'
rmdir maps/a_map.tif

# ---- a name that is no UTF-8, and one that JSON escapes
rm -f maps/*
cp tiles/a_ms.tif $'tiles/q"\xff_ms.tif'
cp tiles/a_hs.tif $'tiles/q"\xff_hs.tif'
expect_silence "${many[@]}" -report report.json 'maps/{}_map.tif'
told report.json "'q\"_' in o and r['mapped'] == 5"
expect_file $'maps/q"\xff_map.tif'

# ---- interrupted it goes on where it stopped
rm -rf maps tiles && mkdir maps tiles
"$builddir/samples/make_scene" -size 900 700 -ratio 6 -hs_bands 8 -classes 3 large
for name in a b c d e f; do
    ln large/ms.tif "tiles/${name}_ms.tif"
    ln large/hs.tif "tiles/${name}_hs.tif"
done
interrupt_when maps/a_map.tif "${loud[@]}" -threads 1 -report report.json 'maps/{}_map.tif'
expect_in "$stdout" "failed, interrupted"
expect_in "$stderr" "interrupted"
done_before=$(find maps -name '*.tif' | wc -l)
told report.json "r['mapped'] == $done_before and r['not_reached'] == 6 - $done_before"
told report.json 'o["a"]["outcome"] == "mapped" and o["f"]["outcome"] == "not reached"'
[ -z "$(find . -name '*.part-*' -o -name '*.work-*')" ] || fail "temporary files are left: $(find .)"
before=$(stat -c %i maps/a_map.tif)
expect_silence "${many[@]}" -report report.json 'maps/{}_map.tif'
told report.json "r['skipped'] == $done_before and r['mapped'] == 6 - $done_before"
maps_are a_map.tif b_map.tif c_map.tif d_map.tif e_map.tif f_map.tif
[ "$before" = "$(stat -c %i maps/a_map.tif)" ] || fail "a map was made again"

# A scene file is of one scene.
expect_status 2 "${many[@]}" -write_scene scenes.s2rgf.json 'more/{}_map.tif'
expect_in "$stderr" "-write_scene: cannot be used with -scenes"
expect_no_file scenes.s2rgf.json
