#!/usr/bin/env bash
# Grades a class in ten parts, as a Slurm array, and puts them together at the end.
#
#     IN=/shared/class/week3.zip OUT=/shared/class/week3_grades sbatch helpers/classroom/cluster/slurm.sh
#
# Start it in the folder of the course, on a file system that all nodes see. A part that failed can be started again:
# what it has graded is kept.  sbatch --array=4 ... starts part 4 alone; the last part to end writes the tables.
#SBATCH --job-name=grade
#SBATCH --array=1-10
#SBATCH --cpus-per-task=2
#SBATCH --mem=8G
#SBATCH --time=01:00:00
set -euo pipefail
: "${IN:?the folder or zip to grade}" "${OUT:?where the grades go}"
parts=${PARTS:-10} python=${PYTHON:-.venv/bin/python}
"$python" -m helpers.classroom grade "$IN" --out "$OUT/part_$SLURM_ARRAY_TASK_ID" \
    --shard "$SLURM_ARRAY_TASK_ID/$parts" --jobs "${SLURM_CPUS_PER_TASK:-2}"
touch "$OUT/part_$SLURM_ARRAY_TASK_ID/done"
if [ "$(ls "$OUT"/part_*/done | wc -l)" = "$parts" ]; then
    "$python" -m helpers.classroom merge "$OUT"/part_* --out "$OUT"
fi
