#!/usr/bin/env bash
# The targets of libFuzzer, built with clang in a tree of their own, each run for a while.
#     run_libfuzzer.sh [SECONDS [TARGET...]]         600 seconds each, all targets
# builddir: a configured build, `build` by default; the tree is its folder libfuzzer, where what was found stays:
# corpus/TARGET is gone on with, found/TARGET-* are bytes that broke a promise.
# Prints the trials of each target. Status 0: clean; 1: something was found; 77: no clang with libFuzzer.
set -euo pipefail
targets=(model_file scene_file scene_line json checkpoint share)

source=$(cd "$(dirname "$0")/../.." && pwd)
builddir=$(cd "${builddir:-$source/build}" && pwd)
seconds=${1:-600}
[ $# -lt 2 ] || targets=("${@:2}")
clang=${CLANG:-clang}
tree=$builddir/libfuzzer

skip() {
    echo "run_libfuzzer.sh: skipped: $*"
    exit 77
}
command -v "$clang" > /dev/null || skip "no $clang"
mkdir -p "$tree/seeds" "$tree/found"
cd "$tree"
echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n); int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d == 0 && n > 0; }' > try.c
"$clang" -fsanitize=fuzzer,address,undefined -o try try.c 2> try.log || skip "$clang has no libFuzzer: $(head -n 1 try.log)"

# The library with the counters of libFuzzer, as check-sanitizers builds it with its checks.
[ -f Makefile ] || "$source/configure" --quiet --disable-gdal-plugin CC="$clang" CFLAGS='-g -O1 -Wno-pass-failed' \
    --enable-sanitizers=fuzzer-no-link,address,undefined
make --silent -j"$(nproc)" "${targets[@]/#/tests/fuzz/libfuzzer_}"

# Seeds by the same programs' plain forms.
make --silent -C "$builddir" tests/fuzz/fuzz_{model_file,scene_file,json,checkpoint,share}
for test in "$builddir"/tests/fuzz/fuzz_{model_file,scene_file,json,checkpoint,share}; do
    S2RGF_FUZZ_CORPUS=$tree/seeds "$test" > /dev/null
done

# What the targets write goes, however they end.
memory=/dev/shm
[ -w "$memory" ] || memory=/tmp
S2RGF_FUZZ_FOLDER=$(mktemp -d "$memory/s2rgf_fuzz.XXXXXX")
export S2RGF_FUZZ_FOLDER
trap 'rm -rf "$S2RGF_FUZZ_FOLDER"' EXIT

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:allocator_may_return_null=1}
export LSAN_OPTIONS=suppressions=$source/tests/tools/leaks.supp:print_suppressions=0
export UBSAN_OPTIONS=print_stacktrace=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
broken=0
for target in "${targets[@]}"; do
    mkdir -p "corpus/$target" "begin/$target"
    cp -- seeds/"$target"_* "begin/$target/"
    status=0
    "tests/fuzz/libfuzzer_$target" -max_total_time="$seconds" -timeout=30 -rss_limit_mb=4096 -max_len=65536 \
        -print_final_stats=1 -artifact_prefix="$tree/found/$target-" "$tree/corpus/$target" \
        "$tree/begin/$target" > "$target.log" 2>&1 || status=$?
    trials=$(sed -n 's/^stat::number_of_executed_units: *//p' "$target.log")
    if [ "$status" -eq 0 ]; then
        echo "libFuzzer $target: ${trials:-0} trials in $seconds s, clean"
    else
        echo "libFuzzer $target: ${trials:-0} trials, broken: see $tree/$target.log and $tree/found"
        broken=1
    fi
done
exit "$broken"
