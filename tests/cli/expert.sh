#!/usr/bin/env bash
# The linear expert: in the model and what tells of it, in every way of mapping, with very few labels.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need_python osgeo numpy

# ---- what tells of it
expect_status 0 "${train[@]}" with.s2rgf
expect_in "$stdout" "Linear expert: shrinkage"
expect_in "$stdout" "share of the expert"
expect_in "$stdout" "Validation of class "
expect_status 0 s2rgf_info with.s2rgf
expect_in "$stdout" "Expert      linear, share "
expect_in "$stdout" "format version 2"
expect_status 0 s2rgf_info -json with.s2rgf
expect_in "$stdout" '"expert": {'

# ---- without it a model is one that older programs read
expect_status 0 "${train[@]}" -ablate expert without.s2rgf
expect_not_in "$stdout" "expert"
expect_status 0 s2rgf_info -json without.s2rgf
expect_in "$stdout" '"format_version": 1'
expect_not_in "$stdout" '"expert": {'
expect_in "$stdout" '"ablations": ['
expect_in "$stdout" '"expert"'
! grep -q 'expert\.0\.weight' without.s2rgf || fail "tensors of an expert that is switched off"

# ---- the same map in any tiles, by any threads, by rows
map() { # NAME MODEL OPTION...
    local name=$1 model=$2
    shift 2
    expect_silence s2rgf_classify -q -noqml -m "$model" "${sources[@]}" "$@" \
        -prob "${name}_prob.tif" "$name.tif"
}
same() { # A B: the same pixels in maps and probabilities
    "$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" "$1.tif" "$2.tif" || fail "$1, $2: maps differ"
    "$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" "$1_prob.tif" "$2_prob.tif" ||
        fail "$1, $2: probabilities differ"
}
expect_status 0 "${train[@]}" -val 0 all.s2rgf
expect_in "$stdout" "Expert of windows: shrinkage"
expect_status 0 s2rgf_info all.s2rgf
expect_in "$stdout" "of windows, too (temperature "
map whole all.s2rgf -threads 1
map tiles all.s2rgf -threads 3 -tile 64
same whole tiles

# ---- that of windows alone can be left out; it stays where validation had too few polygons to judge it
expect_status 0 "${train[@]}" -val 0 -ablate windows plain.s2rgf
expect_not_in "$stdout" "windows:"
expect_status 0 s2rgf_info plain.s2rgf
expect_in "$stdout" "Expert      linear, share 3 "
expect_not_in "$stdout" "of windows"
! grep -q 'expert\.0\.components' plain.s2rgf || fail "tensors of an expert that is switched off"
map plain plain.s2rgf
! "$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" plain_prob.tif whole_prob.tif > /dev/null ||
    fail "the expert of windows changes nothing"
expect_status 0 s2rgf_info with.s2rgf
expect_in "$stdout" "of windows, too (temperature "

# ---- that with a hidden layer: only where it is likelier, and it can be left out
"$PYTHON" - << 'END' || fail "cannot make the curved scene"
from osgeo import gdal
import numpy as np

