#!/usr/bin/env bash
# The accuracy study, but for its trainings: folds, figures, the page; and that its baselines would be
# given the pixels that s2rgf_train takes.
. "$(dirname "$0")/../tools/lib.sh"
need_python numpy osgeo.gdal
bench=$top_srcdir/bench

expect_status 0 "$PYTHON" "$top_srcdir/tests/bench/check_study.py" "$bench"
expect_in "$stderr" "OK"

# Without scenes there is nothing to do, and nothing is done.
run env S2RGF_TEST_DATA="$scratch/nowhere" "$bench/accuracy" -results rows.jsonl -page page.md
[ "$status" -eq 77 ] || fail "status $status without scenes, expected 77"
expect_in "$stderr" "S2RGF_TEST_DATA"
expect_no_file rows.jsonl page.md
expect_status 2 "$bench/accuracy" -only nonsense -list
expect_in "$stderr" "nonsense"

# The rasterised polygons of a scene and the pixels of a model trained on the same polygons.
. "$top_srcdir/tests/cli/tiny_scene.sh"
expect_status 0 "${train[@]}" -val 0 model.s2rgf
expect_status 0 s2rgf_info -json model.s2rgf
cp "$stdout" model.json
expect_silence "$PYTHON" "$top_srcdir/tests/bench/same_labels.py" "$bench" scene/ms.tif \
    scene/labels.gpkg train model.json
expect_status 1 "$PYTHON" "$top_srcdir/tests/bench/same_labels.py" "$bench" scene/ms.tif \
    scene/labels.gpkg test model.json
expect_in "$stderr" "expected"
