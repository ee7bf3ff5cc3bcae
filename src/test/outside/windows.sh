#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The launcher for Windows, initium.cmd, in wine's cmd: a release in a folder with a blank, and a java.exe that prints
# its arguments, a line each, and ends with 7. Needs wine and the MinGW compiler.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
# What wine left running uses that folder; where it has ended by itself there is nothing to end.
trap 'wineserver -k 2>/dev/null || true; rm -rf "$work"' EXIT
export WINEPREFIX=$work/wine WINEDEBUG=-all
faults=0

home="$work/my models"
mkdir -p "$home/bin" "$home/lib" "$work/my jdk/bin" "$work/old"
cp ../../../initium.cmd "$home/bin/"
touch "$home/lib/initium.jar"
printf '#include <stdio.h>\nint main(int n, char **a) { for (int i = 1; i < n; i++) puts(a[i]); return 7; }\n' >"$work/java.c"
x86_64-w64-mingw32-gcc -O1 -o "$work/my jdk/bin/java.exe" "$work/java.c"
printf 'IMPLEMENTOR="x"\r\nJAVA_VERSION="25.0.1"\r\n' >"$work/my jdk/release"
printf 'JAVA_VERSION="17.0.1"\n' >"$work/old/release"

# windows PATH: as Windows names it.
windows() { printf 'Z:%s' "${1//\//\\}"; }

# check NAME STATUS LINE...: what is read from the batch file on standard input prints these lines last, and ends so.
check() {
  local name=$1 status=$2 output got=0
  shift 2
  { echo '@echo off'; cat; } | sed 's/$/\r/' >"$work/run.cmd"
  output=$(cd "$work" && timeout 120 wine cmd /c run.cmd 2>&1) || got=$?
  output=$(tr -d '\r' <<<"$output" | sed 's/ *$//')
  if [ "$got" = "$status" ] && [ "$(tail -n $# <<<"$output")" = "$(printf '%s\n' "$@")" ]; then
    echo "$name: ok"
  else
    echo "FAULT: $name: status $got, printed: $output" >&2
    faults=$((faults + 1))
  fi
}

none='initium: no JDK 25 or newer in JAVA_HOME or on PATH; install one (https://adoptium.net) or set JAVA_HOME'
unset JAVA_HOME INITIUM_JAVA_OPTIONS
check 'no Java' 1 "$none" <<<'"my models\bin\initium.cmd" devices'
check 'an old Java' 1 "$none" <<<"set JAVA_HOME=$(windows "$work/old")
\"my models\\bin\\initium.cmd\" devices"
flags=(-Xmx768m -XX:+UseSerialGC -Xlog:disable
  -Djdk.reflect.useNativeAccessorOnly=true)
jar=$(windows "$home/bin")'\..\lib\initium.jar'
check 'JAVA_HOME, and arguments with blanks' 7 "${flags[@]}" -jar "$jar" fill 'normal(0, 1)' --out 'a b' \
  <<<"set JAVA_HOME=$(windows "$work/my jdk")
\"my models\\bin\\initium.cmd\" fill \"normal(0, 1)\" --out \"a b\""
check 'a Java on PATH, and options of the JVM' 7 "${flags[@]}" -Dx=y -jar "$jar" devices \
  <<<"set PATH=$(windows "$work/my jdk/bin");%PATH%
set INITIUM_JAVA_OPTIONS=-Dx=y
\"my models\\bin\\initium.cmd\" devices"
[ "$faults" = 0 ] || { echo "$faults faults" >&2; exit 1; }
