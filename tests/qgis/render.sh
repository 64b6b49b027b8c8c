#!/usr/bin/env bash
# A map that Classify made is loaded with the classes' colours and names.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/qgis/qgis.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
"${train[@]}" -q model.s2rgf
expect_status 0 "$PYTHON" "$top_srcdir/tests/qgis/check_picture.py"
expect_file picture.png
