#!/bin/bash
# Join the shares that slurm_array.sh made of one map; what follows the script's name are options of
# s2rgf_mosaic.
#SBATCH --job-name=s2rgf_mosaic
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --ntasks=1
#SBATCH --mem=2G
set -u

exec s2rgf_mosaic -q -overwrite "$@"
