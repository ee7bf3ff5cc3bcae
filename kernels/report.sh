#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Writes docs/kernels.md. Needs ptxas, and nvdisasm (CUDA's toolkit has both; INITIUM_NVDISASM names one that is elsewhere:
# the Python package triton holds one in triton/backends/nvidia/bin); and what the software CUDA device needs, which
# counts what some kernels do (INITIUM_PROGRAM names the program that fills, if it is not ./initium). Ten minutes.
set -euo pipefail
cd "$(dirname "$0")"
make -s -C ../native-test all
page=$(mktemp)
trap 'rm -f "$page"' EXIT
python3 report.py > "$page"
cp "$page" ../docs/kernels.md
