# A Slurm of two nodes on this machine, in the test's own folder; sourced after tools/lib.sh.
# shellcheck shell=bash
#
# start_cluster     Slurm runs, with the nodes n1 and n2, and is stopped when the test ends
# start_node NAME   a node's daemon runs, the first time or again
# submit OPTION...  puts a job into the queue, and prints its number
# finished JOB      succeeds once it has left the queue
# fail_node NAME    the node's daemon and all that runs on it are gone at once
# stops_on NAME     succeeds while a task of the node is writing a raster, and stops it there
# wait_for SECONDS COMMAND...   until the command succeeds; the status is 1 after that time
# shellcheck disable=SC2154 # set by tools/lib.sh

declare -A daemons

wait_for() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" > /dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

# own_processes [VARIABLE=VALUE]: all that was started for this cluster, whoever its parent is now, and
# has this variable, too
own_processes() {
    local environment
    for environment in /proc/[0-9]*/environ; do
        if grep -qsxzF "S2RGF_TEST_CLUSTER=$cluster" "$environment" &&
            { [ "$#" -eq 0 ] || grep -qsxzF "$1" "$environment"; }; then
            environment=${environment#/proc/}
            echo "${environment%/environ}"
        fi
    done
}

# own_steps: the processes that watch over jobs; what they show as their environment is overwritten, but
# they work where the job was submitted, in the test's folder
own_steps() {
    local process
    for process in $(pgrep -x slurmstepd); do
        [[ $(readlink "/proc/$process/cwd") != "$scratch"* ]] || echo "$process"
    done
}

# stop_cluster: the daemons, and the jobs and steps that they leave behind
stop_cluster() {
    local signal process
    trap '' INT TERM HUP
    for signal in TERM TERM KILL KILL; do
        for process in $(own_processes) $(own_steps); do
            kill "-$signal" "$process" 2> /dev/null || true
        done
        [ -n "$(own_processes)$(own_steps)" ] || break
        sleep 1
    done
    rm -rf "$cluster"
}

# end_cluster: at the end of the test, whatever its status
end_cluster() {
    local status=$?
    unset S2RGF_TEST_CLUSTER
    trap - ERR
    stop_cluster
    return "$status"
}

write_configuration() {
    local port=$1 node
    node=$(hostname -s)
    cat > "$cluster/slurm.conf" << END
ClusterName=s2rgf
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$cluster/munge.socket
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool.%n
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd.%n.pid
SlurmctldLogFile=$scratch/slurmctld.log
SlurmdLogFile=$scratch/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdTimeout=6
KillWait=2
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=1,sched_interval=2
NodeName=n[1-2] NodeHostname=$node NodeAddr=127.0.0.1 Port=$((port + 1))-$((port + 2)) CPUs=1 RealMemory=8192
PartitionName=all Nodes=n[1-2] Default=YES MaxTime=10 State=UP
END
}

# run_daemon NAME COMMAND...: in the background, as a child whose number is kept
run_daemon() {
    "${@:2}" > "$scratch/$1.out" 2>&1 &
    daemons[$1]=$!
}

start_node() {
    run_daemon "$1" slurmd -D -N "$1"
}

start_cluster() {
    # sockets have short names
    cluster=$(mktemp -d /tmp/s2rgf-slurm-XXXXXX)
    chmod 755 "$cluster"
    trap 'end_cluster; end_test' EXIT
    trap 'exit 1' INT TERM HUP
    mkdir "$cluster/state"
    (umask 077 && head -c 128 /dev/urandom > "$cluster/munge.key")
    # a port of its own for every run, as far as chance goes
    write_configuration $((20000 + $$ % 9000 * 3))
    export SLURM_CONF=$cluster/slurm.conf S2RGF_TEST_CLUSTER=$cluster
    run_daemon munged munged --foreground --force --key-file="$cluster/munge.key" \
        --socket="$cluster/munge.socket" --pid-file="$cluster/munge.pid" \
        --log-file="$cluster/munge.log" --seed-file="$cluster/munge.seed"
    wait_for 10 test -S "$cluster/munge.socket" || skip "munged does not start: $(cat munged.out)"
    run_daemon slurmctld slurmctld -D
    start_node n1
    start_node n2
    # shellcheck disable=SC2016 # expanded by the inner shell
    wait_for 30 bash -c '[ "$(sinfo -h -t idle -o %D)" = 2 ]' ||
        skip "Slurm does not start here: $(tail -n 3 slurmctld.out n1.out)"
}

# stops_on NODE: a task of this node that is writing a raster is stopped there
stops_on() {
    local process
    for process in $(own_processes "SLURMD_NODENAME=$1"); do
        if find "/proc/$process/fd" -lname '*.part-*' 2> /dev/null | grep -q . &&
            kill -STOP "$process" 2> /dev/null; then
            # it may have been done with that in between
            if find "/proc/$process/fd" -lname '*.part-*' 2> /dev/null | grep -q .; then return 0; fi
            kill -CONT "$process"
        fi
    done
    return 1
}

fail_node() {
    local process parent steps=() processes=("${daemons[$1]}")
    for process in $(own_processes "SLURMD_NODENAME=$1"); do
        parent=$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$process/status" 2> /dev/null || true)
        processes+=("$process")
        # what watches over it is a child of no daemon, and must not be left to tell of its end
        if [ "$(cat "/proc/${parent:-0}/comm" 2> /dev/null || true)" = slurmstepd ]; then
            steps+=("$parent")
        fi
    done
    [ "${#steps[@]}" -gt 0 ] || fail "no step of $1 was found"
    kill -KILL "${steps[@]}" "${processes[@]}" || fail "a process of $1 had ended"
}

submit() {
    sbatch --parsable "$@" || fail "sbatch failed: $*"
}

# Slurm lets minutes pass before it starts again what a lost node did; not here.
finished() {
    squeue -h -t PD -o '%i %r' | sed -n 's/ BeginTime$//p' |
        xargs -r -I @ scontrol update JobId=@ StartTime=now
    [ -z "$(squeue -h -j "$1" 2> /dev/null)" ]
}
