#!/usr/bin/env bash
# Map, confidence and probabilities are the same bytes with every form of the inner loops that fuses products and
# sums, of either architecture; the others round otherwise, which shows in next to no pixel, and not with -precision
# exact.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need_python numpy osgeo.gdal

# map_with FORM MODEL OPTION...: the files in the folder FORM; fails where this machine lacks the form.
map_with() {
    local form=$1 model=$2
    shift 2
    rm -rf "$form"
    mkdir "$form"
    S2RGF_KERNELS=${form#any} s2rgf_classify -q -m "$model" "${sources[@]}" -conf "$form/conf.tif" \
        -prob "$form/prob.tif" "$@" "$form/map.tif" 2> "$stderr" && return
    expect_in "$stderr" "does not have $form"
    return 1
}

# classes_agree MAP OTHER: in all but a thousandth of the pixels.
classes_agree() {
    "$PYTHON" - "$@" << 'END' || fail "$1 and $2 differ"
import sys
from osgeo import gdal

gdal.UseExceptions()
one, other = (gdal.Open(path).ReadAsArray() for path in sys.argv[1:])
print((one != other).sum(), "of", one.size, "pixels differ")
sys.exit(bool((one != other).mean() > 1e-3))
END
}

fused="avx2 avx512"
[ "$(uname -m)" != aarch64 ] || fused=base
"${train[@]}" -q dense.s2rgf
s2rgf_train "${sources[@]}" -labels scene/labels.gpkg -l train -a class -network patch -steps 2 -batch 1 -threads 1 -q \
    patch.s2rgf
for model in dense patch; do
    first=
    few=
    [ "$model" = dense ] || few="-srcwin 56 56 16 12"
    for form in $fused; do
        for options in "-threads 1" "-threads 2 -tile 32"; do
            # shellcheck disable=SC2086 # options are words
            map_with "$form" "$model.s2rgf" $few $options || continue 2
            (cd "$form" && sha256sum -- *.tif) > sums.txt
            [ -n "$first" ] || cp sums.txt first.txt
            first=${first:-$form}
            diff first.txt sums.txt || fail "$model: other bytes with $form $options than with $first"
        done
    done
    for form in base plain; do
        # shellcheck disable=SC2086 # options are words
        map_with "$form" "$model.s2rgf" $few || fail "no $form"
        [ -z "$first" ] || classes_agree "$first/map.tif" "$form/map.tif"
    done
    for form in "" plain base exact $fused; do
        # shellcheck disable=SC2086 # options are words
        map_with "${form:-any}" "$model.s2rgf" $few -precision exact || continue
        (cd "${form:-any}" && sha256sum -- *.tif) > sums.txt
        [ -n "$first" ] || cp sums.txt first.txt
        first=${first:-exact}
        diff first.txt sums.txt || fail "$model: other bytes with -precision exact and ${form:-any form}"
    done
done
