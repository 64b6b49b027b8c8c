#!/usr/bin/env bash
# Many open lazy maps, as in a mosaic, do not each keep the working memory of a tile.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/driver/driver.sh"
[ -z "$sanitizers" ] || skip "sanitizers keep memory that was released"

expect_silence gdal "$PYTHON" - << 'END'
from osgeo import gdal
gdal.UseExceptions()
gdal.SetCacheMax(1 << 20)


def resident_mb():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


expected = gdal.Open("map.tif").ReadAsArray()
maps = [gdal.Open("map.s2rgf.json") for _ in range(24)]


def read(count, x):
    for lazy in maps[:count]:
        assert (lazy.ReadAsArray(x, 40, 80, 80) == expected[40:120, x:x + 80]).all()
    return resident_mb()


before = resident_mb()
few = read(6, 20)
many = read(24, 20)
assert few - before > 12, (before, few)
# handles, weights and buffers of 18 more, but not their working memory, which would be 4 MB each
assert many - few < 18 * 2, (before, few, many)
again = read(24, 300)
assert again - few < 18 * 2, (before, few, again)
END
