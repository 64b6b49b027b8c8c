#!/usr/bin/env bash
# s2rgf_classify -write_scene: what it writes, with a map and without, and what it refuses.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"

"${train[@]}" -q -val 0 model.s2rgf
classify=(s2rgf_classify -m model.s2rgf "${sources[@]}")
mkdir elsewhere

# alone: only the scene file is made; names are seen from its folder
expect_silence "${classify[@]}" -q -srcnodata none -write_scene elsewhere/a.s2rgf.json
[ "$(ls)" = $'elsewhere\nmodel.s2rgf\nscene' ] || fail "made more than asked: $(ls)"
expect_in elsewhere/a.s2rgf.json '"model": "../model.s2rgf"'
expect_in elsewhere/a.s2rgf.json '"../scene/ms.tif"'
expect_in elsewhere/a.s2rgf.json '"srcnodata": "none"'
"$PYTHON" -m json.tool elsewhere/a.s2rgf.json > "$stdout" || fail "not JSON"
# absolute names stay so
expect_silence s2rgf_classify -q -m "$PWD/model.s2rgf" "${sources[@]}" -write_scene b.s2rgf.json
expect_in b.s2rgf.json "\"model\": \"$PWD/model.s2rgf\""
# with a map
expect_silence "${classify[@]}" -q -write_scene c.s2rgf.json c.tif
expect_silence "${classify[@]}" -q alone.tif
expect_same alone.tif c.tif
expect_file c.s2rgf.json
# -overwrite is for both
expect_silence "${classify[@]}" -q -overwrite -write_scene c.s2rgf.json c.tif

keep_files
expect_refused 2 "missing: out.tif" "${classify[@]}"
# what belongs to a map needs one
for option in "-conf x.tif" "-prob x.tif" "-uncertainty x.tif" "-of COG" "-co TILED=YES" -smooth "-reject 0.5" "-mmu 5" \
    "-mask m.tif" "-cutline p.gpkg" "-exclude p.gpkg" "-srcwin 0 0 9 9" "-projwin 0 9 9 0" "-shard 1/2" "-precision exact"; do
    # shellcheck disable=SC2086 # an option and its values
    expect_refused 2 "${option%% *}: needs out.tif" "${classify[@]}" $option -write_scene x.s2rgf.json
done
expect_refused 2 "missing: -i" s2rgf_classify -m model.s2rgf -write_scene x.s2rgf.json
expect_refused 1 "c.s2rgf.json: exists" "${classify[@]}" -write_scene c.s2rgf.json
expect_refused 1 "x.json: not a name of a scene file" "${classify[@]}" -write_scene x.json
expect_refused 1 "absent/x.s2rgf.json" "${classify[@]}" -write_scene absent/x.s2rgf.json
expect_refused 3 "source hs: missing" s2rgf_classify -m model.s2rgf -i ms=scene/ms.tif -write_scene x.s2rgf.json
expect_refused 1 "absent.s2rgf" s2rgf_classify -m absent.s2rgf "${sources[@]}" -write_scene x.s2rgf.json
