#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The drill: everything on a machine with an NVIDIA GPU, in less than six minutes (bench/gpu/drill.py has the parts).
#   bench/gpu/run.sh [FOLDER]      writes drill.md, drill.json and logs.tar.gz, what each part printed (default: gpu-out)
# In a pack (bench/gpu/pack.sh) it needs nothing but the driver and Python 3; CUDA's libraries, PyTorch, ncu and
# compute-sanitizer are used where they are. In a checkout it needs what the build needs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-gpu-out}
mkdir -p "$out"
out=$(cd "$out" && pwd)

if [ -d "$here/runtime" ]; then # a pack
  export INITIUM_JAVA=$here/runtime/bin/java
  INITIUM_CLASSES=$(printf '%s:' "$here"/jars/*.jar)
  cd "$here"
else
  cd "$here/../.."
  mvn -q test-compile dependency:build-classpath -Dmdep.outputFile=target/gpu-classpath -Dmdep.includeScope=test
  mvn -q dependency:copy -Dartifact=org.junit.platform:junit-platform-console-standalone:1.14.1 -DoutputDirectory=target/tools
  export INITIUM_JAVA=${JAVA_HOME:+$JAVA_HOME/bin/}java
  INITIUM_CLASSES=target/classes:target/test-classes:$(cat target/gpu-classpath):target/tools/junit-platform-console-standalone-1.14.1.jar
fi
export INITIUM_CLASSES
for python in python3 python3.12 python3.13 python; do
  if command -v "$python" > /dev/null; then
    exec "$python" -B "$here/drill.py" "$out"
  fi
done
echo "the drill needs Python 3, which is not on PATH ($PATH)" >&2
exit 2
