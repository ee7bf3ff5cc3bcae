#!/usr/bin/env bash
# Writes docs/kernels.md: registers and spills from ptxas, instructions and bytes from the software device, which
# runs every kernel once over 2^18 elements (KernelCountTest). Needs ptxas and what the CUDA tests need.
set -euo pipefail
cd "$(dirname "$0")/.."
counts=$(mktemp)
trap 'rm -f "$counts" "$counts".*' EXIT
[ $# -eq 1 ] && cp "$1" "$counts" || INITIUM_SOFT_REPORT=$counts mvn -q test -Dtest=KernelCountTest
for ptx in src/main/resources/org/initium/cuda/*.ptx; do
  ptxas -arch=sm_90 -v "$ptx" -o /dev/null 2>> "$counts.ptxas" || { cat "$counts.ptxas" >&2; exit 1; }
done
python3 kernels/report.py "$counts" < "$counts.ptxas" > "$counts.md"
cp "$counts.md" docs/kernels.md
