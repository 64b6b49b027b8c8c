#!/usr/bin/env bash
# A training that starts from a model: what it takes of it, what is new, what stays as it is, what is refused.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need_python numpy osgeo.gdal

labels=(-labels scene/labels.gpkg -l train -a class)
small=(-batch 2 -crop 32 -threads 1 -val 0)
any=(s2rgf_train -overwrite "${labels[@]}" "${small[@]}")
fit=("${any[@]}" -c 16 -settle 1 -ablate expert)
still=("${fit[@]}" -steps 1 -lr 1e-8) # leaves the weights that it starts from as they are
expect_silence "${fit[@]}" "${sources[@]}" -q -steps 12 old.s2rgf

cat > tensors.py <<'P'
"""Tensors of two model files: which of those whose names begin with a word are the same."""
import json, struct, sys
import numpy as np


def tensors(path):
    with open(path, "rb") as file:
        head = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    head.pop("__metadata__", None)
    return {name: np.frombuffer(data[slice(*at["data_offsets"])], "<f4").reshape(at["shape"])
            for name, at in head.items()}
P
# same OLD NEW START=START...: the tensors of OLD that begin so are those of NEW that begin so; changed: none is.
compare() {
    "$PYTHON" - "$@" <<'P' || fail "tensors: $*"
import sys
from tensors import tensors
wanted, old, new = sys.argv[1] == "same", tensors(sys.argv[2]), tensors(sys.argv[3])
for pair in sys.argv[4:]:
    before, after = pair.split("=")
    names = [name for name in old if name.startswith(before)]
    assert names, f"no {before}"
    for name in names:
        twin = new[after + name[len(before):]]
        assert (twin.shape == old[name].shape and (twin == old[name]).all()) == wanted, name
P
}
same() { compare same "$@"; }
changed() { compare changed "$@"; }

# agreement A B: per cent of the pixels that two maps give the same class.
agreement() {
    "$PYTHON" -c '
import sys
from osgeo import gdal
a, b = (gdal.Open(name).ReadAsArray() for name in sys.argv[1:])
print(int(100 * (a == b).mean()))' "$1" "$2"
}
maps_alike() { # MODEL: it maps as old.s2rgf does
    local percent
    s2rgf_classify -q -overwrite -noqml -m "$1" "${sources[@]}" new.tif
    percent=$(agreement old.tif new.tif)
    [ "$percent" -ge 99 ] || fail "$1 agrees with old.s2rgf on $percent %"
}
s2rgf_classify -q -noqml -m old.s2rgf "${sources[@]}" old.tif

# ---- the same sources and classes: everything is taken, and told
expect_status 0 "${still[@]}" "${sources[@]}" -init old.s2rgf new.s2rgf
expect_in "$stdout" "Initial model old.s2rgf"
expect_in "$stdout" "Taken: encoders and normalisation of ms, hs; classes forest, meadow, stubble; "
expect_in "$stdout" "New: nothing"
expect_not_in "$stdout" "Frozen"
[ ! -s "$stderr" ] || fail "a warning: $(cat "$stderr")"
maps_alike new.s2rgf
checksum=$(s2rgf_info old.s2rgf | sed -n 's/^Checksum *//p')
[ -n "$checksum" ] || fail "s2rgf_info tells no checksum"
expect_status 0 s2rgf_info new.s2rgf
expect_in "$stdout" "initial model       $checksum"
expect_status 0 s2rgf_info -json new.s2rgf
expect_in "$stdout" "\"initial_model\": \"$checksum\""
expect_status 0 s2rgf_info -json old.s2rgf
expect_not_in "$stdout" "initial_model"

# ---- in another order: what joins the sources follows them
expect_silence "${still[@]}" -q -i hs=scene/hs.tif -i ms=scene/ms.tif -init old.s2rgf turned.s2rgf
maps_alike turned.s2rgf
expect_silence "${still[@]}" -q -i hs=scene/hs.tif -i ms=scene/ms.tif -init old.s2rgf -freeze encoders turned.s2rgf
same old.s2rgf turned.s2rgf spectral.0=spectral.1 spatial.0=spatial.1 spectral.1=spectral.0 spatial.1=spatial.0

# ---- frozen encoders stay, statistics included; all else is trained
expect_status 0 "${fit[@]}" "${sources[@]}" -steps 6 -init old.s2rgf -freeze encoders frozen.s2rgf
expect_in "$stdout" "Frozen: encoders of ms, hs"
same old.s2rgf frozen.s2rgf spectral.=spectral. spatial.=spatial.
changed old.s2rgf frozen.s2rgf adrf=adrf neck=neck head=head detail=detail classifier=classifier
expect_silence "${fit[@]}" -q "${sources[@]}" -steps 6 -init old.s2rgf thawed.s2rgf
changed old.s2rgf thawed.s2rgf spectral.=spectral. spatial.=spatial.

# ---- other classes: those of the same name keep their column, wherever it is now
expect_status 0 "${still[@]}" "${sources[@]}" -init old.s2rgf -where "class <> 'forest'" fewer.s2rgf
expect_in "$stdout" "classes meadow, stubble; "
"$PYTHON" - <<'P' || fail "the classifier is not taken class by class"
import numpy as np
from tensors import tensors
old, new = (tensors(name)["classifier.out.weight"] for name in ("old.s2rgf", "fewer.s2rgf"))
assert np.abs(old[:, 1:] - new).max() < 1e-6
P
ogr2ogr -q -sql "SELECT geom, CASE class WHEN 'stubble' THEN 'maize' ELSE class END AS class FROM train" -dialect sqlite \
    -nln train renamed.gpkg scene/labels.gpkg
