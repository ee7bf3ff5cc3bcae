#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A program of somebody else's, built by Maven against Initium's artifacts as they are installed: bare and with each
# artifact, on the class path and on the module path, in Java, Kotlin and Scala. What is missing must be said in one
# line with the artifact to add. GraalVM's tool reads what the jar says to it.
# Usage: run.sh [a local repository, to be reused; else a temporary one]
set -euo pipefail
cd "$(dirname "$0")"
root=$PWD/../../..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
repository=${1:-$work/repository}
faults=0

java=
for home in "${JAVA_HOME:-}" /usr/lib/jvm/* "${JAVA_HOME_25_X64:-}"; do
  [ -x "$home/bin/javac" ] && grep -q '^JAVA_VERSION="\(2[5-9]\|[3-9]\)' "$home/release" 2>/dev/null && java=$home
done
[ -n "$java" ] || { echo "no JDK 25 or newer in JAVA_HOME or /usr/lib/jvm" >&2; exit 1; }
version=$(sed -n '0,/<version>/s/.*<version>\(.*\)<\/version>.*/\1/p' "$root/pom.xml")
maven=(mvn -q -B -ntp "-Dmaven.repo.local=$repository" "-Dinitium.version=$version" "-Djava.home.25=$java")

"${maven[@]}" -f "$root/pom.xml" install -Dmaven.test.skip=true -Dformat.phase=none
"${maven[@]}" -f "$root/artifacts/pom.xml" install

fault() {
  echo "FAULT: $*" >&2
  faults=$((faults + 1))
}

# expect NAME OUTPUT LINE...: each LINE, an extended regular expression, is a whole line of the output; no class is missing.
expect() {
  local name=$1 output=$2 before=$faults line
  shift 2
  for line in "$@"; do
    grep -qxE -- "$line" <<<"$output" || fault "$name: no line '$line' in:"$'\n'"$output"
  done
  ! grep -qE 'NoClassDefFound|ClassNotFound|ExceptionInInitializer|^\s+at ' <<<"$output" || fault "$name: $output"
  [ "$faults" != "$before" ] || echo "$name: ok"
}

# Compiles into work/NAME; its libraries are in work/NAME.path.
build() { # NAME [PROFILE]
  "${maven[@]}" ${2:+-P "$2"} "-DbuildDirectory=$work/$1" compile dependency:build-classpath \
    "-Dmdep.outputFile=$work/$1.path" -Dmdep.includeScope=runtime -DincludeTypes=jar
}

advice=' \(its type is pom\) to the dependencies'
options() { printf ' and --add-modules %s to the options of the JVM' "$1"; }
filled="filled"
no_blas="org.initium.InitiumException: orthogonal needs OpenBLAS \(org.bytedeco:openblas with classifier .*\): add org.initium:initium-openblas$advice"
no_cuda="org.initium.DeviceUnavailableException: CUDA needs JCuda: add org.initium:initium-cuda$advice"
# With the artifact the driver is what is looked for, and there may be one.
cuda="(filled|org.initium.DeviceUnavailableException: .*(libcuda|CUDA device|driver).*)"
blas_on_module_path=' and its jar to the class path: as a module it would need JavaCPP'
# The jar of OpenBLAS's libraries goes to the class path; all else is modules.
without_blas() { tr : '\n' <"$work/$1.path" | grep -v '/openblas-' | paste -sd :; }
blas() { tr : '\n' <"$work/$1.path" | sed -n '\:/openblas-:p'; } # none in most projects

on_class_path() {
  "$java/bin/java" --enable-native-access=ALL-UNNAMED -cp "$work/$1/classes:$(cat "$work/$1.path")" app.Outside 2>&1
}

# on_module_path NAME [MODULES]
on_module_path() {
  mkdir -p "$work/module"
  "$java/bin/javac" -p "$(cat "$work/$1.path")" -d "$work/module" module/module-info.java java/app/Outside.java
  "$java/bin/java" --enable-native-access="org.initium${3:-}" ${2:+--add-modules "$2"} \
    -cp "$(blas "$1")" -p "$work/module:$(without_blas "$1")" -m app/app.Outside 2>&1
}

common=("uniform: filled" "recipe: 1 tensor" "checkpoint: 1 tensor")

build bare
jars=$(tr : '\n' <"$work/bare.path" | wc -l)
[ "$jars" -le 6 ] || fault "a bare class path has $jars jars: $(cat "$work/bare.path")"
echo "bare: $jars jars"
expect "bare, class path" "$(on_class_path bare)" "${common[@]}" "orthogonal: $no_blas" "cuda: $no_cuda"
expect "bare, module path" "$(on_module_path bare)" "${common[@]}" \
  "orthogonal: $no_blas$blas_on_module_path" "cuda: $no_cuda$(options jcuda)"
expect "bare, the command line" \
  "$("$java/bin/java" -cp "$(cat "$work/bare.path")" org.initium.cli.Main --version 2>&1 || true)" \
  "initium: the command line needs picocli: add org.initium:initium-cli$advice"

