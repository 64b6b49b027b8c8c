#!/bin/bash
# One training by the processes of a Slurm job, one on each node, through Open MPI.
#
#   sbatch --nodes=4 --cpus-per-task=16 slurm_train.sh \
#       -i ms=ms.tif -labels labels.gpkg -a class -batch 16 model.s2rgf
#
# What follows the script's name are options of s2rgf_train. When a node was lost, Slurm puts the job back
# into the queue, and it goes on from its checkpoint.
#SBATCH --job-name=s2rgf_train
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=4G
#SBATCH --requeue
#SBATCH --open-mode=append
set -eu

checkpoint=s2rgf_train_${SLURM_JOB_ID:?this script is for sbatch}.ckpt
resume=()
[ ! -e "$checkpoint" ] || resume=(-resume)
# Time for the step in work and for its checkpoint, when the job is ended.
mpirun -n "$SLURM_JOB_NUM_NODES" --map-by node --bind-to none --mca odls_base_sigkill_timeout 60 \
    s2rgf_train -q -threads "${SLURM_CPUS_PER_TASK:-1}" -checkpoint "$checkpoint" "${resume[@]}" "$@"
rm -f "$checkpoint"
