#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Writes docs/kernels.md. Needs ptxas, and nvdisasm (CUDA's toolkit has both; INITIUM_NVDISASM names one that is elsewhere:
# the Python package triton holds one in triton/backends/nvidia/bin).
set -euo pipefail
cd "$(dirname "$0")"
page=$(mktemp)
trap 'rm -f "$page"' EXIT
python3 report.py > "$page"
cp "$page" ../docs/kernels.md
