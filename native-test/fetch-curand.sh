#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: fetch-curand.sh [DIRECTORY]
# Gets NVIDIA's libcurand.so.10 of CUDA 12.6 out of the jar that redistributes it (2 GB, once, through
# Maven), and prints its path: the value for INITIUM_REAL_CURAND. Only its host generators are used.
set -eu
directory=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/initium}
library=$directory/libcurand.so.10
if [ ! -f "$library" ]; then
  mkdir -p "$directory"
  unpacked=$(mktemp -d "$directory/unpack.XXXXXX")
  trap 'rm -rf "$unpacked"' EXIT
  (cd "$unpacked" && mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack \
    -Dartifact=org.bytedeco:cuda:12.6-9.5-1.5.11:jar:linux-x86_64-redist \
    -DoutputDirectory="$unpacked" -Dmdep.unpack.includes='**/libcurand.so.10') >&2
  mv "$unpacked/org/bytedeco/cuda/linux-x86_64/libcurand.so.10" "$library"
fi
echo "$library"
