#!/usr/bin/env bash
# The bytes of a model do not depend on the number of threads that trained it.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/invariance/trainings.sh"

# check_training OPTION...: 2 and 3 threads make the model of one.
check_training() {
    local threads
    expect_status 0 "${common[@]}" "$@" -threads 1 one.s2rgf
    for threads in 2 3; do
        expect_status 0 "${common[@]}" "$@" -threads "$threads" other.s2rgf
        cmp one.s2rgf other.s2rgf || fail "$threads threads make another model than one: $*"
    done
}

# OpenBLAS would share out the products of so many labelled pixels; 5 crops divide by no team.
check_training "${one[@]}" -c 16 -batch 5 -crop 48
expect_status 0 "${common[@]}" "${one[@]}" -c 16 -batch 5 -crop 48 -threads 8 other.s2rgf
expect_same one.s2rgf other.s2rgf
check_training "${two[@]}" -c 32 -batch 2 -crop 48 -val 0 -redundancy softmax -ablate expert
check_training "${one[@]}" -network patch -batch 20 -val 0
check_training "${two[@]}" -network patch -batch 3
# One crop is no work for two threads.
check_training "${one[@]}" -c 16 -batch 1 -crop 96 -val 0 -ablate attention -ablate ssja -ablate expert

# Neither does it matter when OpenMP gives fewer threads than were asked for.
straight=("${common[@]}" "${one[@]}" -c 16 -batch 5 -crop 48 -val 0)
expect_status 0 "${straight[@]}" -threads 1 one.s2rgf
expect_status 0 env OMP_THREAD_LIMIT=1 timeout 300 "${straight[@]}" -threads 2 other.s2rgf
expect_same one.s2rgf other.s2rgf
expect_status 0 env OMP_DYNAMIC=true timeout 300 "${straight[@]}" -threads 3 other.s2rgf
expect_same one.s2rgf other.s2rgf

# A training that was interrupted in one number of threads goes on in another.
long=(s2rgf_train -q -overwrite -l train -a class "${one[@]}" -c 16 -steps 12 -batch 5 -crop 48 -checkpoint run.ckpt)
expect_status 0 "${long[@]}" -threads 1 straight.s2rgf
rm run.ckpt
expect_interrupted run.ckpt "${long[@]}" -threads 3 resumed.s2rgf
expect_status 0 "${long[@]}" -threads 2 -resume resumed.s2rgf
expect_same straight.s2rgf resumed.s2rgf
