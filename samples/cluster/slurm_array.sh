#!/bin/bash
# One map, or the maps of many scenes, by a Slurm job array: every task does its share of the work.
#
#   job=$(sbatch --parsable --array=1-16 slurm_array.sh -m model.s2rgf -i ms=ms.tif map.tif)
#   sbatch --dependency="afterok:$job" slurm_mosaic.sh -of COG map.tif
#
#   sbatch --array=1-16 slurm_array.sh -m model.s2rgf -i 'ms={}_ms.tif' -scenes tiles 'maps/{}.tif'
#
# What follows the script's name are options of s2rgf_classify. A task whose machine fails is put
# back into the queue; what it had finished is not done again. The same holds for the whole array:
# submit it again, with as many tasks, to do what is missing.
#SBATCH --job-name=s2rgf
#SBATCH --array=1-16
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=2G
set -u

exec s2rgf_classify -q --shard auto -threads "${SLURM_CPUS_PER_TASK:-1}" "$@"
