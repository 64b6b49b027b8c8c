#!/usr/bin/env bash
# How a training went: as a report, in the model, for people; the same after an interruption; never over a file.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need_python json

# curve FILE: what is wrong with the curve and the matrix of a description, against the output of its training
curve() {
    "$PYTHON" - "$1" "$2" "$stdout" << 'EOF'
import json, re, sys
description, wanted = json.load(open(sys.argv[1])), sys.argv[2]
told = open(sys.argv[3]).read()
curve = description["history"]["curve"]
first = [moment for moment in curve if not moment["refit"]]
again = [moment for moment in curve if moment["refit"]]
assert [m["step"] for m in first] == [1, 2, 3, 4], first
assert all(m["loss"] > 0 for m in curve), curve
matrix = description["history"].get("confusion_matrix")
measured = [m for m in curve if "overall_accuracy" in m]
if wanted == "validated":
    steps = description["training"]["steps"]
    assert [m["step"] for m in again] == list(range(1, steps + 1)), again
    chosen = next(m for m in measured if m["step"] == steps)
    assert chosen["overall_accuracy"] == description["training"]["validation_overall_accuracy"]
    assert chosen["kappa"] == description["training"]["validation_kappa"]
    right, pixels = sum(row[i] for i, row in enumerate(matrix)), sum(map(sum, matrix))
    assert pixels == description["training"]["validation_pixels"], matrix
    assert abs(right / pixels - chosen["overall_accuracy"]) < 1e-12
    recalls = [row[i] / sum(row) for i, row in enumerate(matrix) if sum(row)]
    assert abs(sum(recalls) / len(recalls) - chosen["average_accuracy"]) < 1e-12
    assert len(re.findall("^Step ", told, re.M)) == len(measured), told
else:
    assert not again and not measured and matrix is None, description["history"]
EOF
}

expect_status 0 "${train[@]}" -report report.json model.s2rgf
curve report.json validated || fail "the report is wrong"
expect_in "$stdout" "Validation by class: a row has the pixels of a class"
expect_status 0 s2rgf_info -json model.s2rgf
grep -v '"checksum"' "$stdout" > told.json
expect_same told.json report.json
expect_status 0 s2rgf_info model.s2rgf
expect_in "$stdout" "   step   loss     OA     AA  kappa"
expect_in "$stdout" "Validation by class: a row has the pixels of a class"

expect_status 0 "${train[@]}" -val 0 -report all.json -overwrite model.s2rgf
curve all.json "not validated" || fail "the report without validation is wrong"
expect_status 0 s2rgf_info model.s2rgf
expect_not_in "$stdout" "Validation by class"

# ---- what a checkpoint holds
expect_silence "${train[@]}" -q -checkpoint run.ckpt -overwrite model.s2rgf
expect_silence "${train[@]}" -q -checkpoint run.ckpt -resume -report resumed.json -overwrite model.s2rgf
expect_same report.json resumed.json

# ---- what it may not replace
keep_files
refused() { expect_refused 1 "$1" "${train[@]}" "${@:2}"; }
refused "report.json: exists" -report report.json new.s2rgf
refused "named for two outputs" -report new.s2rgf new.s2rgf
refused "scene/ms.tif: is an input too" -report scene/ms.tif -overwrite new.s2rgf
refused "no_folder/report.json" -report no_folder/report.json new.s2rgf
