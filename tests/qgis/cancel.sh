#!/usr/bin/env bash
# Cancel in the dialog: the program is interrupted, nothing stays of its output, QGIS goes on.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/qgis/qgis.sh"
need ps
. "$top_srcdir/tests/cli/tiny_scene.sh"
expect_status 0 "$PYTHON" "$top_srcdir/tests/qgis/check_cancel.py"
