#!/usr/bin/env bash
# s2rgf_classify -reject: pixels that are not sure enough become a class of their own, and nothing else changes.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need gdalinfo
need_python numpy osgeo.gdal

"${train[@]}" -q -val 0 model.s2rgf
classify=(s2rgf_classify -q -m model.s2rgf "${sources[@]}")
expect_silence "${classify[@]}" -conf conf.tif -prob prob.tif whole.tif

cat > check.py <<'EOF'
import sys
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
p = float(sys.argv[1])
whole, conf, found = (gdal.Open(path) for path in ("whole.tif", "conf.tif", sys.argv[2]))
whole.GetFileList(), found.GetFileList()  # GDAL 3.6.2 has no names for the first who asks
expected = whole.ReadAsArray()
names = whole.GetRasterBand(1).GetCategoryNames()
sure = conf.ReadAsArray()
unsure = (expected > 0) & (sure.astype(np.float64) < p)
expected[unsure] = len(names)
assert (found.ReadAsArray() == expected).all()
print(unsure.sum(), (expected > 0).sum())
band = found.GetRasterBand(1)
if p == 0:
    assert band.GetCategoryNames() == names and not found.GetMetadataItem("S2RGF_FINISHING")
    sys.exit()
assert band.GetCategoryNames() == names + ["unsure"], band.GetCategoryNames()
assert found.GetMetadataItem(f"CLASS_{len(names)}") == "unsure"
assert found.GetMetadataItem("S2RGF_FINISHING") == f"reject {p:.10g}"
assert band.GetNoDataValue() == 0 and band.DataType == gdal.GDT_Byte
table, colours, old = band.GetDefaultRAT(), band.GetColorTable(), whole.GetRasterBand(1).GetColorTable()
counts = [table.GetValueAsInt(r, 1) for r in range(table.GetRowCount())]
assert table.GetValueAsString(len(names) - 1, 2) == "unsure" and counts[-1] == unsure.sum(), counts
assert [colours.GetColorEntry(v) for v in range(len(names))] == \
    [old.GetColorEntry(v) for v in range(len(names))]
red, green, blue, _ = colours.GetColorEntry(len(names))
assert red == green == blue, "unsure is not grey"
EOF
check() { "$PYTHON" check.py "$@" > counts.txt || fail "$*"; }

for p in 0 0.45 0.6 1; do
    expect_silence "${classify[@]}" -reject $p -conf conf_$p.tif -prob prob_$p.tif map_$p.tif
    check $p map_$p.tif
    # all is as sure as it was
    "$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" conf.tif conf_$p.tif
    "$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" prob.tif prob_$p.tif
    [ "$p" != 0.6 ] || read -r unsure mapped < counts.txt
done
[ "$unsure" -gt 0 ] && [ "$unsure" -lt "$mapped" ] || fail "$unsure of $mapped pixels are unsure: the test needs some"
# by itself, in other tiles, in shares, whose map is the same to the byte; shares of another map are not taken
expect_silence "${classify[@]}" -reject 0.6 -tile 16 -threads 3 alone.tif
expect_same map_0.6.tif alone.tif
for index in 1 2; do
    expect_silence "${classify[@]}" -tile 32 -reject 0.6 -shard $index/2 shares.tif
done
expect_silence s2rgf_mosaic -q shares.tif
expect_same map_0.6.tif shares.tif
expect_same map_0.6.tif.aux.xml shares.tif.aux.xml
expect_silence "${classify[@]}" -tile 32 -overwrite -reject 0.5 -shard 2/2 shares.tif
expect_status 3 s2rgf_mosaic -q -overwrite shares.tif
expect_in "$stderr" "other finishing than"
expect_in "$stderr" "expected reject 0.6, found reject 0.5"
expect_silence "${classify[@]}" -tile 32 -overwrite -shard 1/2 shares.tif
expect_status 3 s2rgf_mosaic -q -overwrite shares.tif
expect_in "$stderr" "expected none, found reject 0.5"
# the map can be sampled and assessed: nobody has labelled "unsure"
expect_silence s2rgf_sample -q map_0.6.tif -n 300 sample.gpkg
expect_status 0 s2rgf_assess map_0.6.tif -labels scene/labels.gpkg -l test -a class
expect_in "$stdout" "unsure"

# ---- as nodata: no class is added, patches do not take it, shares must agree
expect_silence "${classify[@]}" -reject 0.6 -reject_nodata -conf lone_conf.tif lone.tif
expect_same conf.tif lone_conf.tif
cat > lone.py <<'EOF'
from osgeo import gdal
gdal.UseExceptions()
whole, unsure, lone = (gdal.Open(path) for path in ("whole.tif", "map_0.6.tif", "lone.tif"))
for data in whole, unsure, lone: data.GetFileList()
names = [data.GetRasterBand(1).GetCategoryNames() for data in (whole, lone)]
assert names[0] == names[1], names
expected = unsure.ReadAsArray()
expected[expected == len(names[0])] = 0
assert (lone.ReadAsArray() == expected).all()
assert lone.GetMetadataItem("S2RGF_FINISHING") == "reject 0.6 as nodata"
EOF
expect_silence "$PYTHON" lone.py
for index in 1 2; do
    expect_silence "${classify[@]}" -tile 32 -overwrite -reject 0.6 -reject_nodata -shard $index/2 shares.tif
done
expect_silence s2rgf_mosaic -q -overwrite shares.tif
expect_same lone.tif shares.tif
expect_silence "${classify[@]}" -tile 32 -overwrite -reject 0.6 -shard 2/2 shares.tif
expect_status 3 s2rgf_mosaic -q -overwrite shares.tif
expect_in "$stderr" "expected reject 0.6 as nodata, found reject 0.6"
expect_silence "${classify[@]}" -reject 0.6 -reject_nodata -mmu 9 lone_9.tif
"$PYTHON" -c '
from osgeo import gdal
lone, patches = (gdal.Open(path).ReadAsArray() for path in ("lone.tif", "lone_9.tif"))
assert ((lone == 0) == (patches == 0)).all() and (lone != patches).any()' || fail "patches and nodata"
expect_status 2 "${classify[@]}" -reject_nodata new.tif
expect_in "$stderr" "-reject_nodata: needs -reject"

# ---- what is no probability, and a model that has such a class
keep_files
for p in -0.1 1.1 nan inf 60% ""; do
    expect_status 2 "${classify[@]}" -reject "$p" new.tif
    expect_in "$stderr" "-reject: expected a number from 0 to 1"
    expect_files_kept "-reject $p"
done
"$PYTHON" -c '
from osgeo import gdal, ogr
labels = ogr.Open("scene/labels.gpkg", 1)
for layer in labels:
    for feature in layer:
        if feature["class"] == "water" or feature["class"] == "stubble":
            feature["class"] = "unsure"
            layer.SetFeature(feature)'
"${train[@]}" -q -val 0 has_one.s2rgf
expect_status 1 s2rgf_classify -q -m has_one.s2rgf "${sources[@]}" -reject 0.6 new.tif
expect_in "$stderr" "reject: expected no class \"unsure\" in the model, found one"
expect_no_file new.tif
expect_silence s2rgf_classify -q -m has_one.s2rgf "${sources[@]}" new.tif
expect_silence s2rgf_classify -q -m has_one.s2rgf "${sources[@]}" -reject 0.6 -reject_nodata other.tif
