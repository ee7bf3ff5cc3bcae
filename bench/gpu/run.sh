#!/usr/bin/env bash
# Everything on a machine with an NVIDIA GPU, in under 8 minutes: the GPU tests, then the throughput of each fill
# against what the memory takes, against cuRAND and against PyTorch where Python has it.
#   bench/gpu/run.sh [FOLDER]      writes its tables and gpu.json there (default: gpu-out)
# In a pack (bench/gpu/pack.sh) it needs nothing but the driver, CUDA's libraries; in a checkout it needs
# what the build needs. A test that is skipped is a failure here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-gpu-out}
mkdir -p "$out"
out=$(cd "$out" && pwd)

if [ -d "$here/runtime" ]; then # a pack
  java=$here/runtime/bin/java
  classes=$(printf '%s:' "$here"/jars/*.jar)
  cd "$here"
else
  cd "$here/../.."
  mvn -q test-compile dependency:build-classpath -Dmdep.outputFile=target/gpu-classpath -Dmdep.includeScope=test
  mvn -q dependency:copy -Dartifact=org.junit.platform:junit-platform-console-standalone:1.14.1 -DoutputDirectory=target/tools
  java=${JAVA_HOME:+$JAVA_HOME/bin/}java
  classes=target/classes:target/test-classes:$(cat target/gpu-classpath):target/tools/junit-platform-console-standalone-1.14.1.jar
fi

flags="--enable-native-access=ALL-UNNAMED"
status=0
echo "== devices"
"$java" $flags -cp "$classes" org.initium.cli.Main devices | tee "$out/devices.txt" || status=1
echo "== tests on the GPU"
"$java" $flags -Dinitium.cuda=${INITIUM_GPU_TESTS:-real} -cp "$classes" org.junit.platform.console.ConsoleLauncher execute \
  --disable-banner --details=summary --fail-if-no-tests -p org.initium -t cuda -T software-device > "$out/tests.txt" 2>&1 || status=1
grep -E 'tests (found|successful|failed|skipped|aborted)' "$out/tests.txt" || tail -20 "$out/tests.txt"
grep -qE '\[ +0 tests (skipped)' "$out/tests.txt" && grep -qE '\[ +0 tests aborted' "$out/tests.txt" || { echo "a test was skipped: that is a failure here"; status=1; }
echo "== throughput"
"$java" $flags -cp "$classes" org.initium.cuda.GpuBench "$out/gpu.json" ${INITIUM_GPU_MOST:-32} | tee "$out/throughput.txt" || status=1
if python3 -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
  echo "== PyTorch on the same GPU"
  python3 "$here/torch_gpu.py" "${INITIUM_GPU_MOST:-32}" | tee "$out/torch.txt"
else
  echo "== PyTorch: no python3 with torch and a GPU here; its rows are missing"
fi
exit $status
