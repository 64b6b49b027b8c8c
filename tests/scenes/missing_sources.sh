#!/usr/bin/env bash
# -source_dropout and -any_source: pixels that lack a source are mapped from the others, by a model that learned to do
# without. -shift_jitter moves sources in training alone.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/tools/scenes.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
. "$top_srcdir/tests/tools/plugin.sh"
need_python osgeo.gdal numpy

# ms lacks the upper third, hs the left third: in a corner there is nothing
"$PYTHON" - << 'P' || fail "cannot make the scenes"
from osgeo import gdal
gdal.UseExceptions()
for name, part in (("ms", lambda a: a[: len(a) // 3]), ("hs", lambda a: a[:, : a.shape[1] // 3])):
    ds = gdal.GetDriverByName("GTiff").CreateCopy(f"scene/{name}_part.tif", gdal.Open(f"scene/{name}.tif"))
    for b in range(1, ds.RasterCount + 1):
        band = ds.GetRasterBand(b)
        a = band.ReadAsArray()
        part(a)[:] = 0 if band.GetNoDataValue() is None else band.GetNoDataValue()
        band.WriteArray(a)
        if band.GetNoDataValue() is None:
            band.SetNoDataValue(0)
P
part=(-i ms=scene/ms_part.tif -i hs=scene/hs_part.tif)
scene=("${sources[@]}" -labels scene/labels.gpkg -l train -a class)
quick=(-q -overwrite -val 0 -c 16 -crop 32 -threads 1)
learn=(s2rgf_train "${scene[@]}" "${quick[@]}" -batch 2 -steps 60)
short=(s2rgf_train "${scene[@]}" "${quick[@]}" -batch 1 -steps 4)
map=(s2rgf_classify -q -overwrite -noqml)

"${learn[@]}" plain.s2rgf
"${learn[@]}" -source_dropout 0.4 dropout.s2rgf
expect_status 0 s2rgf_info dropout.s2rgf
expect_in "$stdout" "source dropout      0.4"
expect_status 0 s2rgf_info plain.s2rgf
expect_not_in "$stdout" "source dropout"

# ---- mapping: all is as it was where there are all sources, and only the corner without any is nodata
expect_silence "${map[@]}" -m dropout.s2rgf "${sources[@]}" whole.tif
expect_silence "${map[@]}" -m dropout.s2rgf "${sources[@]}" -any_source whole_any.tif
expect_silence "${map[@]}" -m dropout.s2rgf "${part[@]}" all.tif
expect_silence "${map[@]}" -m dropout.s2rgf "${part[@]}" -any_source any.tif
expect_status 0 "$PYTHON" - << 'P'
import numpy as np
from osgeo import gdal
whole, whole_any, every, some = (gdal.Open(n + ".tif").ReadAsArray() for n in ("whole", "whole_any", "all", "any"))
assert (whole_any[whole > 0] == whole[whole > 0]).mean() > 0.98  # the rest: at the edges of the smaller source
ds, hs = gdal.Open("scene/ms.tif"), gdal.Open("scene/hs.tif")
g, h = ds.GetGeoTransform(), hs.GetGeoTransform()
x = np.floor((g[0] + g[1] * (np.arange(ds.RasterXSize) + 0.5) - h[0]) / h[1])
no_hs = (x < hs.RasterXSize // 3)[None].repeat(ds.RasterYSize, 0)
no_ms = np.zeros_like(no_hs)
no_ms[: ds.RasterYSize // 3] = True
assert ((some == 0) == (no_ms & no_hs)).all()
assert ((every == 0) == (no_ms | no_hs)).all()
# from one source alone: nearly as good as from both
truth = gdal.Open("scene/truth.tif").ReadAsArray()
for where, least in ((no_hs & ~no_ms, 0.8), (no_ms & ~no_hs, 0.6)):
    right, both = (some == truth)[where].mean(), (whole == truth)[where].mean()
    print(right, both)
    assert right > least * both, (right, both)
P
# tiles, threads and windows do not show
expect_silence "${map[@]}" -m dropout.s2rgf "${part[@]}" -any_source -tile 48 -threads 2 tiles.tif
same_pixels any.tif tiles.tif
expect_silence "${map[@]}" -m dropout.s2rgf "${part[@]}" -any_source -srcwin 37 31 110 90 window.tif
gdal_translate -q -srcwin 37 31 110 90 any.tif cut.tif
same_pixels cut.tif window.tif
# scene files keep it
expect_silence "${map[@]}" -m dropout.s2rgf "${part[@]}" -any_source -write_scene scene.s2rgf.json
expect_in scene.s2rgf.json '"any_source": true'
if [ -e "$plugin" ]; then
    gdal gdal_translate -q scene.s2rgf.json lazy.tif
    same_pixels any.tif lazy.tif
fi

# ---- a source without a valid pixel, or without a file, which lies on a grid that nobody knows: maps from the other one
"$PYTHON" -c '
from osgeo import gdal
ds = gdal.GetDriverByName("GTiff").CreateCopy("scene/hs_none.tif", gdal.Open("scene/hs.tif"))
for b in range(1, ds.RasterCount + 1):
    ds.GetRasterBand(b).SetNoDataValue(0)
    ds.GetRasterBand(b).Fill(0)'
only_ms=(-i ms=scene/ms.tif -any_source)
expect_status 0 "${map[@]}" -m dropout.s2rgf "${only_ms[@]}" -i hs=scene/hs_none.tif none.tif
expect_in "$stderr" "source hs (scene/hs_none.tif): bands 1 to 8 (420 to 2450 nm): no pixel is valid: what is mapped comes from the other sources"
expect_not_in "$stderr" "all of the map"
expect_status 0 "${map[@]}" -m dropout.s2rgf "${only_ms[@]}" absent.tif
[ "$(cat "$stderr")" = "Warning 1: source hs: absent: what is mapped comes from the other sources" ] || fail "no hs: other words"
"$PYTHON" -c '
from osgeo import gdal
none, absent = (gdal.Open(name + ".tif").ReadAsArray() for name in ("none", "absent"))
assert ((none == 0) == (absent == 0)).all() and (none == absent).mean() > 0.99' || fail "without hs: another map"
expect_status 0 gdalinfo absent.tif
expect_in "$stdout" "S2RGF_SOURCES=ms: scene/ms.tif; hs: absent"
expect_status 0 "${map[@]}" -m dropout.s2rgf "${only_ms[@]}" -tile 48 -threads 2 tiles.tif
same_pixels absent.tif tiles.tif
expect_status 0 "${map[@]}" -m dropout.s2rgf "${only_ms[@]}" -write_scene absent.s2rgf.json
if [ -e "$plugin" ]; then
    gdal gdal_translate -q absent.s2rgf.json lazy_absent.tif
    same_pixels absent.tif lazy_absent.tif
    gdal gdal_translate -q -outsize 25% 25% absent.s2rgf.json small.tif
fi
expect_status 0 s2rgf_suggest -q -m dropout.s2rgf "${only_ms[@]}" -n 3 next.csv
# not without -any_source, and not without the source that has the grid of the map
for found in "-i ms=scene/ms.tif" "-i hs=scene/hs.tif -any_source"; do
    # shellcheck disable=SC2086 # two words
    expect_status 3 "${map[@]}" -m dropout.s2rgf $found refused.tif
    expect_in "$stderr" "missing: the model expects ms, hs, found"
done
expect_no_file refused.tif

# ---- of many scenes, some lack a file
mkdir many maps
for name in a b c; do for source in ms hs; do cp "scene/$source.tif" "many/${name}_$source.tif"; done; done
rm many/b_hs.tif many/c_ms.tif
printf '%s\n' a b c > names
templates=(-i 'ms=many/{}_ms.tif' -i 'hs=many/{}_hs.tif')
expect_status 1 "${map[@]}" -m dropout.s2rgf -any_source -scenes names "${templates[@]}" 'maps/{}.tif'
expect_in "$stderr" "b: source hs: absent: what is mapped comes from the other sources"
expect_in "$stderr" "c: failed: source ms: missing: the model expects ms, hs, found hs"
same_pixels whole_any.tif maps/a.tif
same_pixels absent.tif maps/b.tif
rm maps/*
expect_status 1 "${map[@]}" -m dropout.s2rgf -scenes names "${templates[@]}" 'maps/{}.tif'
expect_in "$stderr" "b: failed: many/b_hs.tif: cannot be opened"
expect_no_file maps/b.tif
learn_many=(s2rgf_train "${quick[@]}" "${templates[@]}" "${scene[@]:4}" -batch 1 -steps 4 -source_dropout 0.4)
printf '%s\n' a b > names
expect_status 1 "${learn_many[@]}" -scenes names many.s2rgf
expect_in "$stderr" "scene b: many/b_hs.tif: cannot be opened"
expect_status 0 "${learn_many[@]}" -any_source -scenes names many.s2rgf
expect_in "$stderr" "b: source hs: absent"
# the first one says which sources there are
printf '%s\n' b a > names
expect_status 1 "${learn_many[@]}" -any_source -scenes names refused.s2rgf
expect_in "$stderr" "scene b: many/b_hs.tif: cannot be opened"
expect_no_file refused.s2rgf

# ---- training on such scenes: labels where one source has data count
pixels() { s2rgf_info -json "$1" | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["training"]["train_pixels"])'; }
few=(s2rgf_train "${part[@]}" "${scene[@]:4}" "${quick[@]}" -batch 1 -steps 4 -source_dropout 0.4)
expect_status 0 "${few[@]}" few.s2rgf
expect_status 0 "${few[@]}" -any_source more.s2rgf
[ "$(pixels more.s2rgf)" -gt "$(pixels few.s2rgf)" ] || fail "expected more labels than $(pixels few.s2rgf), found $(pixels more.s2rgf)"

# ---- the patch network as well
patch=(s2rgf_train -q -val 0 "${scene[@]}" -network patch -steps 1 -batch 2
    -threads 1 -source_dropout 0.4)
expect_status 0 "${patch[@]}" patch.s2rgf
expect_silence "${map[@]}" -m patch.s2rgf "${part[@]}" -any_source -srcwin 60 50 12 8 patch.tif
"$PYTHON" -c '
from osgeo import gdal
a, b = gdal.Open("patch.tif").ReadAsArray(), gdal.Open("any.tif").ReadAsArray()[50:58, 60:72]
assert ((a == 0) == (b == 0)).all() and (a > 0).any()' || fail "the patch network maps other pixels"

# ---- the same seed, the same bytes; dropout and shifts change the training; without them nothing is drawn
expect_status 0 "${short[@]}" -source_dropout 0 -shift_jitter 0 zero.s2rgf
expect_status 0 "${short[@]}" none.s2rgf
expect_same zero.s2rgf none.s2rgf
expect_status 0 "${short[@]}" -shift_jitter 0.5 shift.s2rgf
expect_status 0 "${short[@]}" -shift_jitter 0.5 again.s2rgf
expect_same shift.s2rgf again.s2rgf
cmp -s shift.s2rgf none.s2rgf && fail "shifts changed nothing"
# a single grid has nothing to move
one=(s2rgf_train -i ms=scene/ms.tif "${scene[@]:4}" "${quick[@]}" -batch 1 -steps 4)
expect_status 0 "${one[@]}" one.s2rgf
expect_status 0 "${one[@]}" -shift_jitter 1 moved.s2rgf
expect_in "$stderr" "-shift_jitter: no source has a grid of its own: nothing is shifted"
expect_same one.s2rgf moved.s2rgf

# ---- refusals
keep_files
expect_status 3 "${map[@]}" -m plain.s2rgf "${part[@]}" -any_source refused.tif
expect_in "$stderr" "expected one trained with -source_dropout"
expect_status 3 s2rgf_classify -m plain.s2rgf -i scene/ms.tif -i scene/hs.tif refused.tif
expect_in "$stderr" "the model expects ms, hs, found source: give each raster its source's name, as in -i name=raster"
expect_status 2 "${short[@]}" -any_source refused.s2rgf
expect_in "$stderr" "-any_source: needs -source_dropout"
expect_status 1 "${short[@]}" -any_source -source_dropout 0 refused.s2rgf
expect_in "$stderr" "needs -source_dropout"
expect_status 1 "${one[@]}" -source_dropout 0.5 refused.s2rgf
expect_in "$stderr" "expected two sources or more, found 1"
expect_status 1 "${short[@]}" -source_dropout 0.5 -ablate source:hs refused.s2rgf
expect_in "$stderr" "expected two sources or more, found 1"
for value in -0.1 0.95 nan; do
    expect_status 2 "${short[@]}" -source_dropout "$value" refused.s2rgf
    expect_status 2 "${short[@]}" -shift_jitter "-$value" refused.s2rgf
done
expect_files_kept "refused"
