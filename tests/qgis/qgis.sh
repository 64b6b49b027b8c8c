# QGIS without a window, with the plugin of this source tree; sourced after tools/lib.sh.
# Skips the test where QGIS is absent.
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by tools/lib.sh
#
# Sets  qgis   the program that runs algorithms, with settings of the test's own

# Debian's qgis_process is a script that adds an option which the program does not know.
qgis=$(command -v qgis_process.bin || command -v qgis_process || true)
[ -n "$qgis" ] || skip "qgis_process is not installed"
need_python qgis.core

export HOME=$scratch/home XDG_RUNTIME_DIR=$scratch/run
export QT_QPA_PLATFORM=offscreen OMP_WAIT_POLICY=passive
export QGIS_PLUGINPATH=$top_srcdir/qgis
mkdir -p "$HOME"
mkdir -m 700 "$XDG_RUNTIME_DIR"

enable_plugin() {
    expect_status 0 "$qgis" plugins enable s2rgf
}

# algorithm ID PARAMETER=VALUE...: run it and set `status`.
algorithm() {
    run "$qgis" run "$1" -- "${@:2}"
}

# expect_algorithm ID PARAMETER=VALUE...: it succeeds.
expect_algorithm() {
    algorithm "$@"
    [ "$status" -eq 0 ] || fail "status $status of $*"
}

# expect_failure TEXT ID PARAMETER=VALUE...: it fails, says the text, and is no crash of QGIS.
expect_failure() {
    algorithm "${@:2}"
    [ "$status" -eq 1 ] || fail "status $status, expected 1: ${*:2}"
    expect_in "$stderr" "$1"
}
