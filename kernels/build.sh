#!/usr/bin/env bash
# Compiles kernels/*.cu to the PTX that ships in the jar, in src/main/resources/org/initium/cuda.
#   kernels/build.sh            writes the files
#   kernels/build.sh --check    compiles to a temporary folder, compares with the files (where the same nvcc
#                               made them), and assembles them with ptxas for the architectures below
# nvcc writes the newest .version it knows, which old drivers refuse. Nothing in our kernels needs more than
# PTX 6.3, so the number is lowered, and checked with ptxas, so that any driver since CUDA 10 compiles them.
set -euo pipefail
cd "$(dirname "$0")"
export LC_ALL=C
resources=../src/main/resources/org/initium/cuda
# A ptxas that does not know an architecture cannot check it.
architectures=
for architecture in sm_75 sm_80 sm_90 sm_100; do
  [[ $(ptxas --help) =~ $architecture([^0-9a-z]|$) ]] && architectures+=" $architecture"
done
[ -n "$architectures" ] || { echo "ptxas knows none of the architectures that the kernels are for" >&2; exit 1; }

# Of every source that a file depends on, so that a stale file shows without a compiler.
nvcc_version() { nvcc --version | sed -n 's/.*, V\([0-9.]*\).*/\1/p'; }

sources() { cat ./*.cuh "$1.cu" | sha256sum | cut -d' ' -f1; }

compile() { # family, output
  nvcc -ptx -arch=sm_75 -std=c++20 -fmad=false -prec-div=true -prec-sqrt=true -ftz=false "$1.cu" -o "$2.raw"
  {
    echo "// kernels/$1.cu, sources sha256 $(sources "$1"), nvcc $(nvcc_version); written by kernels/build.sh"
    sed -e '/^\/\//d' -e 's/^\.version .*/.version 6.3/' -e '/\/\/ begin inline asm/d' -e '/\/\/ end inline asm/d' "$2.raw"
  } > "$2"
  rm "$2.raw"
  if grep -nE '\.approx|\.ftz|(mad|fma|mul|add|sub)\.f(32|64)' "$2"; then
    echo "kernels/$1.cu: the instructions above are not rounded as IEEE 754 says" >&2
    exit 1
  fi
}

if [ "${1:-}" = --check ]; then
  out=$(mktemp -d)
  trap 'rm -rf "$out"' EXIT
else
  out=$resources
  mkdir -p "$out"
fi
for file in *.cu; do
  family=${file%.cu}
  compile "$family" "$out/$family.ptx"
  if [ "$out" != "$resources" ]; then
    if ! [[ $(head -1 "$resources/$family.ptx") == *"nvcc $(nvcc_version);"* ]]; then
      echo "$family.ptx was made by another nvcc than this $(nvcc_version): only assembled, not compared"
    elif ! diff -q "$out/$family.ptx" "$resources/$family.ptx" > /dev/null; then
      echo "$family.ptx is not what nvcc makes of kernels/$family.cu: run kernels/build.sh" >&2
      exit 1
    fi
  fi
  for architecture in $architectures; do
    ptxas -arch="$architecture" -v "$out/$family.ptx" -o /dev/null 2> "$out/ptxas.log" || { cat "$out/ptxas.log" >&2; exit 1; }
    if grep -E ' [1-9][0-9]* bytes (spill|stack frame)' "$out/ptxas.log" >&2; then
      echo "kernels/$family.cu spills registers on $architecture" >&2
      exit 1
    fi
    rm -f "$out/ptxas.log"
  done
done
