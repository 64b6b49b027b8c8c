#!/usr/bin/env bash
# No map comes of a model with absurd numbers, and none of pixels without finite scores.
. "$(dirname "$0")/../tools/lib.sh"
need gdal_translate
. "$top_srcdir/tests/cli/tiny_scene.sh"

# change MODEL NEW TENSORS VALUE: a copy whose tensors of that name, a regular expression, hold the value.
change() {
    "$PYTHON" - "$@" << 'END'
import json, re, struct, sys

old, new, names, value = sys.argv[1:]
data = bytearray(open(old, "rb").read())
start = 8 + struct.unpack("<Q", data[:8])[0]
changed = 0
for name, tensor in json.loads(data[8:start]).items():
    if name != "__metadata__" and re.search(names, name):
        first, end = (start + at for at in tensor["data_offsets"])
        data[first:end] = struct.pack("<f", float(value)) * ((end - first) // 4)
        changed += 1
assert changed > 0
open(new, "wb").write(data)
END
}

"${train[@]}" -q -val 0 dense.s2rgf
s2rgf_train -q "${sources[@]}" -labels scene/labels.gpkg -l train -a class -network patch -steps 1 -batch 1 \
    -threads 1 -val 0 patch.s2rgf 2> "$stderr"
LC_ALL=C sed 's/"classifier.out.bias"/"classifier.out.bia2"/' dense.s2rgf > renamed.s2rgf
expect_status 1 s2rgf_classify -q "${sources[@]}" -m renamed.s2rgf map.tif
expect_in "$stderr" "renamed.s2rgf: tensor classifier.out.bias: missing"
expect_status 1 s2rgf_info renamed.s2rgf
expect_in "$stderr" "renamed.s2rgf: tensor classifier.out.bias: missing"
expect_no_file map.tif
for kind in dense patch; do
    change $kind.s2rgf variance.s2rgf '\.running_var$' -1
    change $kind.s2rgf huge.s2rgf . 3e38
    # within what a model may hold; the first tensors overflow, and rectifiers and pools come after them
    change $kind.s2rgf overflow.s2rgf '^(spatial|neck).*weight$' 9e14
    change $kind.s2rgf last.s2rgf '^(head|classifier|detail).*weight$' 9e14
    keep_files
    map=(s2rgf_classify -q "${sources[@]}" -srcwin 40 40 24 24 -conf conf.tif -prob prob.tif map.tif)
    expect_status 1 "${map[@]}" -m variance.s2rgf
    expect_in "$stderr" "running_var: value out of range: expected 0 to 1e+15, found -1"
    expect_status 1 s2rgf_info variance.s2rgf
    expect_in "$stderr" "running_var: value out of range: expected 0 to 1e+15, found -1"
    expect_status 1 "${map[@]}" -m huge.s2rgf
    expect_in "$stderr" "value out of range: expected -1e+15 to 1e+15, found 3e+38"
    for broken in overflow last; do
        expect_status 1 "${map[@]}" -m $broken.s2rgf
        expect_in "$stderr" "$broken.s2rgf: no pixel has finite scores: expected numbers, found none at"
    done
    expect_files_kept "no map of a broken model"
done

# One absurd pixel costs what it reaches, and no more: nodata in all outputs, and told.
gdal_translate -q -ot Float32 scene/ms.tif absurd.tif
"$PYTHON" - << 'END'
from osgeo import gdal
import numpy
raster = gdal.Open("absurd.tif", 1)
raster.GetRasterBand(2).WriteArray(numpy.array([[3e38]]), 20, 30)
raster = None
END
for kind in dense patch; do
    window=(-srcwin 0 0 192 160)
    [ $kind = dense ] || window=(-srcwin 0 0 64 64)
    expect_status 0 s2rgf_classify -q -m $kind.s2rgf -i ms=absurd.tif -i hs=scene/hs.tif "${window[@]}" \
        -conf conf.tif -prob prob.tif -threads 2 $kind.tif
    expect_in "$stderr" "pixels with data have no finite scores: they are nodata in the map"
    # the value itself is told where a sample of the pixels comes upon it
    [ "$(grep -vc 'has the value 3[0-9.]*e+34 .* -srcnodata 3e+38 leaves' "$stderr")" -eq 1 ] || fail "not one line"
    expect_silence s2rgf_classify -q -m $kind.s2rgf "${sources[@]}" "${window[@]}" whole.tif
    "$PYTHON" - $kind.tif << 'END' || fail "wrong pixels"
import sys
from osgeo import gdal
import numpy

def read(path):
    return gdal.Open(path).ReadAsArray()

found, whole, confidence, probabilities = map(read, (sys.argv[1], "whole.tif", "conf.tif", "prob.tif"))
lost = (found == 0) & (whole != 0)
assert lost[30, 20] and lost.sum() < found.size / 2, lost.sum()
assert (confidence[lost] == -1).all() and (probabilities[:, lost] == -1).all()
assert ((confidence >= 0) == (found != 0)).all()
END
    rm -f conf.tif* prob.tif* whole.*
done
