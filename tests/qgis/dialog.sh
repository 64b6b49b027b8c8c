#!/usr/bin/env bash
# The dialogs: what choosing a model does.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/qgis/qgis.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
"${train[@]}" -q model.s2rgf
expect_status 0 "$PYTHON" "$top_srcdir/tests/qgis/check_dialog.py"
