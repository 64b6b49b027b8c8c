#!/usr/bin/env bash
# How programs start: OpenMP's threads wait without spinning unless the user wants otherwise, only what trains starts
# twice for it, and too little address space is an error, not a hang.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
unset OMP_WAIT_POLICY GOMP_SPINCOUNT KMP_BLOCKTIME

# spins COMMAND...: how often a waiting thread looks before it sleeps, as libgomp says when it is loaded.
spins() {
    OMP_DISPLAY_ENV=VERBOSE "$@" 2>&1 > /dev/null | sed -nE "s/.*GOMP_SPINCOUNT *= *'([A-Za-z0-9]*)'.*/\1/p"
}

export OPENBLAS_CORETYPE=Haswell # the other reason for starting again
if [ -n "$(spins s2rgf_train --version)" ]; then # another OpenMP does not tell
    [ "$(spins s2rgf_train --version)" = 0 ] || fail "s2rgf_train spins: $(spins s2rgf_train --version)"
    [ "$(OMP_WAIT_POLICY=active spins s2rgf_train --version)" != 0 ] || fail "OMP_WAIT_POLICY=active: s2rgf_train sleeps"
    [ "$(GOMP_SPINCOUNT=5 spins s2rgf_train --version)" = 5 ] || fail "GOMP_SPINCOUNT=5 is not what s2rgf_train does"
fi

# What cannot start again works all the same: started by hand through the loader, or without /proc.
classify=$builddir/s2rgf_classify
trainer=$builddir/s2rgf_train
libraries=$builddir/.libs
[ ! -e "$libraries/s2rgf_train" ] || trainer=$libraries/s2rgf_train
loader=$(readelf -l "$trainer" 2> /dev/null | sed -nE 's/.*program interpreter: (.*)\]/\1/p')
if [ -x "$loader" ]; then
    expect_status 0 env LD_LIBRARY_PATH="$libraries" timeout 60 "$loader" "$trainer" --version
    expect_in "$stdout" "s2rgf_train"
fi
# Leaks cannot be looked for in a process that is traced.
if command -v strace > /dev/null && strace -o /dev/null true 2> /dev/null; then
    # started N COMMAND...: N programs are started; strace stands before the command.
    started() {
        local count=$1
        shift
        expect_status 0 env LD_LIBRARY_PATH="$libraries" ASAN_OPTIONS=detect_leaks=0 timeout 60 \
            strace -f -o trace -e trace=execve "$@" --version
        [ "$(grep -c 'execve(.*= 0$' trace)" -eq "$count" ] || fail "starts of $*: $(cat trace)"
    }
    started 2 "$trainer"
    started 2 -e inject=execve:error=ENOENT:when=1 "$trainer" # strace's own start is none of its calls
    expect_in trace INJECTED
    started 1 -e inject=execve:error=ENOENT:when=1+ "$trainer"
    expect_in "$stdout" "s2rgf_train"
    started 1 "$classify"
fi

# The study of a busy machine works; what it says here, beside other tests, counts for nothing.
expect_status 0 "$PYTHON" "$top_srcdir/bench/busy" -build "$builddir" -rounds 1 -steps 1 -side 256 -channels 16 -at_most 1000
expect_in "$stdout" "median ratio"

# ---- too little address space -----------------------------------------------------------------------
if [[ $(nm -D "$classify" 2> /dev/null) == *__asan* ]]; then
    exit 0 # the address sanitizer maps more than any limit
fi

# limited KILOBYTES COMMAND...: done, or an error that says memory; never a hang, a crash or a part of a file.
limited() {
    local kilobytes=$1
    shift
    rm -f limited*
    run bash -c 'ulimit -c 0; ulimit -v "$1"; shift; exec timeout 60 "$@"' - "$kilobytes" "$@"
    case $status in
    0) done_under=$kilobytes ;;
    1) grep -qiE 'memory|bad_alloc' "$stderr" || fail "ulimit -v $kilobytes: an error that does not say memory: $*"
        [ -z "$(ls | grep '^limited')" ] || fail "ulimit -v $kilobytes left $(ls limited*): $*" ;;
    127) expect_in "$stderr" "shared librar" ;; # the loader's own error
    *) fail "status $status under ulimit -v $kilobytes: $*" ;;
    esac
}

unset OPENBLAS_CORETYPE
export OMP_NUM_THREADS=2
"${train[@]}" -q model.s2rgf
map=(s2rgf_classify -q -threads 2 -m model.s2rgf "${sources[@]}")
"${map[@]}" map.tif
unset 'train[-1]' # the number of threads
for kilobytes in 250000 350000 450000 8000000; do
    limited $kilobytes s2rgf_info model.s2rgf
    limited $kilobytes s2rgf_assess map.tif -labels scene/labels.gpkg -l test -a class
    limited $kilobytes "${map[@]}" limited.tif
    limited $kilobytes "${train[@]}" 2 -q limited.s2rgf
    [ $kilobytes -ne 8000000 ] || [ "$done_under" -eq $kilobytes ] || fail "8 GB are too little: $(cat "$stderr")"
done
expect_file limited.s2rgf
limited 750000 "${train[@]}" 64 -q limited.s2rgf
[ "$status" -eq 1 ] || fail "64 threads train within 750 MB"
expect_in "$stderr" "address space for OpenBLAS in" # threads: as many of the 64 as start
