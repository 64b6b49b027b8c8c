#!/usr/bin/env bash
# s2rgf_classify -smooth: smoothed probabilities are those of a plain computation over the whole map, whatever the
# tiles, threads, window, mask and shares; all other outputs follow from them.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need gdal_translate
need_python numpy osgeo.gdal
same_pixels=$top_srcdir/tests/tools/same_pixels.py

# a strip, a hole and single pixels without data
"$PYTHON" -c '
from osgeo import gdal
scene = gdal.Open("scene/ms.tif", gdal.GA_Update)
pixels = scene.ReadAsArray()
nodata = scene.GetRasterBand(1).GetNoDataValue()
pixels[:, :, 180:] = nodata
pixels[:, 40:60, 30:70] = nodata
pixels[:, 90::7, ::5] = nodata
scene.WriteArray(pixels)'
expect_status 0 "${train[@]}" -q -val 0 -ablate expert model.s2rgf # whose probabilities are far from 0
classify=(s2rgf_classify -q -m model.s2rgf "${sources[@]}")
expect_silence "${classify[@]}" -prob plain_prob.tif plain.tif

cat > check.py <<'EOF'
"""The smoothed map and its side files against a plain computation from the probabilities of the other map."""
import sys
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
plain, window = sys.argv[1], int(sys.argv[2])
smoothed, conf, prob, both = (gdal.Open(path).ReadAsArray() for path in sys.argv[3:7])
p = gdal.Open(plain).ReadAsArray().astype(float)
data = p[0] >= 0
np.seterr(divide="ignore", invalid="ignore")
x = np.log(p / np.array([sum(np.delete(p, k, axis=0)) for k in range(len(p))]))
expected = np.full_like(p, -1)
radius = window // 2
for row, column in np.argwhere(data):
    around = np.s_[max(row - radius, 0):row + radius + 1, max(column - radius, 0):column + radius + 1]
    near = np.sort(x[(slice(None), *around)][:, data[around]], axis=1)[:, ::-1]
    half = near[:, :(near.shape[1] + 1) // 2]
    mean, variance = half.mean(axis=1), half.var(axis=1, ddof=1) if half.shape[1] > 1 else 0
    posterior = (variance * x[:, row, column] + 20 * mean) / (variance + 20)
    odds = 1 / (1 + np.exp(-posterior))
    expected[:, row, column] = odds / odds.sum()
assert (data == (smoothed > 0)).all() and 0 < data.sum() < data.size
# where probabilities are not 0 in Float32, which would make log-odds infinite
known = np.isfinite(expected).all(axis=0)
assert (known & data).sum() > data.sum() / 4, (known & data).sum()
assert abs(prob - expected)[:, known].max() < 2e-5, abs(prob - expected)[:, known].max()
# what follows from them, to the bit
likeliest = prob.max(axis=0)
assert (prob[np.maximum(smoothed, 1).astype(int) - 1, *np.indices(data.shape)] == likeliest)[data].all()
assert (conf == likeliest).all()
order = np.sort(prob, axis=0)
assert abs((order[-1] - order[-2] - both[1])[data]).max() < 1e-6 and (both[:, ~data] == -1).all()
EOF

outputs() { # NAME: the options of all outputs
    echo -conf "$1_conf.tif" -prob "$1_prob.tif" -uncertainty "$1_both.tif" "$1.tif"
}
same_outputs() { # A B OPTION...: of same_pixels.py
    local kind
    for kind in "" _conf _prob _both; do
        "$PYTHON" "$same_pixels" "${@:3}" "$1$kind.tif" "$2$kind.tif" || fail "$2$kind.tif differs from $1$kind.tif"
    done
}

# ---- by the formula; the largest window holds most of the map
for window in 3 7 51; do
    # shellcheck disable=SC2046
    expect_silence "${classify[@]}" -smooth $window $(outputs smooth_$window)
    "$PYTHON" check.py plain_prob.tif $window smooth_$window.tif smooth_${window}_{conf,prob,both}.tif ||
        fail "smoothing over $window pixels"
done
cmp -s plain.tif smooth_7.tif && fail "nothing was smoothed"
gdalinfo smooth_7.tif > info.txt
expect_in info.txt "S2RGF_FINISHING=smooth 7"
# 7 is what it is alone, before an option or the map; off is off
expect_silence "${classify[@]}" -smooth -conf alone_conf.tif alone.tif
expect_same smooth_7.tif alone.tif
expect_same smooth_7_conf.tif alone_conf.tif
expect_silence "${classify[@]}" -smooth alone_2.tif
expect_same smooth_7.tif alone_2.tif
expect_silence "${classify[@]}" -smooth off off.tif
expect_same plain.tif off.tif

# ---- the same pixels in other tiles, threads, windows, shares, and where a mask leaves them
for tile in 16 48; do
    # shellcheck disable=SC2046
    expect_silence "${classify[@]}" -overwrite -smooth 7 -tile $tile -threads 3 $(outputs tiles)
    for kind in "" _conf _prob _both; do expect_same smooth_7$kind.tif tiles$kind.tif; done
done
# shellcheck disable=SC2046
expect_silence "${classify[@]}" -overwrite -smooth 51 -tile 64 -threads 2 $(outputs tiles)
for kind in "" _conf _prob _both; do expect_same smooth_51$kind.tif tiles$kind.tif; done
# shellcheck disable=SC2046
expect_silence "${classify[@]}" -smooth 7 -srcwin 25 33 61 77 -tile 32 $(outputs window)
for kind in "" _conf _prob _both; do
    gdal_translate -q -srcwin 25 33 61 77 smooth_7$kind.tif cut$kind.tif
done
same_outputs cut window
for index in 1 2 3; do
    expect_silence "${classify[@]}" -smooth 7 -tile 32 -shard $index/3 -prob shares_prob.tif shares.tif
done
expect_silence s2rgf_mosaic -q shares.tif
expect_silence s2rgf_mosaic -q shares_prob.tif
expect_same smooth_7.tif shares.tif
expect_same smooth_7_prob.tif shares_prob.tif
"$PYTHON" -c '
import numpy as np
from osgeo import gdal
scene = gdal.Open("scene/ms.tif")
y, x = np.mgrid[0:160, 0:192]
mask = gdal.GetDriverByName("GTiff").Create("mask.tif", 192, 160, 1)
mask.SetGeoTransform(scene.GetGeoTransform())
mask.SetSpatialRef(scene.GetSpatialRef())
mask.WriteArray(((x - 90) ** 2 + (y - 70) ** 2 < 900) & (x % 11 != 3))'
for tile in 16 1000; do
    # shellcheck disable=SC2046
    expect_silence "${classify[@]}" -overwrite -smooth 7 -mask mask.tif -tile $tile $(outputs masked)
    "$PYTHON" -c '
from osgeo import gdal
mask = gdal.Open("mask.tif").ReadAsArray() != 0
for kind in "", "_conf", "_prob", "_both":
    whole, found = (gdal.Open(f"{name}{kind}.tif").ReadAsArray() for name in ("smooth_7", "masked"))
    assert (found[..., mask] == whole[..., mask]).all(), kind
    assert (found[..., ~mask] == (-1 if kind else 0)).all(), kind' || fail "the mask changes pixels, tile $tile"
done
# rejected is what is not sure after it
middle=$("$PYTHON" -c '
import numpy as np
from osgeo import gdal
conf = gdal.Open("smooth_7_conf.tif").ReadAsArray()
print(round(float(np.median(conf[conf >= 0])), 3))')
expect_silence "${classify[@]}" -smooth 7 -reject "$middle" -conf sure_conf.tif sure.tif
expect_same smooth_7_conf.tif sure_conf.tif
"$PYTHON" -c '
import sys
import numpy as np
from osgeo import gdal
smooth, conf, sure = (gdal.Open(f"{name}.tif").ReadAsArray() for name in ("smooth_7", "smooth_7_conf", "sure"))
unsure = (smooth > 0) & (conf.astype(float) < float(sys.argv[1]))
assert 0 < unsure.sum() < (smooth > 0).sum()
assert (sure == np.where(unsure, 4, smooth)).all()' "$middle" || fail "-reject after -smooth"

# ---- pixel by pixel, in a window, with a mask
"$builddir/samples/make_scene" -size 64 48 -ratio 4 -hs_bands 6 -classes 3 small
expect_status 0 s2rgf_train -q -i hs=small/hs.tif -i ms=small/ms.tif -labels small/labels.gpkg -l train -a class \
    -network patch -batch 2 -steps 1 -val 0 patch.s2rgf
patch=(s2rgf_classify -q -m patch.s2rgf -i hs=small/hs.tif -i ms=small/ms.tif)
expect_silence "${patch[@]}" -smooth 5 -srcwin 0 8 16 12 -prob near_prob.tif near.tif
expect_silence "${patch[@]}" -smooth 5 -srcwin 0 10 10 7 -tile 16 -threads 2 -prob part_prob.tif part.tif
gdal_translate -q -srcwin 0 2 10 7 near_prob.tif cut_prob.tif
"$PYTHON" "$same_pixels" cut_prob.tif part_prob.tif || fail "the pixels of patch depend on the window"

# ---- windows that there are not
keep_files
for window in 0 1 2 4 8 53 999999999999; do
    expect_status 2 "${classify[@]}" -smooth $window new.tif
    expect_in "$stderr" "-smooth: expected a whole number from 3 to 51, odd, or off, found '$window'"
done
expect_status 2 "${classify[@]}" -smooth -3 new.tif
expect_status 2 "${classify[@]}" -smooth 7.5 new.tif
expect_status 2 "${classify[@]}" -smooth 7 -smooth 9 new.tif
expect_files_kept "windows that there are not"
