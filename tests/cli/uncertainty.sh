#!/usr/bin/env bash
# s2rgf_classify -uncertainty: entropy and margin are those of the probabilities, in every way to map.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need_python numpy osgeo.gdal

"${train[@]}" -q -val 0 model.s2rgf
classify=(s2rgf_classify -q -m model.s2rgf "${sources[@]}")

cat > check.py <<'EOF'
import sys
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
prob, found = (gdal.Open(path) for path in sys.argv[1:])
assert [found.GetRasterBand(b).GetDescription() for b in (1, 2)] == ["entropy", "margin"]
assert all(found.GetRasterBand(b).GetNoDataValue() == -1 for b in (1, 2)) and found.RasterCount == 2
assert found.GetRasterBand(1).DataType == gdal.GDT_Float32
p = prob.ReadAsArray().astype(float)
entropy, margin = found.ReadAsArray().astype(float)
left = (p < 0).any(axis=0)
assert 0 < left.sum() < left.size, "the scene has no nodata, or nothing else"
assert (entropy[left] == -1).all() and (margin[left] == -1).all()
p, entropy, margin = p[:, ~left], entropy[~left], margin[~left]
with np.errstate(divide="ignore", invalid="ignore"):
    expected = -np.where(p > 0, p * np.log(p), 0).sum(axis=0)
assert abs(entropy - expected).max() < 1e-5, abs(entropy - expected).max()
largest = np.sort(p, axis=0)
assert abs(margin - (largest[-1] - largest[-2])).max() < 1e-6
assert entropy.std() > 0 and margin.std() > 0
EOF
check() { "$PYTHON" check.py "$@" || fail "$2 is not what $1 says"; }

"$PYTHON" -c '
from osgeo import gdal
scene = gdal.Open("scene/ms.tif", gdal.GA_Update)
pixels = scene.ReadAsArray()
pixels[:, :, 180:] = scene.GetRasterBand(1).GetNoDataValue()
scene.WriteArray(pixels)'
expect_silence "${classify[@]}" -prob prob.tif -uncertainty both.tif map.tif
check prob.tif both.tif
# alone, in another format, and in other tiles
expect_silence "${classify[@]}" -tile 16 -threads 3 -uncertainty alone.img other.tif
"$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" both.tif alone.img
expect_same map.tif other.tif
# of many scenes
expect_silence s2rgf_classify -q -m model.s2rgf -i 'ms={}/ms.tif' -i 'hs={}/hs.tif' -scenes . \
    -uncertainty 'out_{}_both.tif' 'out_{}_map.tif'
"$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" both.tif out_scene_both.tif
# in shares
for index in 1 2 3; do
    expect_silence "${classify[@]}" -tile 32 -shard $index/3 -uncertainty shares.tif joined.tif
done
expect_silence s2rgf_mosaic -q shares.tif
expect_same both.tif shares.tif
expect_silence s2rgf_mosaic -q -overwrite -noqml -of VRT shares.vrt
"$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" both.tif shares.vrt

# ---- formats that lose, files that are read, names that are taken
keep_files
refused() { expect_refused 1 "$1" "${classify[@]}" "${@:2}"; } # TEXT OPTION...
refused "PNG" -uncertainty both.png new.tif
refused "JPEG" -uncertainty both.jpg new.tif
refused "both.tif: exists" -uncertainty both.tif new.tif
refused "scene/ms.tif: is an input" -overwrite -uncertainty scene/ms.tif new.tif
refused "new.tif" -uncertainty new.tif new.tif
refused "both.tif" -conf new_conf.tif -uncertainty both.tif new.tif
run s2rgf_classify -q -m model.s2rgf -i 'ms={}/ms.tif' -i 'hs={}/hs.tif' -scenes . \
    -uncertainty both_of_all.tif 'again_{}.tif'
[ "$status" -ne 0 ] || fail "one output for many scenes was taken"
expect_in "$stderr" "both_of_all.tif: one output for many scenes"
expect_files_kept "one output for many scenes"
