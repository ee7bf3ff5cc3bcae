#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tries a pack without a GPU: on the software device, from an empty environment, with CUDA 13 as Python's wheels have it
# and nothing else, a few tests and small tensors. The times mean nothing; that every part does its work does.
#   bench/gpu/prove.sh PACK [VARIABLE=VALUE ...]
set -euo pipefail
pack=$(realpath "${1:?usage: bench/gpu/prove.sh PACK}")
shift
cd "$(dirname "$0")/../.."
make -s -C native-test all
built=$PWD/native-test/build
trial=$(mktemp -d)
trap 'rm -rf "$trial"' EXIT
nvidia=$trial/venv/lib/python3.12/site-packages/nvidia
mkdir -p "$trial/driver" "$trial/home" "$nvidia"/{cu13,cublas,curand}/lib
cp "$built/libcuda.so.1" "$trial/driver"
cp "$built/cuda13/libcusolver.so.12" "$nvidia/cu13/lib"
cp "$built/cuda13/libcublas.so.13" "$nvidia/cublas/lib"
cp "$built/libcurand.so.10" "$nvidia/curand/lib"
env -i PATH=/usr/local/bin:/usr/bin:/bin HOME="$trial/home" VIRTUAL_ENV="$trial/venv" INITIUM_CUDA_PATH="$trial/driver" \
  INITIUM_SOFT_DEVICES=2 INITIUM_SOFT_DRIVER=13000 INITIUM_REAL_CURAND="${INITIUM_REAL_CURAND:-$HOME/.cache/initium/libcurand.so.10}" \
  INITIUM_GPU_MOST=10 INITIUM_GPU_TESTS='.*(CudaStreamTest|CudaOrthogonalTest).*' "$@" "$pack/run.sh" "$trial/out"
tar -C "$trial" -xzf "$trial/out/logs.tar.gz"
[ "$(ls "$trial/out" | tr '\n' ' ')" = "drill.json drill.md logs.tar.gz " ] || { ls "$trial/out" >&2; exit 1; }
for found in curand/lib/libcurand.so.10 cu13/lib/libcusolver.so.12; do
  grep -q "nvidia/$found" "$trial/logs/devices.txt" || { echo "$found of the wheels was not found" >&2; exit 1; }
done
python3 - "$trial/out" << 'PYTHON'
import json, os, sys

results = json.load(open(os.path.join(sys.argv[1], "drill.json")))
parts = {part["part"]: part for part in results["parts"]}
assert len(parts) == 8, list(parts)
assert parts["modules"]["modules"] and not any("failed" in row for row in parts["modules"]["modules"])
assert parts["tests"]["count"]["SUCCESSFUL"] > 80 and not parts["tests"]["failed"], parts["tests"]
assert len(parts["throughput"]["rows"]) > 30, len(parts["throughput"]["rows"])
assert len(parts["orthogonal"]["rows"]) == 4, parts["orthogonal"]
assert len(open(os.path.join(sys.argv[1], "drill.md")).read().splitlines()) > 60
print(f"the pack did its work in {results['seconds']} s")
PYTHON
