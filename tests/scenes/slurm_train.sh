#!/usr/bin/env bash
# The sample script for training under a Slurm of two nodes on this machine. One is lost and comes back; the job starts
# again by itself and goes on from its checkpoint. The model is that of one process.
. "$(dirname "$0")/../tools/lib.sh"
need munged slurmctld slurmd sbatch pgrep
. "$top_srcdir/tests/tools/ranks.sh"
. "$top_srcdir/tests/scenes/slurm_cluster.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"

options=("${sources[@]}" -labels scene/labels.gpkg -l train -a class -c 16 -batch 4 -crop 32 -steps 300)
expect_silence s2rgf_train -q -threads 1 "${options[@]}" straight.s2rgf
start_cluster
# as Slurm's nodes these are two machines, between which there is nothing but TCP
unset OMPI_MCA_btl

job=$(submit --output=train.log "$top_srcdir/samples/cluster/slurm_train.sh" "${options[@]}" model.s2rgf)
checkpoint=s2rgf_train_$job.ckpt
wait_for 90 test -e "$checkpoint" || fail "no checkpoint: $(squeue) $(cat train.log)"
fail_node n2
wait_for 60 grep -q 'requeue job JobId=.* due to failure of node n2' slurmctld.log ||
    fail "the job was not put back into the queue: $(squeue) $(tail -n 20 slurmctld.log)"
expect_file "$checkpoint"
expect_no_file model.s2rgf
start_node n2
scontrol update NodeName=n2 State=RESUME
wait_for 180 finished "$job" || fail "not finished: $(squeue) $(cat train.log)"
expect_same straight.s2rgf model.s2rgf
expect_no_file "$checkpoint"
