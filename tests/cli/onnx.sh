#!/usr/bin/env bash
# s2rgf_info -onnx: what it refuses, and that its file is sound for python3-onnx.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
expect_status 0 "${train[@]}" -q -val 0 model.s2rgf

# Wrong usage.
expect_status 2 s2rgf_info -onnx model.s2rgf
expect_in "$stderr" "-onnx: needs out.onnx"
expect_status 2 s2rgf_info model.s2rgf out.onnx
expect_in "$stderr" "out.onnx: needs -onnx"
expect_status 2 s2rgf_info -overwrite model.s2rgf
expect_in "$stderr" "-overwrite: needs -onnx"
expect_status 2 s2rgf_info -onnx -json model.s2rgf out.onnx
expect_in "$stderr" "-onnx: cannot be used with -json"
expect_status 2 s2rgf_info -onnx -stac model.s2rgf out.onnx
expect_in "$stderr" "-stac: cannot be used with -onnx"
expect_no_file out.onnx

# Files that are there are kept, the model is in any case, and nothing is left of what fails.
expect_silence s2rgf_info -onnx model.s2rgf out.onnx
keep_files
expect_status 1 s2rgf_info -onnx model.s2rgf out.onnx
expect_in "$stderr" "out.onnx"
expect_in "$stderr" "exists"
expect_status 1 s2rgf_info -onnx -overwrite model.s2rgf model.s2rgf
expect_in "$stderr" "is an input too"
expect_status 1 s2rgf_info -onnx model.s2rgf nowhere/out.onnx
expect_in "$stderr" "nowhere/out.onnx"
expect_silence s2rgf_info -onnx -overwrite model.s2rgf out.onnx
expect_files_kept "the same model gives the same bytes"

# A network that has no such form, and a source whose name is taken.
expect_status 0 s2rgf_train -q "${sources[@]}" -labels scene/labels.gpkg -l train -a class -network patch \
    -steps 1 -batch 1 -threads 1 -val 0 patch.s2rgf
expect_status 1 s2rgf_info -onnx patch.s2rgf patch.onnx
expect_in "$stderr" 'patch.s2rgf: cannot be written as ONNX: expected the dense network, found "patch"'
expect_status 0 s2rgf_train -q -i logits=scene/ms.tif -labels scene/labels.gpkg -l train -a class -c 16 \
    -steps 1 -batch 1 -crop 32 -threads 1 -val 0 logits.s2rgf
expect_status 1 s2rgf_info -onnx logits.s2rgf logits.onnx
expect_in "$stderr" "its source logits has the name of an output"
expect_no_file patch.onnx logits.onnx

need_python onnx
# is_sound FILE CLASSES: what a reader of the format says, and inputs and outputs as documented.
is_sound() {
    "$PYTHON" - "$@" <<'PY'
import json, sys
import onnx

model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)

def axes(value):
    return [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim]

found = {value.name: axes(value) for value in [*model.graph.input, *model.graph.output]}
classes = int(sys.argv[2])
assert found == {"ms": ["batch", 4, "height", "width"],
                 "hs": ["batch", 8, "hs_height", "hs_width"],
                 "logits": ["batch", classes, "height", "width"],
                 "probabilities": ["batch", classes, "height", "width"]}, found
assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", 15)]
about = json.loads({entry.key: entry.value for entry in model.metadata_props}["s2rgf"])
assert [source["name"] for source in about["sources"]] == ["ms", "hs"], about
PY
}
run is_sound out.onnx 3
[ "$status" -eq 0 ] || fail "out.onnx is not sound"
# The check bites.
head -c 20000 out.onnx > cut.onnx
run is_sound cut.onnx 3
[ "$status" -ne 0 ] || fail "half a file is sound"
run is_sound out.onnx 4
[ "$status" -ne 0 ] || fail "other outputs are as documented"

# Sources named like what is inside: their names are theirs, and the file is sound all the same.
names=(ssja detail adrf_spatial neck_spectral grid head batch expert)
inner=()
for name in "${names[@]}"; do inner+=(-i "$name=scene/ms.tif"); done
expect_status 0 s2rgf_train -q "${inner[@]}" -labels scene/labels.gpkg -l train -a class -c 16 -steps 1 -batch 1 \
    -crop 32 -threads 1 -val 0 inner.s2rgf
expect_silence s2rgf_info -onnx inner.s2rgf inner.onnx
"$PYTHON" - inner.onnx "${names[@]}" << 'PY' || fail "a source named like an inner value spoils the file"
import sys
import onnx

model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
assert [value.name for value in model.graph.input] == sys.argv[2:]
outputs = {value.name for value in model.graph.output}
made = [name for node in model.graph.node for name in node.output] + [t.name for t in model.graph.initializer]
assert len(set(made)) == len(made)
assert all("." in name or name in outputs for name in made), made
PY
