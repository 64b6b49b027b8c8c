# Faults at chosen system calls, by strace; sourced after tools/lib.sh and cli/tiny_scene.sh.
# shellcheck shell=bash
#
# Sets  trials   number of runs with a fault so far
#       fired    1 if the last run met its fault, else 0
# shellcheck disable=SC2154 # set by tools/lib.sh and cli/tiny_scene.sh

need strace
strace -f -qq -o /dev/null true 2> /dev/null || skip "strace cannot trace here"
trials=0
fired=0

# The programs themselves, not libtool's wrappers, which a fault would hit first.
if [ -d "$builddir/.libs" ]; then
    PATH=$builddir/.libs:$PATH
    export LD_LIBRARY_PATH=$builddir/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
fi
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
export ASAN_OPTIONS=detect_leaks=0 # leaks cannot be looked for in a process that is traced

# What changes files, or waits for who does: between two of these calls a kill leaves the same files wherever it
# falls. A file that was made is changed by the next of them.
names='?rename,?renameat,?renameat2,?link,?linkat'
changes=$names,'?unlink,?unlinkat,?rmdir,?mkdir,?mkdirat,?fsync,?ftruncate,?flock,?pipe2,?wait4,?setsid'
writes='?write,?pwrite64,?writev'

# with_fault CALL FAULT N COMMAND...: run it with a fault (error=EIO, signal=KILL) at the N-th call of this name;
# each thread and each process counts its own. Sets status and fired. `also` has further options of strace.
also=()
with_fault() {
    local call=$1 fault=$2 when=$3
    shift 3
    local how=("${fast[@]}")
    # strace does not send signals from where the filter stops the program
    [[ $fault != signal=* ]] || how=()
    rm -f "$scratch/.trace"
    run strace "${how[@]}" -f -q -o "$scratch/.trace" -e "trace=$call,?wait4,?waitid" \
        -e "inject=$call:$fault:when=$when" "${also[@]}" "$@"
    fired=0
    # the process was killed in a call, or a call was told that it failed
    if grep -qE 'INJECTED|\+\+\+ killed by SIGKILL' "$scratch/.trace" 2> /dev/null; then fired=1; fi
    trials=$((trials + fired))
}
# Calls that are not traced then cost nothing.
fast=(--seccomp-bpf)
strace "${fast[@]}" -f -qq -o /dev/null true 2> /dev/null || fast=()

# every_call CALLS FAULT STEP BEFORE AFTER COMMAND...: for each name among CALLS, run BEFORE, the command with the
# fault at a call of that name, and AFTER with words for where that was: the first call, the STEP-th after it and
# so on, until there is none.
every_call() {
    local fault=$2 step=$3 before=$4 after=$5 list call n
    IFS=, read -ra list <<< "$1"
    shift 5
    for call in "${list[@]}"; do
        for ((n = 1; ; n += step)); do
            "$before"
            with_fault "$call" "$fault" "$n" "$@"
            [ "$fired" -eq 1 ] || break
            "$after" "$fault at call $n of ${call#\?}"
        done
    done
}

# set_of FOLDER: names and checksums of what lies there, but for rests.
set_of() {
    (cd "$1" && find . -type f ! -path './*.part-*' ! -name '*.tmp' -print0 | sort -z | xargs -0 -r sha256sum)
}

# rests FOLDER: what killed runs left there.
rests() {
    find "$1" -name '*.part-*' -o -name '*.tmp'
}

# other_model FROM TO: the same network with other names for its classes.
other_model() {
    "$PYTHON" - "$1" "$2" << 'END'
import json, struct, sys
data = open(sys.argv[1], "rb").read()
size = struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:8 + size])
content = json.loads(header["__metadata__"]["s2rgf"])
for number, item in enumerate(content["classes"]):
    item["name"] = "other %d" % number
header["__metadata__"]["s2rgf"] = json.dumps(content)
text = json.dumps(header).encode()
open(sys.argv[2], "wb").write(struct.pack("<Q", len(text)) + text + data[8 + size:])
END
}
