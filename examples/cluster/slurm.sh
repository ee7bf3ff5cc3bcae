#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Files of a model by the tasks of a Slurm array, each of which makes its share by itself; then the index.
#   job=$(sbatch --parsable --array=0-63 examples/cluster/slurm.sh 64 RECIPE FOLDER --seed 7 [--max-shard-size 1GB ...])
#   sbatch --dependency=afterok:$job --wrap "initium finish FOLDER"
# A task that failed, the 17th say, is done again by the same line with --array=17.
#SBATCH --job-name=initium
#SBATCH --cpus-per-task=4
#SBATCH --output=initium-%A-%a.log
set -euo pipefail
mkdir -p "$3"
initium init "$2" --out "$3" --part "$SLURM_ARRAY_TASK_ID/$1" --threads "$SLURM_CPUS_PER_TASK" "${@:4}"
