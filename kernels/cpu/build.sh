#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compiles the CPU's kernels to the libraries that ship in the jar, in src/main/resources/org/initium/cpu/kernels:
#   kernels/cpu/build.sh            writes the files
#   kernels/cpu/build.sh --check    compiles to a temporary folder and compares byte by byte
# One file a platform, for every processor of it: no C library, nothing to be found at load time. Functions that come to
# the same instructions are one (icf): none is known by its address. Needs clang and lld 19
# (Debian and Ubuntu: apt-get install clang-19 lld-19).
set -euo pipefail
cd "$(dirname "$0")"
export LC_ALL=C
resources=../../src/main/resources/org/initium/cpu/kernels
limit=150000 # bytes
command -v clang-19 > /dev/null && command -v ld.lld-19 > /dev/null ||
  { echo "kernels/cpu/build.sh needs clang-19 and lld-19: apt-get install clang-19 lld-19" >&2; exit 1; }

flags=(-O3 -ffreestanding -fno-builtin -fno-math-errno -fno-trapping-math -ffp-contract=off -fno-stack-protector -ffunction-sections
  -fno-asynchronous-unwind-tables -fno-ident -fvisibility=hidden -mllvm -unroll-runtime=false -mllvm -unroll-threshold=40 -Wall -Wextra -Werror
  -Wno-parentheses -Wno-bitwise-op-parentheses -Wno-shift-op-parentheses -Wno-unknown-pragmas -Wno-unused-function -Wno-psabi)
cxx=(-std=c++20 -nostdinc++ -Iinclude -I.. -fno-exceptions -fno-rtti -fno-threadsafe-statics)

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

compile() { # platform, target, levels
  local platform=$1 target=$2 level
  mkdir -p "$out/$platform"
  for level in $3; do
    clang-19 --target="$target" "${flags[@]}" "${cxx[@]}" $(options "$level") -DLEVEL="kernels_$level" -c kernels.cpp \
      -o "$out/$platform/$level.o"
    if llvm-nm-19 "$out/$platform/$level.o" | grep -E ' [WwVvu] ' >&2; then
      echo "kernels.cpp: the linker would take the names above for those of another level" >&2
      exit 1
    fi
  done
  clang-19 --target="$target" "${flags[@]}" "${cxx[@]}" ${pic-} -c library.cpp -o "$out/$platform/library.o"
  clang-19 --target="$target" "${flags[@]}" ${pic-} -O1 -c freestanding.c -o "$out/$platform/freestanding.o"
}

options() { # level
  case $1 in
    v4) echo "$pic -march=x86-64-v4 -mprefer-vector-width=512" ;;
    v3) echo "$pic -march=x86-64-v3" ;;
    v2) echo "$pic -march=x86-64-v2 -Oz -fno-unroll-loops" ;; # no fused multiply-add: slow whatever it is
    *) echo "$pic" ;;
  esac
}

pic=-fPIC
compile linux-x86_64 x86_64-unknown-linux-gnu "v2 v3 v4"
compile linux-aarch64 aarch64-unknown-linux-gnu base
compile macos-aarch64 arm64-apple-macos11 base
pic=-mno-red-zone # which Windows does not know of, and functions called by other rules have
compile windows-x86_64 x86_64-pc-windows-msvc "v2 v3 v4"

for platform in linux-x86_64 linux-aarch64; do
  ld.lld-19 -shared -z defs --gc-sections --icf=all -z noexecstack -z relro -z now --build-id=none --hash-style=gnu -s \
    -soname libinitium.so "$out/$platform"/*.o -o "$out/libinitium-$platform.so"
done
ld64.lld-19 -dylib -arch arm64 -platform_version macos 11.0 11.0 -dead_strip --icf=all -no_uuid -install_name @rpath/libinitium.dylib \
  "$out"/macos-aarch64/*.o -o "$out/libinitium-macos-aarch64.dylib"
lld-link-19 /dll /noentry /nodefaultlib /Brepro /opt:ref /opt:icf /machine:x64 /nologo \
  "$out"/windows-x86_64/*.o "/out:$out/initium-windows-x86_64.dll" 

# The hash of each source, so that a stale library shows without a compiler.
for source in kernels.cpp library.cpp; do
  clang-19 --target=x86_64-unknown-linux-gnu -march=x86-64-v2 "${cxx[@]}" -DLEVEL=kernels -ffreestanding -MM "$source"
done | tr -d '\\' | tr ' ' '\n' | grep -v -e ':$' -e '^$' | cat - <(echo build.sh; echo freestanding.c) | sort -u |
  xargs realpath --relative-to=../.. | sort -u | (cd ../.. && xargs sha256sum) > "$out/sources.sha256"
clang-19 --version | head -1 > "$out/compiler.txt"
files="libinitium-linux-x86_64.so libinitium-linux-aarch64.so libinitium-macos-aarch64.dylib initium-windows-x86_64.dll"
for file in $files; do
  size=$(stat -c %s "$out/$file")
  [ "$size" -lt "$limit" ] || { echo "$file has $size bytes; $limit are the limit" >&2; exit 1; }
done
mkdir -p "$resources"
if [ "${1:-}" = --check ]; then
  if ! cmp -s "$out/compiler.txt" "$resources/compiler.txt"; then
    echo "the libraries were made by $(cat "$resources/compiler.txt"), this is $(cat "$out/compiler.txt"): not compared"
    exit 0
  fi
  for file in $files sources.sha256; do
    cmp "$out/$file" "$resources/$file" ||
      { echo "$file is not what clang makes of kernels/: run kernels/cpu/build.sh" >&2; exit 1; }
  done
else
  for file in $files sources.sha256 compiler.txt; do cp "$out/$file" "$resources/$file"; done
fi
