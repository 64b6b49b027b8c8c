#!/usr/bin/env bash
# The contenders of the accuracy study, what they see, its scenes that come in pieces, and its regimes: on
# made-up scenes.
. "$(dirname "$0")/../tools/lib.sh"
need_python numpy osgeo.gdal scipy sklearn
expect_status 0 "$PYTHON" -B "$top_srcdir/tests/bench/check_contenders.py" "$top_srcdir/bench" "$builddir"
expect_in "$stderr" "OK"
