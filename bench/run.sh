#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs Initium and its peers side by side and prints ratios: bench/run.sh [--quick] [--publish] ...
# (bench/run.sh --help lists the options). PYTHON names a Python that has torch; without one,
# PyTorch's rows are missing and libtorch is the only peer.
set -eu
bench=$(cd -- "$(dirname -- "$0")" && pwd -P)

# An inherited OPENBLAS_CORETYPE can halve the speed of OpenBLAS, ours and libtorch's alike.
unset OPENBLAS_CORETYPE

driver=python3
command -v python3 >/dev/null || driver=${PYTHON:?there is no python3, and PYTHON is not set}
exec "$driver" "$bench/run.py" "$@"
