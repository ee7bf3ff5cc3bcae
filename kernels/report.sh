#!/usr/bin/env bash
# Writes docs/kernels.md: registers and spills from ptxas, instructions and bytes from the software device, which
# runs every kernel once over 2^18 elements (KernelCountTest). Needs ptxas and what the CUDA tests need, NVIDIA's
# cuRAND among it.
set -euo pipefail
cd "$(dirname "$0")/.."
counts=$(mktemp -d)
trap 'rm -rf "$counts"' EXIT
# Orthogonal fills apart: they draw normals in a layout of their own. One worker: no block waits for another.
export INITIUM_SOFT_WORKERS=1
INITIUM_SOFT_REPORT=$counts/fills mvn -q test -Dtest='KernelCountTest,!KernelCountTest#orthogonalFills'
INITIUM_SOFT_REPORT=$counts/orthogonal mvn -q test -Dtest='KernelCountTest#orthogonalFills'
for ptx in src/main/resources/org/initium/cuda/*.ptx; do
  ptxas -arch=sm_90 -v "$ptx" -o /dev/null 2>> "$counts/ptxas" || { cat "$counts/ptxas" >&2; exit 1; }
done
python3 kernels/report.py "$counts/fills" "$counts/orthogonal" < "$counts/ptxas" > "$counts/page"
cp "$counts/page" docs/kernels.md
