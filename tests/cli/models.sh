#!/usr/bin/env bash
# The models that come with the program load, are small, and are those that their cards describe.
. "$(dirname "$0")/../tools/lib.sh"
need_python json
limit_bytes=2100000

# card_row CARD NAME: value of a row of the card's first table.
card_row() {
    awk -F ' *\\| *' -v name="$2" '$2 == name { print $3; exit }' "$1"
}

# check_folder FOLDER: one line for everything that is wrong with its models; `models` counts them.
check_folder() {
    local model card told size
    models=0
    : > flaws
    for card in "$1"/*.md; do
        [ ! -e "$card" ] || [ -e "${card%.md}.s2rgf" ] || echo "$card: no model" >> flaws
    done
    for model in "$1"/*.s2rgf; do
        [ -e "$model" ] || continue
        models=$((models + 1))
        card=${model%.s2rgf}.md
        [ -e "$card" ] || { echo "$model: no card" >> flaws; continue; }
        size=$(stat -c %s "$model")
        [ "$size" -le "$limit_bytes" ] ||
            echo "$model: expected at most $limit_bytes bytes, found $size" >> flaws
        run s2rgf_info -json "$model"
        [ "$status" -eq 0 ] || { echo "$model: does not load" >> flaws; continue; }
        told=$("$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["checksum"])' < "$stdout")
        [ "$(card_row "$card" 'checksum (`s2rgf_info`)')" = "$told" ] ||
            echo "$model: its card has another checksum than $told" >> flaws
        [ "$(card_row "$card" SHA-256)" = "$(sha256sum < "$model" | cut -d ' ' -f 1)" ] ||
            echo "$model: its card has another SHA-256" >> flaws
    done
}

# The check bites: a model with its card passes, and each way to spoil them is found.
. "$top_srcdir/tests/cli/tiny_scene.sh"
mkdir made
expect_status 0 "${train[@]}" -val 0 made/berlin.s2rgf
expect_status 0 s2rgf_classify -q -m made/berlin.s2rgf "${sources[@]}" map.tif
expect_status 0 s2rgf_assess -q map.tif -labels scene/labels.gpkg -l test -a class -json accuracy.json
expect_status 0 s2rgf_info -json made/berlin.s2rgf
cp "$stdout" info.json
expect_status 0 "$PYTHON" "$top_srcdir/models/write_card.py" berlin made/berlin.s2rgf info.json \
    accuracy.json "s2rgf_train -i ms=scene/ms.tif -seed 1 berlin.s2rgf"
cp "$stdout" made/berlin.md
expect_in made/berlin.md "10.5880/enmap.2016.008"
expect_in made/berlin.md "s2rgf_train -i ms=scene/ms.tif"
for entry in $("$PYTHON" -c 'import json, sys
for entry in json.load(open("info.json"))["classes"]: print(entry["name"].split()[0])'); do
    expect_in made/berlin.md "$entry"
done
check_folder made
[ "$models" -eq 1 ] && [ ! -s flaws ] || fail "flaws in an innocent folder: $(cat flaws)"

# spoiled FLAW COMMAND...: after the command, which spoils a copy, the flaw is found.
spoiled() {
    rm -rf spoiled
    cp -r made spoiled
    "${@:2}"
    check_folder spoiled
    expect_in flaws "$1"
}
spoiled "another checksum" sed -i 's/^\(| checksum .* |\) .*/\1 0123456789abcdef |/' spoiled/berlin.md
spoiled "another SHA-256" sed -i 's/^\(| SHA-256 |\) ../\1 zz/' spoiled/berlin.md
spoiled "at most $limit_bytes bytes" truncate -s $((limit_bytes + 1)) spoiled/berlin.s2rgf
spoiled "does not load" truncate -s 1000 spoiled/berlin.s2rgf
spoiled "no card" rm spoiled/berlin.md
spoiled "no model" rm spoiled/berlin.s2rgf

# Without scenes no model is made, nor spoiled.
run env S2RGF_TEST_DATA="$scratch/nowhere" "$top_srcdir/models/make_models.sh" out
[ "$status" -eq 77 ] || fail "make_models: status $status without scenes, expected 77"
expect_no_file out

check_folder "$top_srcdir/models"
[ ! -s flaws ] || fail "models: $(cat flaws)"
[ "$models" -gt 0 ] || skip "no models in models/ yet (the check itself works)"
