#!/usr/bin/env bash
# ONNX files, run by onnxruntime-web in node, give the scores that s2rgf gives, to 1e-4.
. "$(dirname "$0")/../tools/lib.sh"
need node
need_python numpy osgeo
runtime=${S2RGF_ONNXRUNTIME:-$builddir/onnxruntime/node_modules}
[ -d "$runtime/onnxruntime-web" ] ||
    skip "no onnxruntime-web in $runtime (S2RGF_ONNXRUNTIME, ./bootstrap check --with-onnx)"
. "$top_srcdir/tests/onnx/models.sh"

run_job() {
    node "$top_srcdir/tests/onnx/run.mjs" "$runtime" "$1/job.json"
}
compare_all run_job

# The comparison bites: a tile off the lattice of cells has other scores.
if (compare two large "ms hs" 40,56,208,176 80 run_job) > bites 2>&1; then
    fail "a tile off the lattice was found to be the scene's: $(cat bites)"
fi
expect_in bites "expected differences of at most"
