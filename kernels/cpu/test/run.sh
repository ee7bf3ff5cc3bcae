#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The kernels over vectors.txt: under ASan and UBSan for each level that this processor has, on aarch64 under qemu-user,
# and the shipped Windows library under wine. What is not installed is an error in CI, and elsewhere said.
#   apt-get install clang-19 lld-19 qemu-user wine64 g++-mingw-w64-x86-64
set -euo pipefail
cd "$(dirname "$0")"
out=$(mktemp -d)
trap 'rm -rf "$out" 2> /dev/null || { sleep 2; rm -rf "$out"; }' EXIT # wine may be at its end still
warnings=(-Wall -Wextra -Werror -Wno-parentheses -Wno-bitwise-op-parentheses -Wno-shift-op-parentheses -Wno-unknown-pragmas
  -Wno-unused-function -Wno-psabi -Wno-pass-failed)
kernels=(-std=c++20 -fno-exceptions -fno-rtti -fno-math-errno -fno-trapping-math -ffp-contract=off -I../../ "${warnings[@]}")

missing() { # tool, what was not run
  echo "!! $1 is not installed: $2 was NOT run"
  [ -z "${CI:-}" ] || exit 1
}

has() { # level
  case $1 in
    v2) true ;;
    v3) grep -qw avx2 /proc/cpuinfo && grep -qw fma /proc/cpuinfo ;;
    v4) grep -qw avx512vl /proc/cpuinfo && grep -qw avx512dq /proc/cpuinfo ;;
    v4-bf16) has v4 && grep -qw avx512_bf16 /proc/cpuinfo ;;
  esac
}

lists= objects=()
for level in v2 v3 v4 v4-bf16; do
  if ! has $level; then
    echo "!! this processor has no x86-64-$level: it was NOT run"
    continue
  fi
  # Each level's object has its list, v4's both of its own; what a level has none of is the next lower one's.
  case $level in
    v4-bf16) lists="LIST(LEVEL_v4_bf16) $lists" ;;
    *)
      clang++-19 "${kernels[@]}" -I../include -nostdinc++ -march=x86-64-$level -O1 -g \
        -fsanitize=address,undefined -fno-sanitize-recover=all -DLEVEL=LEVEL_$level -c ../kernels.cpp -o "$out/$level.o"
      lists="LIST(LEVEL_$level) $lists"
      objects+=("$out/$level.o")
      ;;
  esac
  clang++-19 -std=c++20 -O1 -fsanitize=address,undefined -fno-sanitize-recover=all "-DLEVELS(LIST)=$lists" \
    vectors.cpp "${objects[@]}" -o "$out/vectors"
  printf 'x86-64-%s under ASan and UBSan: ' $level
  "$out/vectors"
done

if command -v qemu-aarch64 > /dev/null; then
  free=(--target=aarch64-unknown-linux-gnu -ffreestanding -fno-builtin -fno-stack-protector)
  clang-19 "${free[@]}" "${kernels[@]}" -I../include -nostdinc++ -O3 -DLEVEL=kernels_base -c ../kernels.cpp -o "$out/kernels.o"
  clang-19 "${free[@]}" -O1 -c ../freestanding.c -o "$out/freestanding.o"
  clang-19 "${free[@]}" -std=c++20 -O1 -DFREESTANDING -c vectors.cpp -o "$out/vectors.o"
  ld.lld-19 -static "$out/kernels.o" "$out/freestanding.o" "$out/vectors.o" -o "$out/vectors-aarch64"
  printf 'aarch64 under qemu: '
  qemu-aarch64 "$out/vectors-aarch64"
else
  missing qemu-aarch64 "aarch64"
fi

wine=$(command -v wine64 || command -v /usr/lib/wine/wine64 || true)
if [ -n "$wine" ] && command -v x86_64-w64-mingw32-g++ > /dev/null; then
  x86_64-w64-mingw32-g++ -std=c++20 -O1 -static vectors.cpp -o "$out/vectors.exe"
  cp ../../../src/main/resources/org/initium/cpu/kernels/initium-windows-x86_64.dll "$out"
  echo 'the Windows library under wine:'
  (cd "$out" && WINEPREFIX=$out/wine WINEDEBUG=-all timeout 300 "$wine" vectors.exe 2> /dev/null)
else
  missing "wine64 or g++-mingw-w64-x86-64" "the Windows library"
fi
echo '!! macOS on aarch64: the library is built, and was NOT run'
