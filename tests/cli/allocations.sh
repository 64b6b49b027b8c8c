#!/usr/bin/env bash
# Memory that runs out: whichever allocation fails, a program ends with its right output, or with an error that
# says memory and without an output. In the long form every place of ours that allocates fails, the first time
# it does and the last, and so do some allocations of GDAL and the other libraries.
. "$(dirname "$0")/../tools/lib.sh"
[[ $(nm -D "$builddir/s2rgf_info") != *__asan* ]] || skip "the address sanitizer has allocations of its own"
[[ $(nm "$builddir/s2rgf_info") != *__gcov_* ]] || skip "what counts lines allocates memory when the program ends"
${CC:-cc} -shared -fPIC -O1 -o fail_allocation.so "$top_srcdir/tests/tools/fail_allocation.c" -ldl 2> "$stderr" ||
    skip "no compiler, or no GNU C library: $(cat "$stderr")"
# Nothing may start a program again, or allocations would be counted anew.
export OMP_WAIT_POLICY=passive OPENBLAS_CORETYPE=${OPENBLAS_CORETYPE:-Haswell} OMP_NUM_THREADS=1

"$builddir/samples/make_scene" -size 128 112 -ratio 6 -hs_bands 4 -classes 3 scene
sources=(-i ms=scene/ms.tif -i hs=scene/hs.tif)
train=(-q "${sources[@]}" -labels scene/labels.gpkg -l train -a class
    -c 16 -steps 1 -batch 1 -crop 32 -threads 1 -val 0)
s2rgf_train "${train[@]}" model.s2rgf 2> "$stderr"
classify=(-q -threads 1 -m model.s2rgf "${sources[@]}")
s2rgf_classify "${classify[@]}" -conf conf.tif map.tif
s2rgf_sample -q map.tif -n 60 -least 10 sample.csv
mkdir parts scenes
for part in 1/2 2/2; do s2rgf_classify "${classify[@]}" -shard $part parts/map.tif; done
cp scene/ms.tif scenes/a_ms.tif
cp scene/hs.tif scenes/a_hs.tif

trials=0 errors=0 aborts=0

# attempt N COMMAND...: run the command in a folder `out` of its own while its n-th allocation fails.
attempt() {
    local at=$1 program=$2
    shift 2
    rm -rf out
    mkdir out
    [ "$program" != s2rgf_mosaic ] || cp parts/* out
    # libtool's wrapper would meet the fault first
    if [ "$program" = s2rgf_train ]; then program=$builddir/.libs/s2rgf_train; else program=$builddir/$program; fi
    run timeout 120 env LD_LIBRARY_PATH="$builddir/.libs" FAIL_AT="$at" FAIL_COUNT=count \
        ${ours:+FAIL_OURS=1} ${sites:+FAIL_SITES=$sites} LD_PRELOAD="$PWD/fail_allocation.so" "$program" "$@"
}

# outputs: checksums of what the command wrote.
outputs() {
    { find out -type f ! -name '*of2.tif' -print0 | sort -z | xargs -0 -r sha256sum; sha256sum < "$stdout"; }
}

# choose WANTED: the numbers of the allocations to fail, about so many; 0: for every place the first and the last.
choose() {
    local total
    total=$(cat count)
    if [ "$1" -eq 0 ]; then
        sort -nu sites
    else
        { seq 1 4; seq 5 $((total / $1 + 1)) "$total"; } | awk -v most="$total" '$1 <= most'
    fi
}

# survives WANTED COMMAND...: allocations of the command fail, one a run.
survives() {
    local wanted=$1 at total sites=
    shift
    if [ "$wanted" -eq 0 ]; then sites=$PWD/sites; fi
    attempt 0 "$@"
    sites=
    [ "$status" -eq 0 ] || fail "status $status while nothing fails: $*"
    outputs > right
    total=$(cat count)
    [ "$total" -gt 20 ] || fail "only $total allocations were seen: $*"
    for at in $(choose "$wanted"); do
        attempt "$at" "$@"
        trials=$((trials + 1))
        if [ "$status" -eq 0 ]; then
            outputs | diff right - > diff || fail "allocation $at of $total fails: other output, exit 0: $*: $(cat diff)"
            continue
        fi
        errors=$((errors + 1))
        if [ -z "$ours" ] && { [ "$status" -gt 128 ] || grep -q "stopped by a library" "$stderr"; }; then
            aborts=$((aborts + 1)) # in a library that does not look: what had no name yet may be left
            find out \( -name '*.part-*' -o -name '*.work-*' -o -name '*.tmp*' \) -prune -exec rm -r {} +
        fi
        [ -z "$(find out -type f ! -name '*of2.tif')" ] || fail "allocation $at of $total fails: $(ls out) left: $*"
        if [ -z "$ours" ] && [ "$status" -gt 128 ]; then
            continue
        elif [ "$status" -ne 1 ] || { [ -n "$ours" ] && ! grep -qi memory "$stderr"; }; then
            fail "allocation $at of $total fails: status $status: $*"
        fi
    done
}

# all_programs WANTED: each command, with about so many trials; 0: for every place.
all_programs() {
    while read -ra words; do
        survives "$1" "${words[@]}"
    done << EOF
s2rgf_info -json model.s2rgf
s2rgf_info -onnx model.s2rgf out/model.onnx
s2rgf_assess map.tif -labels scene/labels.gpkg -l test -a class -confidence conf.tif -json out/a.json
s2rgf_assess map.tif -labels scene/truth.tif -json out/a.json
s2rgf_mosaic -q out/map.tif
s2rgf_sample -q map.tif -n 40 -least 2 -exclude scene/labels.gpkg -l train -distance 20 out/sample.csv
s2rgf_sample -q map.tif -n 40 -design systematic -blind out/sample.csv
s2rgf_assess map.tif -labels sample.csv -label_srs EPSG:32633 -a map_class -design stratified -json out/a.json
s2rgf_classify ${classify[*]} -conf out/conf.tif -prob out/prob.tif -mask scene/truth.tif out/map.tif
s2rgf_classify ${classify[*]} -of PNG out/map.png
s2rgf_classify ${classify[*]} -write_scene out/map.s2rgf.json
s2rgf_classify -q -threads 1 -m model.s2rgf -scenes scenes -i ms={}_ms.tif -i hs={}_hs.tif out/{}.tif
s2rgf_change -q map.tif scene/truth.tif out/change.tif
s2rgf_suggest ${classify[*]} -n 5 -distance 20 -labels scene/labels.gpkg -l train -mask scene/truth.tif out/next.csv
s2rgf_train ${train[*]} out/model.s2rgf
s2rgf_train -q ${sources[*]} -labels scene/truth.tif -network patch -steps 1 -batch 1 -threads 1 -val 0 out/model.s2rgf
EOF
}

ours=1
if [ "$S2RGF_TEST_LONG" = 1 ]; then all_programs 0; else all_programs 8; fi
echo "$trials allocations of ours failed: $errors errors, else the right output"
[ "$S2RGF_TEST_LONG" = 1 ] || exit 0
ours='' trials=0 errors=0
all_programs 100
echo "$trials allocations of all libraries failed: $errors errors, $aborts of them crashes in a library, else the right output"
