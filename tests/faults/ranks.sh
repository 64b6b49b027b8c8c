#!/usr/bin/env bash
# Training by several processes that goes wrong: one is lost, one is interrupted, one fails, one has other data. All end
# within seconds and in words, no file is half done, and another number of processes goes on from the checkpoint.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/tools/ranks.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"

common=(s2rgf_train -q "${sources[@]}" -labels scene/labels.gpkg -l train -a class -c 16 -batch 4 -crop 32)
expect_silence "${common[@]}" -threads 2 -steps 60 straight.s2rgf

# hit SIGNAL RANK COUNT: the signal to one rank of so many, once there is a checkpoint; its status is in `status`.
hit() {
    local child started
    rm -f run.ckpt
    ranks "$3" "${common[@]}" -threads 1 -steps 60 -checkpoint run.ckpt hit.s2rgf > "$stdout" 2> "$stderr" &
    child=$!
    until [ -e run.ckpt ] || ! kill -0 "$child" 2> /dev/null; do sleep 0.01; done
    kill "-$1" "$(process_of "$2")"
    started=$SECONDS
    status=0
    wait "$child" || status=$?
    [ "$((SECONDS - started))" -le 20 ] || fail "it took $((SECONDS - started)) s to end"
    expect_no_file hit.s2rgf
    expect_file run.ckpt
}
# go_on COUNT: so many ranks go on from what was hit, and end with the model of one process.
go_on() {
    expect_silence ranks "$1" "${common[@]}" -threads 1 -steps 60 -checkpoint run.ckpt -resume resumed.s2rgf
    expect_same straight.s2rgf resumed.s2rgf
    rm resumed.s2rgf
}

# ---- lost
hit KILL 1 2
[ "$status" -ne 0 ] || fail "a lost rank is no failure"
expect_in "$stderr" "rank 1"
go_on 4
hit KILL 0 4
[ "$status" -ne 0 ] || fail "a lost first rank is no failure"
expect_silence "${common[@]}" -threads 2 -steps 60 -checkpoint run.ckpt -resume resumed.s2rgf
expect_same straight.s2rgf resumed.s2rgf
rm resumed.s2rgf

# ---- the script for Slurm, as its job and once more after a node was lost; Open MPI 5 is not to look for its nodes
export SLURM_JOB_ID=7 SLURM_JOB_NUM_NODES=2 OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_ras=^slurm
cp run.ckpt s2rgf_train_7.ckpt
script=$top_srcdir/samples/cluster/slurm_train.sh
expect_silence bash "$script" "${common[@]:2}" -steps 60 resumed.s2rgf
expect_same straight.s2rgf resumed.s2rgf
expect_no_file s2rgf_train_7.ckpt
expect_silence bash "$script" "${common[@]:2}" -steps 4 -overwrite resumed.s2rgf
rm resumed.s2rgf
unset SLURM_JOB_ID SLURM_JOB_NUM_NODES OMPI_MCA_rmaps_base_oversubscribe PRTE_MCA_ras

# ---- interrupted: all are, at the same step
hit TERM 1 2
[ "$status" -eq 130 ] || fail "status $status after SIGTERM, expected 130"
expect_in "$stderr" "interrupted"
go_on 2

# ---- one fails, or has other data: what follows -- differs on rank 1
cat > differing.sh << 'SH'
#!/bin/bash
if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then
    exec "$@" $DIFFERENT model.s2rgf
fi
exec "$@" model.s2rgf
SH
chmod +x differing.sh
expect_failure() { # STATUS DIFFERENT TEXT
    keep_files
    DIFFERENT=$2 expect_status "$1" timeout 60 mpirun --oversubscribe --bind-to none -n 2 ./differing.sh "${common[@]}" -steps 4
    expect_in "$stderr" "$3"
    [ "$(grep -c "$3" "$stderr")" -eq 1 ] || fail "it is said more than once"
    expect_files_kept
}
expect_failure 1 '-where no_such_field=1' 'rank 1: '
expect_failure 3 '-seed 7' 'rank 1 has other'
expect_failure 1 '-i more=nowhere.tif' 'rank 1: nowhere.tif'

# ---- a write fails on the first rank
keep_files
expect_status 1 timeout 60 mpirun --oversubscribe --bind-to none -n 2 "${common[@]}" -steps 4 -checkpoint nowhere/run.ckpt model.s2rgf
expect_in "$stderr" "nowhere/run.ckpt"
expect_files_kept

# ---- more ranks than crops
expect_refused 1 "expected at most 4" timeout 60 mpirun --oversubscribe --bind-to none -n 5 "${common[@]}" -steps 4 model.s2rgf

# ---- without the plugin it says what to install, and no process trains alone
S2RGF_MPI_PLUGIN=$PWD/none.so expect_refused 1 "s2rgf-mpi" ranks 2 "${common[@]}" -steps 4 model.s2rgf
echo "not a library" > other.so
S2RGF_MPI_PLUGIN=$PWD/other.so expect_status 1 ranks 2 "${common[@]}" -steps 4 model.s2rgf
expect_in "$stderr" "other.so: cannot be loaded"
expect_no_file model.s2rgf

# ---- one process of mpirun is one as any other, and needs no plugin
S2RGF_MPI_PLUGIN=$PWD/none.so expect_silence ranks 1 "${common[@]}" -steps 4 model.s2rgf
expect_file model.s2rgf