expect_status 0 s2rgf_train -labels renamed.gpkg -l train -a class "${small[@]}" -ablate expert -steps 1 \
    "${sources[@]}" -init old.s2rgf renamed.s2rgf
expect_in "$stdout" "classes forest, meadow; "
expect_in "$stdout" "New: classes maize; "

# ---- a source more, one less, one with other bands
expect_status 0 "${still[@]}" "${sources[@]}" -i extra=scene/ms.tif -init old.s2rgf more.s2rgf -freeze encoders
expect_in "$stdout" "New: encoders of extra; "
expect_in "$stdout" "Frozen: encoders of ms, hs"
same old.s2rgf more.s2rgf spectral.0=spectral.0 spatial.1=spatial.1
"$PYTHON" - <<'P' || fail "what joins the sources is not taken channel by channel"
import numpy as np
from tensors import tensors
old, new = (tensors(name) for name in ("old.s2rgf", "more.s2rgf"))
for domain in "spectral", "spatial":
    few, many = (of[f"adrf_{domain}.mix.weight"] for of in (old, new))
    assert np.abs(few - many[:len(few)]).max() < 1e-6 and np.abs(many[len(few):]).max() > 1e-3
    few, many = (of[f"adrf_{domain}.w1"] for of in (old, new))
    assert np.abs(few - many[:len(few), :len(few)]).max() < 1e-6
P
# alone, ms has the most bands, and its spectral encoder more channels than beside hs
expect_status 0 "${still[@]}" -i ms=scene/ms.tif -init old.s2rgf -freeze encoders less.s2rgf
expect_in "$stdout" "New: part of the encoders of ms; "
expect_in "$stderr" "old.s2rgf: no encoder fits as a whole: nothing is frozen"
expect_status 0 "${still[@]}" "${sources[@]}" -b ms=1-3 -init old.s2rgf bands.s2rgf
expect_in "$stderr" "old.s2rgf: source ms: no band near 842 nm"
expect_in "$stdout" "New: encoders of ms; "
expect_status 0 "${still[@]}" "${sources[@]}" -b ms=4,3,2,1 -init old.s2rgf bands.s2rgf
expect_in "$stderr" "in another order"

# ---- its normalisation is used, and values of another unit are told
gdal_translate -q -ot Float32 -scale 0 10000 0 1 scene/ms.tif scaled.tif
expect_status 0 "${still[@]}" -i ms=scaled.tif -i hs=scene/hs.tif -init old.s2rgf scaled.s2rgf
expect_in "$stderr" "source ms, band 1"
expect_in "$stderr" "in another unit?"
[ "$(grep -c "in another unit" "$stderr")" -eq 1 ] || fail "one warning a source: $(cat "$stderr")"
"$PYTHON" - <<'P' || fail "the normalisation is not the model's"
import json, struct
def bands(path):
    with open(path, "rb") as file:
        head = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    return [(b["mean"], b["std"]) for s in json.loads(head["__metadata__"]["s2rgf"])["sources"] for b in s["bands"]]
assert bands("old.s2rgf") == bands("scaled.s2rgf")
P

# ---- channels left open are the model's; the patch network, too
expect_silence "${any[@]}" -q "${sources[@]}" -steps 1 -init old.s2rgf open.s2rgf
expect_status 0 s2rgf_info open.s2rgf
expect_in "$stdout" "C = 16"
patch=(s2rgf_train "${sources[@]}" "${labels[@]}" -network patch -batch 2 -threads 1 -val 0 -steps 1)
expect_silence "${patch[@]}" -q patch.s2rgf
expect_status 0 "${patch[@]}" -init patch.s2rgf -freeze encoders patch2.s2rgf
expect_in "$stdout" "Frozen: encoders of ms, hs"
same patch.s2rgf patch2.s2rgf spectral.=spectral. spatial.=spatial.
changed patch.s2rgf patch2.s2rgf unfold=unfold head=head

# ---- a training that was interrupted goes on with the same initial model only
long=("${fit[@]}" "${sources[@]}" -q -steps 4 -checkpoint run.ckpt)
expect_silence "${long[@]}" -init old.s2rgf straight.s2rgf
expect_silence "${long[@]}" -init old.s2rgf -resume again.s2rgf
expect_same straight.s2rgf again.s2rgf
for other in "-init new.s2rgf" "-init old.s2rgf -freeze encoders" ""; do
    # shellcheck disable=SC2086
    expect_status 3 "${long[@]}" $other -resume again.s2rgf
    expect_in "$stderr" "another training"
done

# ---- what does not fit
refused() { # STATUS MESSAGE OPTION...
    local wanted=$1 message=$2
    shift 2
    expect_status "$wanted" "${any[@]}" "${sources[@]}" -steps 1 "$@" refused.s2rgf
    expect_in "$stderr" "$message"
    expect_no_file refused.s2rgf
}
refused 3 "old.s2rgf: another network: expected dense with 32 channels, found dense with 16" -init old.s2rgf -c 32
refused 3 "patch.s2rgf: another network: expected dense with 16 channels, found patch with 64" -c 16 -init patch.s2rgf
refused 1 "none.s2rgf" -init none.s2rgf
refused 1 "scene/ms.tif" -init scene/ms.tif
refused 2 "init" -freeze encoders
expect_status 3 "${still[@]}" -i red=scene/ms.tif -init old.s2rgf refused.s2rgf
expect_in "$stderr" "old.s2rgf: no source of the training is one of the model's: expected its names and bands (ms, hs), found red"
expect_no_file refused.s2rgf
cp old.s2rgf kept.s2rgf
expect_status 1 "${still[@]}" "${sources[@]}" -init old.s2rgf old.s2rgf
expect_same kept.s2rgf old.s2rgf
