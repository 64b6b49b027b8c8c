#!/usr/bin/env bash
# The bytes of a model do not depend on the number of processes that trained it: N ranks of one thread make the model
# of N threads.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/tools/ranks.sh"
. "$top_srcdir/tests/invariance/trainings.sh"

# check_ranks COUNTS OPTION...: so many ranks make the model of as many threads, and say as little.
check_ranks() {
    local count counts=$1
    shift
    for count in $counts; do
        expect_status 0 "${common[@]}" "$@" -threads "$count" threads.s2rgf
        cp "$stderr" warnings.txt
        expect_status 0 ranks "$count" "${common[@]}" "$@" -threads 1 ranks.s2rgf
        diff warnings.txt "$stderr" || fail "$count ranks warn of something else: $*"
        cmp threads.s2rgf ranks.s2rgf || fail "$count ranks make another model than $count threads: $*"
    done
}

# 5 crops divide by neither; dropped sources and moved ones draw random numbers for other ranks' crops, too
check_ranks "2 4" "${one[@]}" -c 16 -batch 5 -crop 48
check_ranks 4 "${two[@]}" -c 32 -batch 4 -crop 32 -redundancy softmax -source_dropout 0.3 -shift_jitter 1
check_ranks 4 "${one[@]}" -network patch -batch 20 -val 0
check_ranks 2 "${one[@]}" -c 16 -batch 4 -crop 32 -val 0 -ablate attention -ablate ssja -ablate expert -settle 1

# Ranks of several threads, and without a number of threads.
expect_status 0 ranks 2 "${common[@]}" "${one[@]}" -c 16 -batch 5 -crop 48 -threads 2 ranks.s2rgf
expect_status 0 "${common[@]}" "${one[@]}" -c 16 -batch 5 -crop 48 threads.s2rgf
expect_same threads.s2rgf ranks.s2rgf
expect_status 0 ranks 2 "${common[@]}" "${one[@]}" -c 16 -batch 5 -crop 48 ranks.s2rgf
expect_same threads.s2rgf ranks.s2rgf

# A head start: half of the parameters have no gradients.
expect_status 0 "${common[@]}" "${one[@]}" -init threads.s2rgf -freeze encoders -batch 4 -crop 48 started.s2rgf
expect_status 0 ranks 2 "${common[@]}" "${one[@]}" -init threads.s2rgf -freeze encoders -batch 4 -crop 48 ranks.s2rgf
expect_same started.s2rgf ranks.s2rgf

# What is said is said once, and as by one process, but for times, threads, and where the marks of progress are broken.
told() { sed -E 's/; [0-9]+ s left//' "$stdout" | grep -vE '^[0-9.]*( - done\.)?$'; }
expect_status 0 "${common[0]}" "${common[@]:2}" "${one[@]}" -c 16 -batch 5 -crop 48 threads.s2rgf
told > one.txt
expect_status 0 ranks 2 "${common[0]}" "${common[@]:2}" "${one[@]}" -c 16 -batch 5 -crop 48 ranks.s2rgf
told > two.txt
diff one.txt two.txt || fail "two ranks say something else"
[ "$(wc -l < one.txt)" -ge 5 ] || fail "little was said"
