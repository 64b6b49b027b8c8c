#!/usr/bin/env bash
# What the algorithms make of layers as QGIS shows them.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/qgis/qgis.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
"${train[@]}" -q model.s2rgf
expect_status 0 "$PYTHON" "$top_srcdir/tests/qgis/check_layers.py"
expect_same map.tif turned.tif
