#!/usr/bin/env bash
# The sample scripts that need no cluster: GNU parallel; and what the manifest for Kubernetes says, run
# here by one process after the other.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/scenes/scenes.sh"

samples=$top_srcdir/samples/cluster
s2rgf_classify -q -m model.s2rgf -i ms=scene/ms.tif -i hs=scene/hs.tif whole.tif

# ---- Kubernetes
manifest=$samples/kubernetes_job.yaml
mapfile -t words < <(sed -n '/^ *args:/,/^ *env:/s/^ *- //p' "$manifest" | tr -d '"' | sed "s,/data/,,")
completions=$(sed -n 's/^ *completions: *//p' "$manifest")
expect_in "$manifest" "value: \"$completions\""
expect_in "$manifest" "name: JOB_COMPLETIONS"
[ "${#words[@]}" -ge 8 ] || fail "no arguments found in $manifest"
ln scene/ms.tif ms.tif
for index in $(seq 0 $((completions - 1))); do
    expect_silence env "JOB_COMPLETION_INDEX=$index" "JOB_COMPLETIONS=$completions" \
        s2rgf_classify "${words[@]}" -i hs=scene/hs.tif
done
expect_silence s2rgf_mosaic -q map.tif
"$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" whole.tif map.tif

# ---- GNU parallel: one scene, then many
need parallel
parallel --version 2> /dev/null | grep -q GNU || skip "another parallel than GNU's"
export PARALLEL="--will-cite --jobs 2" HOME=$scratch
rm map.* map_*
expect_status 0 bash "$samples/parallel.sh" 5 -m model.s2rgf -i ms=scene/ms.tif -i hs=scene/hs.tif map.tif
expect_silence s2rgf_mosaic -q map.tif
expect_same whole.tif map.tif
mkdir "maps/of parallel"
expect_status 0 bash "$samples/parallel.sh" 3 "${many[@]:2}" 'maps/of parallel/{}_map.tif'
[ "$(find "maps/of parallel" -name '*_map.tif' | wc -l)" -eq 4 ] || fail "expected 4 maps: $(find maps)"
