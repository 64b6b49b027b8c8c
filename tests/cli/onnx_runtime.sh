#!/usr/bin/env bash
# ONNX files, run by onnxruntime-web in node, give the scores that s2rgf gives, to 1e-4.
. "$(dirname "$0")/../tools/lib.sh"
need node
need_python numpy osgeo
runtime=${S2RGF_ONNXRUNTIME:-$builddir/onnxruntime/node_modules}
[ -d "$runtime/onnxruntime-web" ] ||
    skip "no onnxruntime-web in $runtime (S2RGF_ONNXRUNTIME, ./bootstrap check --with-onnx)"
[ -x "$builddir/tests/onnx/write_scores" ] || fail "not built: make tests/onnx/write_scores"

scene() {
    "$PYTHON" "$top_srcdir/tests/onnx/scene.py" "$@"
}

# set_inputs FOLDER NAME...: the -i options of a scene, in `inputs`.
set_inputs() {
    local name
    inputs=()
    for name in "${@:2}"; do inputs+=(-i "$name=$1/$name.tif"); done
}

# make_model MODEL CHANNELS FOLDER "NAME..." [OPTION...]: train for a few steps, export, describe.
validation=(-val 0.3 -no_refit)
make_model() {
    local names
    read -ra names <<< "$4"
    set_inputs "$3" "${names[@]}"
    expect_status 0 s2rgf_train -q "${inputs[@]}" -labels "$3/labels.tif" -c "$2" -steps 8 -batch 1 \
        -crop 32 -threads 1 "${validation[@]}" "${@:5}" "$1.s2rgf"
    expect_silence s2rgf_info -onnx "$1.s2rgf" "$1.onnx"
    expect_status 0 s2rgf_info -json "$1.s2rgf"
    cp "$stdout" "$1.json"
}

# compare MODEL FOLDER "NAME..." X,Y,W,H MARGIN: the runtime gives a window of the scene, but for its margin,
# the scores that s2rgf gives the scene.
compare() {
    local name pairs=() names
    read -ra names <<< "$3"
    for name in "${names[@]}"; do pairs+=("$name=$2/$name.tif"); done
    expect_silence "$builddir/tests/onnx/write_scores" "$1.s2rgf" "$2/scores.f32" "${pairs[@]}"
    expect_silence scene job "$2" "$1.onnx" "$4" "${names[@]}"
    expect_status 0 node "$top_srcdir/tests/onnx/run.mjs" "$runtime" "$2/job.json"
    expect_status 0 scene compare "$2" "$2/scores.f32" "$1.json" "$4" "$5"
    cat "$stdout"
}

mkdir wide odd small large three
scene make wide 128 96 ms=3:128x96 hs=7:32x24
scene make odd 80 48 ms=3:80x48 hs=7:20x12
scene make small 16 16 ms=3:16x16 hs=7:4x4
make_model two 32 wide "ms hs"
# one file for all sizes, odd counts of cells and a single one among them
compare two wide "ms hs" 0,0,128,96 0
compare two odd "ms hs" 0,0,80,48 0
compare two small "ms hs" 0,0,16,16 0

# a tile of a scene: what is farther from its sides than the halo is the scene's
scene make large 288 240 ms=3:288x240 hs=7:72x60
compare two large "ms hs" 32,48,224,192 80

# sources on the reference, one that is not, at a ratio of 2.5
scene make three 80 80 pan=1:80x80 ms=4:80x80 hs=9:32x32
make_model three 16 three "pan ms hs"
compare three three "pan ms hs" 0,0,80,80 0

# the expert of windows, beside holes and edges
validation=(-val 0)
make_model windows 16 wide "ms hs"
grep -q '"windows_divisor"' windows.json || fail "no expert of windows"
compare windows wide "ms hs" 0,0,128,96 0
# that with a hidden layer
mkdir curved
scene make curved 128 96 ms=3:128x96 hs=7:32x24 curved
make_model hidden 16 curved "ms hs"
grep -q '"hidden_divisor"' hidden.json || fail "no expert with a hidden layer"
compare hidden curved "ms hs" 0,0,128,96 0
validation=(-val 0.3 -no_refit)

for ablation in attention ssja spectral spatial; do
    make_model "$ablation" 16 wide "ms hs" -ablate "$ablation"
    compare "$ablation" wide "ms hs" 0,0,128,96 0
done

# The comparison bites: a tile off the lattice of cells has other scores.
if (compare two large "ms hs" 40,56,208,176 80) > bites 2>&1; then
    fail "a tile off the lattice was found to be the scene's: $(cat bites)"
fi
expect_in bites "expected differences of at most"
