#!/usr/bin/env bash
# The studies of suggested labels, a head start and many scenes: figures, tables and a trial on a tiny scene.
. "$(dirname "$0")/../tools/lib.sh"
need_python numpy osgeo.gdal scipy
bench=$top_srcdir/bench

"$builddir/samples/make_scene" -size 96 80 -ratio 6 -hs_bands 4 -classes 3 scene
expect_status 0 "$PYTHON" "$top_srcdir/tests/bench/check_curves.py" "$bench" "$builddir"
expect_in "$stderr" "OK"

# Scenes that are not there, and cases that there are not.
for study in "suggest -scenes" "head_start -cases" "together -cases"; do
    # shellcheck disable=SC2086 # two words
    run "$bench/"$study redclover -data "$scratch/nowhere" -build "$builddir" -json figures.json
    [ "$status" -ne 0 ] || fail "$study: status 0 without data"
    expect_in "$stderr" nowhere
    expect_no_file figures.json
    # shellcheck disable=SC2086
    expect_status 2 "$bench/"$study nonsense
    expect_in "$stderr" "invalid choice: 'nonsense'"
done
