#!/usr/bin/env bash
# One to eight threads on one lazy map, and on one each, get the pixels of the written map.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/driver/driver.sh"

rounds=32
[ "$S2RGF_TEST_LONG" = 0 ] || rounds=400
expect_silence gdal "$PYTHON" "$top_srcdir/tests/driver/check_threads.py" map.tif map.s2rgf.json $rounds
