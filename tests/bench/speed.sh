#!/usr/bin/env bash
# The speed study on tiny scenes: the page, peers that are missing, going on after an interruption.
# No figure is judged here.
. "$(dirname "$0")/../tools/lib.sh"
need make ldd
bench=$top_srcdir/bench

need_python numpy osgeo.gdal
expect_status 0 "$PYTHON" "$top_srcdir/tests/bench/check_speed.py" "$bench" \
    "$top_srcdir/tests/golden"
expect_in "$stderr" "OK"

# A machine without Orfeo ToolBox, GRASS and PyTorch.
mkdir programs modules
find /usr/bin /bin/ -maxdepth 1 ! -type d ! -name 'otb*' ! -name 'grass*' -print0 |
    xargs -0 ln -sf -t programs
echo 'raise ImportError("hidden")' > modules/torch.py
study() {
    env OMP_WAIT_POLICY=passive PATH="$scratch/programs" PYTHONPATH="$scratch/modules" \
        "$bench/speed" -quick -build "$builddir" -work work -results results.json "$@"
}
some=(-only machine,dense32-1,torch64-1,forest,maxlik-all)
expect_status 0 study -rounds 1 "${some[@]}"
expect_in "$stdout" "torch64-1: skipped: this Python has no torch"
expect_in "$stdout" "Skipped: forest: no otbcli_ImageClassifier (package otb-bin)."
expect_in "$stdout" "Skipped: maxlik-all: no grass (package grass-core)."
expect_in "$stdout" "round 1, dense32-1: "
expect_in "$stdout" "### Targets"

# What was measured is not measured again, and a round more is.
expect_status 0 study -rounds 2 "${some[@]}"
expect_not_in "$stdout" "round 1, "
expect_in "$stdout" "round 2, dense32-1: "

# The page is written from the results alone; prose stays.
prose_of() {
    sed '/<!-- bench\/speed writes/,/<!-- to here/{/<!--/!d}' "$1"
}
cp "$top_srcdir/docs/performance.md" page.md
chmod u+w page.md
prose_of page.md > prose.md
expect_status 0 "$bench/speed" -report -results results.json -page page.md
for part in "### Targets" "### Whole programs" "### Stages" "### The machine" "C = 32, 1 thread"; do
    expect_in page.md "$part"
done
prose_of page.md | cmp - prose.md ||
    fail "the prose of the page was changed"

# A target that was missed is said to be.
expect_not_in page.md "Missed"
"$PYTHON" -c '
import json
results = json.load(open("results.json"))
row = dict(results["measured"]["dense32-1"]["1"], peak_mb=1234.5)
results["measured"]["dense64-2"] = {"1": row}
json.dump(results, open("doctored.json", "w"))'
expect_status 0 "$bench/speed" -report -results doctored.json -page page.md
expect_in page.md "| at most 400 MB | 1,23"
expect_in page.md "**missed**"
expect_in page.md "* Missed: Peak memory"

# Results of another machine are not mixed with those of this one.
sed 's/"openblas": "[^"]*"/"openblas": "Abacus"/' results.json > other.json
expect_status 1 study -rounds 1 "${some[@]}" -results other.json
expect_in "$stderr" "-fresh"
expect_status 2 study -only nonsense
expect_in "$stderr" "nonsense"
expect_status 1 "$bench/speed" -report -results nowhere.json -page page.md
expect_in "$stderr" "nowhere.json"
