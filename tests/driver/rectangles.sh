#!/usr/bin/env bash
# Windows of a lazy map compute the tiles they touch and no others; views from afar compute few.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/driver/driver.sh"

expect_computed() { # TILES COMMAND...
    local found
    found=$(computed "${@:2}")
    [ "$found" = "$1" ] || fail "computed tiles \"$found\", expected \"$1\": ${*:2}"
}
# check_window X Y W H TILES: the window is that of the map, and costs so many tiles
check_window() {
    rm -f window.tif
    expect_computed "0:$5" gdal_translate -q -srcwin "$1" "$2" "$3" "$4" map.s2rgf.json window.tif
    same_pixels -srcwin "$1" "$2" "$3" "$4" map.tif window.tif
}
check_window 10 20 100 100 1
check_window 200 20 100 100 2
check_window 200 200 100 100 4
check_window 590 515 10 5 1
check_window 256 256 256 256 1
check_window 255 0 1 1 1
check_window 0 0 600 520 9

# A tile that is in GDAL's cache is not computed again, one that fell out is, to the same pixels.
gdal "$PYTHON" - > "$stdout" 2> "$stderr" << 'END' || fail "windows in one process"
from osgeo import gdal
gdal.UseExceptions()
gdal.SetConfigOption("CPL_DEBUG", "S2RGF")
expected = gdal.Open("map.tif").ReadAsArray()
lazy = gdal.Open("map.s2rgf.json")
for x, y in ((0, 0), (30, 100), (200, 100), (10, 10)):
    found = lazy.ReadAsArray(x, y, 90, 80)
    assert (found == expected[y:y + 80, x:x + 90]).all(), (x, y)
gdal.SetCacheMax(70000)
for _ in range(2):
    for x, y in ((0, 0), (300, 300), (500, 10)):
        found = lazy.ReadAsArray(x, y, 90, 80)
        assert (found == expected[y:y + 80, x:x + 90]).all(), (x, y)
END
count=$(grep -c "computed tile" "$stderr")
[ "$count" -ge 5 ] && [ "$count" -le 12 ] || fail "computed $count tiles"

# The whole map at a quarter of its size: one tile of an overview. Exact, without overviews: all.
expect_computed "2:1" gdal_translate -q -outsize 150 130 map.s2rgf.json afar.tif
expect_computed "0:9" gdal_translate -q -outsize 150 130 -oo OVERVIEWS=NO map.s2rgf.json exact.tif
gdal_translate -q -outsize 150 130 map.tif expected.tif
same_pixels expected.tif exact.tif
# It shows the map: as many pixels as docs/gdal.md says have the class that most pixels under them have.
gdal "$PYTHON" - << 'END' || fail "a view from afar does not show the map"
from osgeo import gdal
gdal.UseExceptions()
lazy = gdal.Open("map.s2rgf.json")
band = lazy.GetRasterBand(1)
for level in range(band.GetOverviewCount()):
    view = band.GetOverview(level)
    seen = view.ReadAsArray()
    exact = gdal.Warp("", "map.tif", format="MEM", width=view.XSize, height=view.YSize,
                      resampleAlg="mode").ReadAsArray()
    both = (seen > 0) & (exact > 0)
    agree = (seen == exact)[both].mean()
    print(f"level {level + 1}: {agree:.3f} agree")
    assert both.mean() > 0.8 and agree > (0.8, 0.7)[level], (level, both.mean(), agree)
    assert view.GetColorTable().GetCount() == band.GetColorTable().GetCount()
END