build cuda cuda
expect "cuda, class path" "$(on_class_path cuda)" "${common[@]}" "orthogonal: $no_blas" "cuda: $cuda"
expect "cuda, module path without the modules" "$(on_module_path cuda)" "${common[@]}" "cuda: $no_cuda$(options jcuda)"
expect "cuda, module path" "$(on_module_path cuda jcuda ,jcuda,jcurand,jcusolver)" "${common[@]}" "cuda: $cuda"

build openblas openblas
expect "openblas, class path" "$(on_class_path openblas)" "${common[@]}" "orthogonal: filled" "cuda: $no_cuda"
expect "openblas, module path" "$(on_module_path openblas)" "${common[@]}" "orthogonal: filled"

build cli cli
program() { # PATH ARGUMENTS
  local path=$1
  shift
  "$java/bin/java" --enable-native-access=ALL-UNNAMED -cp "$path" org.initium.cli.Main "$@" 2>&1 || true
}
path=$(cat "$work/cli.path")
expect "cli" "$(program "$path" --version)" "initium $version"
expect "cli, orthogonal" "$(program "$path" fill orthogonal --shape 4,4 --out "$work/t.safetensors")" "wrote .*"
expect "cli, a plot" "$(program "$path" inspect "$work/t.safetensors" --plot "$work/t.png")" "plotted .*"
without=$(tr : '\n' <<<"$path" | grep -v xchart | paste -sd :)
expect "cli without XChart" "$(program "$without" inspect "$work/t.safetensors" --plot "$work/t.png")" \
  "initium: --plot needs XChart: add org.initium:initium-cli$advice"
modules=$("$java/bin/java" --enable-native-access=org.initium -p "$(without_blas cli)" \
  -cp "$(blas cli)" --add-modules info.picocli,org.knowm.xchart \
  -m org.initium/org.initium.cli.Main fill orthogonal --shape 4,4 --out "$work/m.safetensors" 2>&1 || true)
expect "cli, module path" "$modules" "wrote .*"
cmp "$work/t.safetensors" "$work/m.safetensors" || fault "the module path writes other bytes"

build jackson old-jackson
grep -q jackson-core-2.15.2 "$work/jackson.path" || fault "not with Jackson 2.15"
expect "Jackson 2.15.2" "$(on_class_path jackson)" "${common[@]}"

build kotlin kotlin
expect "Kotlin" "$("$java/bin/java" --enable-native-access=ALL-UNNAMED -cp "$work/kotlin/classes:$(cat "$work/kotlin.path")" OutsideKt 2>&1)" \
  "kotlin: Tensor\(\[512, 256\], bf16, cpu\) begins with 0.0244140625" "kotlin: a lambda gives 131072.0"

"${maven[@]}" -Pscala dependency:build-classpath "-Dmdep.outputFile=$work/scalac.path" -Dmdep.includeScope=compile
mkdir -p "$work/scala"
"$java/bin/java" -cp "$(cat "$work/scalac.path")" dotty.tools.dotc.Main -classpath "$(cat "$work/scalac.path")" \
  -d "$work/scala" scala/Outside.scala
expect "Scala" "$("$java/bin/java" --enable-native-access=ALL-UNNAMED -cp "$work/scala:$(cat "$work/scalac.path")" outside 2>&1)" \
  "scala: Tensor\(\[512, 256\], bf16, cpu\) begins with 0.0244140625" "scala: a lambda gives 131072.0"

# The builder of native images needs C libraries that Maven Central has not; its tool that reads such files does not.
"${maven[@]}" -Pgraal dependency:build-classpath "-Dmdep.outputFile=$work/graal.path" -Dmdep.includeScope=compile
(cd "$work" && "$java/bin/jar" xf "$(tr : '\n' <bare.path | grep '/initium-[^/]*\.jar$')" META-INF/native-image)
said=$work/META-INF/native-image/org.initium/initium
read=$("$java/bin/java" -cp "$(cat "$work/graal.path")" com.oracle.svm.configure.ConfigurationTool generate \
  "--input-dir=$said" "--output-dir=$work/graal" 2>&1) || fault "GraalVM's tool ended with $?: $read"
expect "GraalVM's metadata" "$read$(python3 - "$said" "$work/graal" 2>&1 <<'PYTHON'
import json
import sys

said, read = (json.load(open(f"{folder}/reachability-metadata.json")) for folder in sys.argv[1:])
places = [("reflection",), ("resources",), ("foreign", "downcalls"), ("foreign", "upcalls")]
entries, missing = 0, []
for place in places:
    ours, theirs = said, read
    for name in place:
        ours, theirs = ours[name], theirs.get(name, {})
    entries += len(ours)
    missing += [f"not read of {place}: {entry}" for entry in ours if entry not in theirs]
print(*missing, f"{'some' if missing or entries <= 60 else 'all'} of {entries} entries", sep="\n")
PYTHON
)" "all of [0-9]+ entries"

[ "$faults" = 0 ] || { echo "$faults faults" >&2; exit 1; }
