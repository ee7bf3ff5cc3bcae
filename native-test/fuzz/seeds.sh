#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: seeds.sh FOLDER TEST... -- FILE...   The first corpus: every text that a test loads, and every kernel of the PTX
# files for itself, since the fuzzer is slow on long texts. Beside it FOLDER.dict, the words that all of them have.
set -eu
folder=$1
shift
mkdir -p "$folder"
while [ "$1" != -- ]; do
  INITIUM_SOFT_SEEDS=$folder "$1" >/dev/null
  shift
done
shift
for file in "$@"; do
  awk -v start="$folder/$(basename "$file" .ptx)" '
    /^\.visible \.entry/ { out = start "-" ++kernels; printf "%s", head > out }
    out == "" { head = head $0 "\n"; next }
    { print > out }
    /^}/ { close(out); out = "/dev/null" }' "$file"
done
find "$folder" -type f -size +24k -delete
cat "$folder"/* | grep -oE '[.%]?[a-z_]+[0-9]*(([.]|::)[a-zA-Z0-9_:]+)*' | sort -u | sed 's/.*/"&"/' > "$folder.dict"
