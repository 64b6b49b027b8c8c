#!/usr/bin/env bash
# A system that starts fewer threads than are wanted: the programs say so and work with those that there are.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
[[ $(nm -D "$builddir/s2rgf_info") != *__asan* ]] || skip "the address sanitizer is to be loaded first"
[ -d /proc/self/task ] || skip "no /proc, so threads are not counted"
${CC:-cc} -shared -fPIC -O1 -o fail_thread.so "$top_srcdir/tests/tools/fail_thread.c" -ldl 2> "$stderr" ||
    skip "no compiler: $(cat "$stderr")"

# within MOST COMMAND...: run the command where a process has at most so many threads
within() {
    expect_status 0 timeout 120 env LD_PRELOAD="$PWD/fail_thread.so" MOST_THREADS="$1" "${@:2}"
}

train=("${train[@]/%1/4}") # four threads, and four crops a step
"${train[@]}" -q model.s2rgf 2> "$stderr"
classify=(s2rgf_classify -q -m model.s2rgf "${sources[@]}" -tile 32)
"${classify[@]}" -threads 4 map.tif
mkdir scenes
for scene in a b c d e; do
    cp scene/ms.tif scenes/${scene}_ms.tif
    cp scene/hs.tif scenes/${scene}_hs.tif
done
for most in 1 2 3; do
    said="the system starts only $most of 4 threads, and the work continues with these"
    within $most "${train[@]}" -q -overwrite few.s2rgf
    expect_in "$stderr" "$said"
    expect_same model.s2rgf few.s2rgf
    within $most "${classify[@]}" -threads 4 -overwrite few.tif
    expect_in "$stderr" "$said"
    expect_same map.tif few.tif
    # once for all scenes, which share the threads
    within $most s2rgf_classify -q -m model.s2rgf -scenes scenes -i 'ms={}_ms.tif' -i 'hs={}_hs.tif' \
        -threads 4 -overwrite 'few_{}.tif'
    [ "$(grep -c "$said" "$stderr")" -eq 1 ] || fail "-scenes does not say once that threads are few"
    [ "$(find . -maxdepth 1 -name 'few_?.tif' | wc -l)" -eq 5 ] || fail "maps are missing"
done
# as many as are wanted, but none left to read ahead
within 4 "${classify[@]}" -threads 4 -overwrite few.tif
[ ! -s "$stderr" ] || fail "enough threads are told of"
expect_same map.tif few.tif
