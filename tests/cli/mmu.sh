#!/usr/bin/env bash
# s2rgf_classify -mmu: no patch is smaller, whatever the tiles; the rest of the map, and what is beside it, stays.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need gdalinfo
need_python numpy osgeo.gdal scipy.ndimage
same_pixels=$top_srcdir/tests/tools/same_pixels.py

"${train[@]}" -q -val 0 model.s2rgf
classify=(s2rgf_classify -q -m model.s2rgf "${sources[@]}")
# pixels that are not sure are scattered, in many small patches
noisy=(-reject 0.55)
expect_silence "${classify[@]}" "${noisy[@]}" -conf plain_conf.tif plain.tif

cat > check.py <<'EOF'
"""The map is GDAL's sieve of the other one, and no pixel of it has become data, or nodata."""
import sys
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
plain, found = gdal.Open(sys.argv[1]), gdal.Open(sys.argv[2])
whole = gdal.GetDriverByName("MEM").CreateCopy("", plain)
band = whole.GetRasterBand(1)
gdal.SieveFilter(band, band.GetMaskBand(), band, int(sys.argv[3]), 4)
before, expected, pixels = (data.ReadAsArray() for data in (plain, whole, found))
assert (pixels == expected).all()
assert ((before == 0) == (pixels == 0)).all() and (before == 0).any()
changed = (before != pixels).sum()
assert 0 < changed < before.size / 2, changed
table = found.GetRasterBand(1).GetDefaultRAT()
for row in range(table.GetRowCount()):
    assert table.GetValueAsInt(row, 1) == (pixels == table.GetValueAsInt(row, 0)).sum()
EOF

"$PYTHON" -c '
from osgeo import gdal
scene = gdal.Open("scene/ms.tif", gdal.GA_Update)
pixels = scene.ReadAsArray()
nodata = scene.GetRasterBand(1).GetNoDataValue()
pixels[:, 40:60, 30:70] = nodata
pixels[:, 90::7, ::5] = nodata
scene.WriteArray(pixels)'
expect_silence "${classify[@]}" -overwrite "${noisy[@]}" -conf plain_conf.tif plain.tif
expect_silence "${classify[@]}" "${noisy[@]}" -mmu 9 -conf conf.tif map.tif
"$PYTHON" check.py plain.tif map.tif 9 || fail "-mmu 9"
# side files are of the pixels as they were
expect_same plain_conf.tif conf.tif
gdalinfo map.tif > info.txt
expect_in info.txt "S2RGF_FINISHING=reject 0.55, smallest patch 9 pixels"
for size in 9px 9pixels "9 px" 9.0; do
    expect_silence "${classify[@]}" -overwrite "${noisy[@]}" -mmu "$size" same.tif
    expect_same map.tif same.tif
done
# any tiles, threads and format
expect_silence "${classify[@]}" "${noisy[@]}" -mmu 9 -tile 16 -threads 3 tiles.tif
expect_same map.tif tiles.tif
expect_same map.tif.aux.xml tiles.tif.aux.xml
expect_silence "${classify[@]}" "${noisy[@]}" -noqml -mmu 9 -tile 32 map.img
"$PYTHON" "$same_pixels" map.tif map.img
# hectares, of nine pixels
pixel=$("$PYTHON" -c 'from osgeo import gdal; print(gdal.Open("map.tif").GetGeoTransform()[1])')
hectares=$(awk "BEGIN { printf \"%.10g\", 9 * $pixel * $pixel / 10000 }")
expect_status 0 s2rgf_classify -m model.s2rgf "${sources[@]}" "${noisy[@]}" -mmu "${hectares}ha" hectares.tif
expect_in "$stdout" "$hectares ha are 9 pixels"
"$PYTHON" "$same_pixels" map.tif hectares.tif
# none, and a single pixel, change nothing
for size in 0 1; do
    expect_silence "${classify[@]}" -overwrite "${noisy[@]}" -mmu $size one.tif
    "$PYTHON" "$same_pixels" plain.tif one.tif
done
# larger than every patch: there is no neighbour large enough, which is said
largest=$("$PYTHON" - << 'EOF'
import numpy as np
from osgeo import gdal
from scipy.ndimage import label
pixels = gdal.Open("plain.tif").ReadAsArray()
print(max(np.bincount(label(pixels == value)[0].ravel())[1:].max() for value in np.unique(pixels) if value))
EOF
)
for size in 1000000 $((largest + 1)); do
    expect_status 0 "${classify[@]}" -overwrite "${noisy[@]}" -mmu "$size" huge.tif
    expect_in "$stderr" "huge.tif: patches stay as they are: the smallest mapped area is $size pixels, and the largest patch has $largest"
    "$PYTHON" "$same_pixels" plain.tif huge.tif
done
expect_silence "${classify[@]}" -overwrite "${noisy[@]}" -mmu "$largest" huge.tif
# smoothed before; what is excluded is nodata by then
expect_silence "${classify[@]}" -smooth -reject 0.55 smooth.tif
expect_silence "${classify[@]}" -mmu 5 -smooth -reject 0.55 smooth_5.tif
"$PYTHON" check.py smooth.tif smooth_5.tif 5 || fail "-smooth -mmu"
expect_silence "${classify[@]}" "${noisy[@]}" -exclude scene/labels.gpkg -el train cut.tif
expect_silence "${classify[@]}" "${noisy[@]}" -exclude scene/labels.gpkg -el train -mmu 4 cut_4.tif
"$PYTHON" check.py cut.tif cut_4.tif 4 || fail "-exclude -mmu"
# of many scenes
expect_silence s2rgf_classify -q -m model.s2rgf -i 'ms={}/ms.tif' -i 'hs={}/hs.tif' -scenes . -shard 1/1 \
    "${noisy[@]}" -mmu 9 'out_{}.tif'
"$PYTHON" "$same_pixels" map.tif out_scene.tif

# ---- shares: a patch may lie in two, so s2rgf_mosaic does it
run "${classify[@]}" -mmu 9 -shard 1/2 shares.tif
[ "$status" -eq 1 ] || fail "a share was sieved"
expect_in "$stderr" "shares.tif: a share does not know the patches of the whole map: give the smallest one to s2rgf_mosaic"
for index in 1 2; do
    expect_silence "${classify[@]}" -tile 32 "${noisy[@]}" -shard $index/2 -conf shares_conf.tif shares.tif
done
expect_silence s2rgf_mosaic -q -mmu 9 shares.tif
expect_same map.tif shares.tif
expect_same map.tif.aux.xml shares.tif.aux.xml
keep_files
refused() { expect_refused 1 "$1" s2rgf_mosaic -q -overwrite "${@:2}"; } # TEXT OPTION...
refused "found VRT, which refers to the shares" -mmu 9 -of VRT shares.tif
refused "expected shares of a map of classes" -mmu 9 shares_conf.tif
for size in -1 1.5 nan ha 5acre 5ha5 "" 99999999999; do
    expect_status 2 "${classify[@]}" -mmu "$size" new.tif
    expect_in "$stderr" "-mmu: expected whole pixels, such as 20, or hectares, such as 0.5ha, found '$size'"
    expect_status 2 s2rgf_mosaic -overwrite -mmu "$size" shares.tif
done
expect_files_kept "sizes that are none"
