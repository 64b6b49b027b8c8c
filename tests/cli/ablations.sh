#!/usr/bin/env bash
# Parts switched off: trained without, told by the model, mapped without; what cannot be is refused.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need_python osgeo numpy

expect_status 0 "${train[@]}" -q whole.s2rgf
expect_silence s2rgf_classify -q -noqml -m whole.s2rgf "${sources[@]}" -prob whole.tif whole_map.tif
expect_status 0 s2rgf_info whole.s2rgf
expect_not_in "$stdout" "blations"
expect_status 0 s2rgf_info -json whole.s2rgf
expect_not_in "$stdout" "blations"

# differ A B: whether any probability of two maps is different
differ() {
    "$PYTHON" -c '
import sys
from osgeo import gdal
gdal.UseExceptions()
a, b = (gdal.Open(name).ReadAsArray() for name in sys.argv[1:])
sys.exit(0 if (a != b).any() else 1)' "$1" "$2"
}

# ---- every part by itself, and several
map_without() { # NAME PART...
    local name=$1 part options=()
    shift
    for part; do options+=(-ablate "$part"); done
    expect_status 0 "${train[@]}" -q "${options[@]}" "$name.s2rgf"
    ! cmp -s whole.s2rgf "$name.s2rgf" || fail "$*: the model is that of the whole network"
    expect_status 0 s2rgf_info "$name.s2rgf"
    for part; do expect_in "$stdout" "$part"; done
    expect_status 0 s2rgf_info -json "$name.s2rgf"
    expect_in "$stdout" '"ablations": ['
    for part; do expect_in "$stdout" "\"$part\""; done
    expect_silence s2rgf_classify -q -noqml -m "$name.s2rgf" "${sources[@]}" \
        -prob "$name.tif" "${name}_map.tif"
    differ whole.tif "$name.tif" || fail "$*: the map is that of the whole network"
}
for part in attention ssja redundancy spectral spatial source:ms source:hs; do
    map_without "without_${part/:/_}" "$part"
done
map_without several ssja source:hs spatial

# ---- what a source that is switched off shows does not matter; that of the other does
"$PYTHON" -c '
from osgeo import gdal
gdal.UseExceptions()
for name in ("ms", "hs"):
    source = gdal.Open(f"scene/{name}.tif")
    copy = gdal.GetDriverByName("GTiff").CreateCopy(f"{name}_other.tif", source)
    for band in range(1, copy.RasterCount + 1):
        data = copy.GetRasterBand(band).ReadAsArray()
        nodata = copy.GetRasterBand(band).GetNoDataValue()
        moved = data[::-1, ::-1].copy()
        moved[data == nodata] = nodata
        moved[(moved == nodata) & (data != nodata)] = data[data != nodata][0]
        copy.GetRasterBand(band).WriteArray(moved)' || fail "no other rasters"
expect_silence s2rgf_classify -q -noqml -m without_source_hs.s2rgf -i ms=scene/ms.tif \
    -i hs=hs_other.tif -prob same.tif same_map.tif
! differ without_source_hs.tif same.tif || fail "a source that is switched off changes the map"
expect_silence s2rgf_classify -q -noqml -m without_source_hs.s2rgf -i ms=ms_other.tif \
    -i hs=scene/hs.tif -prob other.tif other_map.tif
differ without_source_hs.tif other.tif || fail "the source that is left does not change the map"
expect_status 3 s2rgf_classify -q -m without_source_hs.s2rgf -i ms=scene/ms.tif absent.tif
expect_in "$stderr" "hs"

# ---- the form of the loss
expect_status 0 "${train[@]}" -q -beta 1 ours.s2rgf
expect_status 0 "${train[@]}" -q -beta 1 -redundancy correlation again.s2rgf
expect_same ours.s2rgf again.s2rgf
expect_status 0 "${train[@]}" -q -beta 1 -redundancy softmax published.s2rgf
! cmp -s ours.s2rgf published.s2rgf || fail "the form of the loss does not matter"
expect_status 0 s2rgf_info published.s2rgf
expect_in "$stdout" "softmax"
expect_status 0 "${train[@]}" -q -beta 0 none.s2rgf
"$PYTHON" -c '
import sys
def tensors(name):
    raw = open(name, "rb").read()
    return raw[8 + int.from_bytes(raw[:8], "little"):]
sys.exit(tensors("none.s2rgf") != tensors("without_redundancy.s2rgf"))' ||
    fail "without the loss is not with a weight of 0"

# ---- options that have nothing to act on
told() { # WORDS OPTION...
    local words=$1
    shift
    expect_status 0 "${train[@]}" -q "$@" -overwrite idle.s2rgf
    expect_in "$stderr" "$words"
}
told "-ablate redundancy: there is no such loss: -beta and -redundancy have no effect" -ablate redundancy -beta 1
told "-ablate redundancy: there is no such loss" -ablate redundancy -redundancy softmax
told "-no_refit: without validation" -val 0 -no_refit
told "-patience: nothing is validated" -val 0 -patience 2

# ---- checkpoints know what is off
expect_status 0 "${train[@]}" -q -ablate ssja -checkpoint run.ckpt kept.s2rgf
expect_status 0 "${train[@]}" -q -ablate ssja -checkpoint run.ckpt -resume resumed.s2rgf
expect_same kept.s2rgf resumed.s2rgf
for options in "" "-ablate spatial" "-ablate ssja -ablate source:ms" "-ablate ssja -redundancy softmax"; do
    # shellcheck disable=SC2086 # several words
    expect_status 3 "${train[@]}" -q $options -checkpoint run.ckpt -resume unfit.s2rgf
    expect_in "$stderr" "run.ckpt"
    expect_no_file unfit.s2rgf
done

# ---- refused, with the reason, before any work
refused() { # REASON OPTION...
    local reason=$1
    shift
    expect_status 1 "${train[@]}" -q "$@" refused.s2rgf
    expect_in "$stderr" "$reason"
    expect_no_file refused.s2rgf
}
refused "expected one of attention, ssja, redundancy, spectral, spatial, expert, windows, hidden, source:ms, source:hs, found adrf" \
    -ablate adrf
refused "found source:pan" -ablate ssja -ablate source:pan
refused "every source is switched off" -ablate source:ms -ablate source:hs
refused "both domains are switched off" -ablate spectral -ablate spatial
