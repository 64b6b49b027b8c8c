#!/usr/bin/env bash
# The plugin's Python with PyQt6; check_qt6.py says what of it is real.
. "$(dirname "$0")/../tools/lib.sh"
need_python PyQt6.QtWidgets
export QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR=$scratch/run
mkdir -m 700 "$XDG_RUNTIME_DIR"
. "$top_srcdir/tests/cli/tiny_scene.sh"
"${train[@]}" -q model.s2rgf
expect_status 0 "$PYTHON" "$top_srcdir/tests/qgis/check_qt6.py"
