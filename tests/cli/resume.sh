#!/usr/bin/env bash
# Checkpoints: a training that was interrupted and resumed ends with the model of one that was not.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"

train=(s2rgf_train -q "${sources[@]}" -labels scene/labels.gpkg -l train -a class
    -c 16 -batch 1 -crop 32 -threads 1)
expect_silence "${train[@]}" -steps 40 straight.s2rgf
expect_silence "${train[@]}" -steps 40 -checkpoint kept.ckpt kept.s2rgf
expect_same straight.s2rgf kept.s2rgf

expect_interrupted run.ckpt "${train[@]}" -steps 40 -checkpoint run.ckpt resumed.s2rgf
expect_no_file resumed.s2rgf
expect_file run.ckpt
cp run.ckpt first.ckpt
expect_silence "${train[@]}" -steps 40 -checkpoint run.ckpt -resume resumed.s2rgf
expect_same straight.s2rgf resumed.s2rgf

# in the second phase, on all labels, too: a checkpoint of it is the last one written
expect_silence "${train[@]}" -steps 40 -checkpoint run.ckpt -resume again.s2rgf
expect_same straight.s2rgf again.s2rgf

# ---- checkpoints that do not fit, or are none
unfit() { # STATUS CHECKPOINT OPTION...
    local wanted=$1 checkpoint=$2
    shift 2
    cp "$checkpoint" unfit.ckpt
    expect_status "$wanted" "${train[@]}" "$@" -checkpoint unfit.ckpt -resume unfit.s2rgf
    expect_in "$stderr" "unfit.ckpt"
    expect_no_file unfit.s2rgf
    expect_same "$checkpoint" unfit.ckpt
}
unfit 3 first.ckpt -steps 41
unfit 3 first.ckpt -steps 40 -seed 2
unfit 3 first.ckpt -steps 40 -where "class <> 'forest'"
head -c 5000 first.ckpt > short.ckpt
unfit 1 short.ckpt -steps 40
: > empty.ckpt
unfit 1 empty.ckpt -steps 40
unfit 1 straight.s2rgf -steps 40
unfit 1 scene/ms.tif -steps 40