# two bands; the class is which of them is larger in amount: no linear discriminant tells that
gdal.UseExceptions()
random = np.random.default_rng(1)
side, block = 160, 8
signs = np.kron(random.normal(0, 1, (2, side // block, side // block)), np.ones((1, block, block)))
bands = 1000 + 300 * signs + random.normal(0, 5, signs.shape)
classes = 1 + (np.abs(signs[0]) > np.abs(signs[1]))
driver = gdal.GetDriverByName("GTiff")
for name, values, kind in (("curved", bands, gdal.GDT_Float32), ("curved_labels", classes[None], gdal.GDT_Byte)):
    raster = driver.Create(f"{name}.tif", side, side, len(values), kind)
    raster.SetGeoTransform((400000, 10, 0, 5800000, 0, -10))
    for number, band in enumerate(values, 1):
        raster.GetRasterBand(number).WriteArray(band)
END
curved=(s2rgf_train -overwrite -i a=curved.tif -labels curved_labels.tif -c 16 -crop 32 -batch 1 -steps 2 -val 0 -threads 1)
expect_status 0 "${curved[@]}" hidden.s2rgf
expect_in "$stdout" "Expert with a hidden layer: shrinkage"
expect_status 0 s2rgf_info hidden.s2rgf
expect_in "$stdout" "format version 3"
expect_in "$stdout" "with a hidden layer, too (temperature "
expect_status 0 "${curved[@]}" -ablate hidden flat.s2rgf
expect_not_in "$stdout" "hidden layer"
expect_status 0 s2rgf_info flat.s2rgf
expect_in "$stdout" "format version 2"
! grep -q 'expert\.0\.units' flat.s2rgf || fail "tensors of an expert that is switched off"
for name in hidden flat; do expect_silence s2rgf_classify -q -noqml -m "$name.s2rgf" -i a=curved.tif "$name.tif"; done
"$PYTHON" - << 'END' || fail "the hidden layer does not see what is curved"
from osgeo import gdal

truth, hidden, flat = (gdal.Open(f"{name}.tif").ReadAsArray() for name in ("curved_labels", "hidden", "flat"))
print((hidden == truth).mean(), (flat == truth).mean())
assert (hidden == truth).mean() > 0.8 > 0.65 > (flat == truth).mean()
END
expect_silence s2rgf_classify -q -noqml -tile 48 -threads 3 -m hidden.s2rgf -i a=curved.tif hidden_tiles.tif
"$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" hidden.tif hidden_tiles.tif
expect_status 0 s2rgf_info with.s2rgf
expect_not_in "$stdout" "hidden layer"

# ---- it does not depend on the seed
expert_of() {
    s2rgf_info "$1" | sed -n 's/^Expert .*(\(.*\))$/\1/p'
}
expect_silence "${train[@]}" -q -val 0 -seed 1 one.s2rgf
expect_silence "${train[@]}" -q -val 0 -seed 2 two.s2rgf
[ -n "$(expert_of one.s2rgf)" ] || fail "no expert"
# ---- without validation a map is as sure as the expert, which is calibrated; the network alone is not
expect_status 0 s2rgf_info -json one.s2rgf
expect_in "$stdout" '"temperature": 3,'
expect_silence "${train[@]}" -q -val 0 -ablate expert alone.s2rgf
expect_status 0 s2rgf_info -json alone.s2rgf
expect_in "$stdout" '"temperature": 1,'
[ "$(expert_of one.s2rgf)" = "$(expert_of two.s2rgf)" ] || fail "the expert depends on the seed"
expect_status 0 s2rgf_info one.s2rgf
expect_in "$stdout" "share 3 "

# ---- beside the published network, too
expect_silence "${train[@]/16/64}" -q -network patch patch.s2rgf
expect_status 0 s2rgf_info patch.s2rgf
expect_in "$stdout" "Expert      linear"
expect_status 0 "${train[@]/16/64}" -q -network patch -ablate expert bare.s2rgf
for model in patch bare; do
    expect_silence s2rgf_classify -q -noqml -m "$model.s2rgf" "${sources[@]}" -srcwin 40 40 12 9 \
        -prob "${model}_prob.tif" "$model.tif"
done
! "$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" patch_prob.tif bare_prob.tif > /dev/null ||
    fail "patch: the expert changes nothing"

# ---- very few labels: one pixel of every class, or five
for pixels in 1 5; do
    "$PYTHON" -c '
import sys
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
truth = gdal.Open("scene/truth.tif")
values = truth.ReadAsArray()
few = np.zeros_like(values)
for k in np.unique(values[values > 0]):
    few.flat[np.flatnonzero(values == k)[100:100 + int(sys.argv[1])]] = k
out = gdal.GetDriverByName("GTiff").CreateCopy("few.tif", truth)
out.GetRasterBand(1).WriteArray(few)
out.GetRasterBand(1).SetNoDataValue(0)' "$pixels" || fail "no labels"
    expect_status 0 s2rgf_train "${sources[@]}" -labels few.tif -c 16 -steps 3 -batch 1 -crop 32 \
        -threads 1 -overwrite few.s2rgf
    expect_in "$stdout" "too few polygons or blocks"
    expect_in "$stdout" "Expert of windows: shrinkage"
    expect_not_in "$stdout" "hidden layer"
    expect_status 0 s2rgf_info few.s2rgf
    expect_in "$stdout" "Expert      linear, share 1 (temperature 4,"
    expect_status 0 s2rgf_info -json few.s2rgf
    [ "$pixels" -gt 1 ] || expect_in "$stdout" '"temperature": 1,'
    expect_silence s2rgf_classify -q -noqml -overwrite -m few.s2rgf "${sources[@]}" -prob few_prob.tif \
        few_map.tif
    "$PYTHON" -c '
import sys
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
probability = gdal.Open("few_prob.tif").ReadAsArray()
valid = gdal.Open("few_map.tif").ReadAsArray() > 0
ok = valid.any() and np.allclose(probability[:, valid].sum(axis=0), 1, atol=1e-4)
sys.exit(0 if ok else 1)' || fail "$pixels pixels a class: no probabilities"
done
