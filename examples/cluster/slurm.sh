#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Files of a model by the tasks of a Slurm array, each of which makes its share by itself; then the index.
#   job=$(sbatch --parsable --array=0-63 examples/cluster/slurm.sh RECIPE FOLDER SEED)
#   sbatch --dependency=afterok:$job --wrap "initium finish FOLDER"
#SBATCH --job-name=initium
#SBATCH --cpus-per-task=4
#SBATCH --output=initium-%A-%a.log
set -euo pipefail
initium init "$1" --out "$2" --seed "$3" --threads "$SLURM_CPUS_PER_TASK" \
  --part "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
