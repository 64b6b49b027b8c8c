# Helpers of the shell tests; sourced as the first thing a test does:
#     . "$(dirname "$0")/../tools/lib.sh"
# shellcheck shell=bash
#
# Sets      top_srcdir, builddir, S2RGF_TEST_DATA, PYTHON   absolute; defaults serve a run by hand
#           scratch       an empty folder of the test's own; the test starts in it. Removed when the
#                         test passes, kept (and named) when it fails
#           stdout, stderr   files with what the last `run`, `expect_*` command printed
# S2RGF_TEST_LONG=1 asks for the long form of a test (more seeds, more rounds).

set -euo pipefail
export LC_ALL=C.UTF-8

top_srcdir=$(cd "${top_srcdir:-$(dirname "${BASH_SOURCE[0]}")/../..}" && pwd)
builddir=$(cd "${builddir:-$top_srcdir/build}" && pwd)
S2RGF_TEST_DATA=${S2RGF_TEST_DATA:-$top_srcdir/../shared/data}
PYTHON=${PYTHON:-/usr/bin/python3}
S2RGF_TEST_LONG=${S2RGF_TEST_LONG:-0}
export top_srcdir builddir S2RGF_TEST_DATA PYTHON S2RGF_TEST_LONG
# Compiled Python must not appear in a read-only or version-controlled source tree.
export PYTHONDONTWRITEBYTECODE=1
PATH=$builddir:$PATH

# The test goes on in another folder: $0 must not be relative to this one.
BASH_ARGV0=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")

test_name=$(basename "$(dirname "$0")")/$(basename "$0" .sh)
# One folder a run, so that two runs of a test never meet; what failed runs left goes now.
for scratch in "$builddir/tests/scratch/$test_name".*; do
    if [ -d "$scratch" ] && ! kill -0 "${scratch##*.}" 2> /dev/null; then rm -rf "$scratch"; fi
done
scratch=$builddir/tests/scratch/$test_name.$$
mkdir -p "$scratch"
stdout=$scratch/.stdout
stderr=$scratch/.stderr
cd "$scratch"

end_test() {
    local status=$?
    trap - EXIT
    if [ "$status" -eq 0 ] || [ "$status" -eq 77 ]; then
        cd "$builddir"
        chmod -R u+w "$scratch"
        rm -rf "$scratch"
    else
        echo "$test_name: failed with status $status; files kept in $scratch" >&2
    fi
    exit "$status"
}
trap end_test EXIT
trap 'echo "$test_name: line $LINENO: \"$BASH_COMMAND\" failed" >&2' ERR

# fail MESSAGE: end the test as failed.
fail() {
    echo "$test_name: $*" >&2
    if [ -s "$stdout" ]; then echo "--- stdout of the last command" >&2; cat "$stdout" >&2; fi
    if [ -s "$stderr" ]; then echo "--- stderr of the last command" >&2; cat "$stderr" >&2; fi
    trap - ERR
    exit 1
}

# skip REASON: end the test as skipped.
skip() {
    echo "$test_name: skipped: $*"
    trap - ERR
    exit 77
}

# need PROGRAM...: skip the test unless all are installed.
need() {
    local program
    for program; do
        command -v "$program" > /dev/null || skip "$program is not installed"
    done
}

# need_python MODULE...: skip the test unless $PYTHON has the modules.
need_python() {
    local module
    for module; do
        "$PYTHON" -c "import $module" 2> /dev/null || skip "$PYTHON has no module $module"
    done
}

# need_data FOLDER: skip the test unless the real scenes have this folder.
need_data() {
    [ -d "$S2RGF_TEST_DATA/$1" ] || skip "no $1 in $S2RGF_TEST_DATA (S2RGF_TEST_DATA)"
}

# run COMMAND...: run it, keep what it prints, set `status`; never ends the test.
run() {
    status=0
    "$@" > "$stdout" 2> "$stderr" || status=$?
}

# expect_status N COMMAND...: the command ends with status N.
expect_status() {
    local wanted=$1
    shift
    run "$@"
    [ "$status" -eq "$wanted" ] || fail "status $status, expected $wanted: $*"
}

# expect_silence COMMAND...: the command succeeds and prints nothing, neither on stdout nor stderr.
expect_silence() {
    expect_status 0 "$@"
    [ ! -s "$stdout" ] && [ ! -s "$stderr" ] || fail "expected silence: $*"
}

# expect_interrupted FILE COMMAND...: the command ends with status 130 when it gets SIGTERM as soon as the file is there.
expect_interrupted() {
    local child
    "${@:2}" > "$stdout" 2> "$stderr" &
    child=$!
    until [ -e "$1" ] || ! kill -0 "$child" 2> /dev/null; do sleep 0.01; done
    kill -TERM "$child" 2> /dev/null || fail "it ended before it could be interrupted: ${*:2}"
    status=0
    wait "$child" || status=$?
    [ "$status" -eq 130 ] || fail "status $status after SIGTERM, expected 130: ${*:2}"
}

# expect_in FILE TEXT: the file contains the text (a fixed string).
expect_in() {
    grep -qF -- "$2" "$1" || fail "\"$2\" not found in $1: $(head -c 2000 "$1")"
}

# expect_not_in FILE TEXT: the file exists and does not contain the text.
expect_not_in() {
    [ -e "$1" ] || fail "$1 does not exist"
    if grep -qF -- "$2" "$1"; then fail "\"$2\" found in $1: $(head -c 2000 "$1")"; fi
}

# expect_file FILE... / expect_no_file FILE...
expect_file() {
    local file
    for file; do [ -e "$file" ] || fail "$file does not exist"; done
}
expect_no_file() {
    local file
    for file; do [ ! -e "$file" ] || fail "$file exists"; done
}

# expect_same A B: byte for byte the same content.
expect_same() {
    cmp -- "$1" "$2" || fail "$1 and $2 differ"
}
