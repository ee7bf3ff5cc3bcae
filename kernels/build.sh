#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compiles kernels/*.cu to the PTX that ships in the jar, in src/main/resources/org/initium/cuda: a file for each kernel,
# so that a driver compiles what is used and nothing else.
#   kernels/build.sh            writes the files
#   kernels/build.sh --check    compiles to a temporary folder, compares with the files (where the same nvcc
#                               made them), and assembles them with ptxas for the architectures below
# NAME.ptx is for sm_75 and all later; NAME.sm_80.ptx stands beside it where the instructions of sm_80 pay.
# nvcc writes the newest .version it knows, which old drivers refuse. Nothing in our kernels needs more than
# PTX 6.3 (7.0 for sm_80), so the number is lowered, and checked with ptxas, so that any driver since CUDA 10 compiles them.
set -euo pipefail
cd "$(dirname "$0")"
export LC_ALL=C
resources=../src/main/resources/org/initium/cuda
sm_80='^(uniform|normal|quantile|many|mapped|finish|sparse|tall|torch_.*)_bf16$' # kernels that have a file for sm_80, too
# A ptxas that does not know an architecture cannot check it.
architectures=
for architecture in sm_75 sm_80 sm_90 sm_100; do
  [[ $(ptxas --help) =~ $architecture([^0-9a-z]|$) ]] && architectures+=" $architecture"
done
[ -n "$architectures" ] || { echo "ptxas knows none of the architectures that the kernels are for" >&2; exit 1; }

nvcc_version=$(nvcc --version | sed -n 's/.*, V\([0-9.]*\).*/\1/p')

# What a file includes, and what that does, each once, in the order of their names; and then the file.
sources() { # file
  local found="$1" before= include
  while [ "$found" != "$before" ]; do
    before=$found
    include=$(sed -n 's/^#include "\(.*\)"/\1/p' $found)
    found=$(printf '%s\n' $found $include | sort -u)
  done
  printf '%s\n' $found | grep -vxF "$1" || true
  echo "$1"
}

# One file for each kernel of a family: what is before the first one, but of its constants those that the kernel names.
split() { # family, architecture, PTX version, pattern of names, suffix, folder
  local hash body name
  hash=$(cat $(sources "$1.cu") | sha256sum | cut -d' ' -f1)
  nvcc -ptx "-arch=$2" -std=c++20 -fmad=false -prec-div=true -prec-sqrt=true -ftz=false "$1.cu" -o "$6/raw"
  sed -i -e '/^\/\//d' -e "s/^\.version .*/.version $3/" -e '/\/\/ begin inline asm/d' -e '/\/\/ end inline asm/d' "$6/raw"
  awk -v pattern="$4" -v suffix="$5" -v folder="$6" '
    /^\.visible \.entry / { match($0, /entry [A-Za-z0-9_]+/); name = substr($0, RSTART + 6, RLENGTH - 6); text = "" }
    name == "" && /^\.(const|global) / { match($0, /[A-Za-z0-9_]+\[/); constants[substr($0, RSTART, RLENGTH - 1)] = $0; next }
    name == "" && NF && !/\.globl/ { head = head $0 "\n" }
    name != "" { text = text $0 "\n" }
    name != "" && /^}/ {
      if (name ~ pattern) {
        own = ""
        for (constant in constants) if (index(text, constant)) own = own constants[constant] "\n"
        printf "%s%s\n%s", head, own, text > (folder "/" name suffix ".body")
      }
      name = ""
    }' "$6/raw"
  rm "$6/raw"
  for body in "$6"/*.body; do
    [ -e "$body" ] || continue
    name=$(basename "$body" .body)
    if grep -nE '\.approx|\.ftz|(mad|fma|mul|add|sub)\.f(32|64)' "$body"; then
      echo "kernels/$1.cu: the instructions above are not rounded as IEEE 754 says" >&2
      exit 1
    fi
    {
      echo "// kernels/$1.cu, sources sha256 $hash, below this line sha256 $(sha256sum < "$body" | cut -d' ' -f1), nvcc $nvcc_version; written by kernels/build.sh"
      cat "$body"
    } > "$6/$name.ptx"
    rm "$body"
  done
}

compare() { # PTX made now
  local shipped=$resources/${1##*/}
  if ! [ -e "$shipped" ]; then
    echo "${1##*/} is missing: run kernels/build.sh" >&2
    exit 1
  elif ! [[ $(head -1 "$shipped") == *"nvcc $nvcc_version;"* ]]; then
    echo "${1##*/} was made by another nvcc than this $nvcc_version: only assembled, not compared"
  elif ! cmp -s "$1" "$shipped"; then
    echo "${1##*/} is not what nvcc makes of its sources: run kernels/build.sh" >&2
    exit 1
  fi
}

assemble() { # PTX
  local architecture log
  for architecture in $architectures; do
    [[ $1 == *.sm_80.ptx && $architecture == sm_75 ]] && continue
    log=$(ptxas -arch="$architecture" -v "$1" -o /dev/null 2>&1) || { echo "$log" >&2; exit 1; }
    if grep -E ' [1-9][0-9]* bytes (spill|stack frame)' <<< "$log" >&2; then
      echo "${1##*/} spills registers on $architecture" >&2
      exit 1
    fi
  done
}

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for file in *.cu; do
  split "${file%.cu}" sm_75 6.3 . "" "$out"
  split "${file%.cu}" sm_80 7.0 "$sm_80" .sm_80 "$out"
done
if [ "${1:-}" = --check ]; then
  for ptx in "$out"/*.ptx; do
    compare "$ptx"
    assemble "$ptx"
  done
else
  mkdir -p $resources
  rm -f $resources/*.ptx
  cp "$out"/*.ptx $resources
fi
