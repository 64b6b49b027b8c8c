#!/usr/bin/env bash
# Every command of docs/shell.md runs, in its order, and prints what the page says it prints.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/tools/page.sh"
export OMP_WAIT_POLICY=passive
run_page shell.md 8
expect_file maps/T33UUU_0531_map.json tiles/T33UUU_0531_map.tif map.tif
