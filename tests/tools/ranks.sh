# Training by several processes; sourced after tools/lib.sh. Skips the test where Open MPI is absent.
# shellcheck shell=bash

need mpirun pkg-config
pkg-config --exists ompi-c || skip "Open MPI's headers are not installed"
export S2RGF_MPI_PLUGIN=$builddir/.libs/s2rgf_mpi.so
# On this machine alone, so without the networks, of which Open MPI 5 may complain; as root, and without a way into the
# memory of other processes, as in containers. Sanitizers: MPI keeps what it has.
export OMPI_MCA_btl=^tcp
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_btl_vader_single_copy_mechanism=none
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
[ -e "$S2RGF_MPI_PLUGIN" ] || fail "Open MPI is there, but not the plugin: configure again"

# ranks N COMMAND...: so many processes of it.
ranks() {
    mpirun --oversubscribe --bind-to none -n "$@"
}

# process_of RANK: that one's number, once it trains.
process_of() {
    local file
    for file in /proc/[0-9]*/environ; do
        if grep -qsxz "S2RGF_TEST_RUN=$S2RGF_TEST_RUN" "$file" && grep -qsxz "OMPI_COMM_WORLD_RANK=$1" "$file"; then
            basename "${file%/environ}"
            return
        fi
    done
    fail "no process has rank $1"
}
# Found by this in its environment.
export S2RGF_TEST_RUN=$$
