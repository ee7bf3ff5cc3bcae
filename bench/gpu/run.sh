#!/usr/bin/env bash
# Everything on a machine with an NVIDIA GPU, in under 8 minutes: the GPU tests, then the throughput of each fill
# against what the memory takes, against cuRAND and against PyTorch where Python has it.
#   bench/gpu/run.sh [FOLDER]      writes its tables and gpu.json there (default: gpu-out)
# In a pack (bench/gpu/pack.sh) it needs nothing but the driver, CUDA's libraries and gcc; in a checkout it needs
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

# CUDA 13 has libcusolver.so.12 alone; a forwarding libcusolver.so.11 is built over it.
toolkit=
for folder in ${CUDA_HOME:-} ${CUDA_PATH:-} /usr/local/cuda; do
  [ -d "$folder/lib64" ] && toolkit=$folder/lib64 && break
done
export LD_LIBRARY_PATH=${toolkit:+$toolkit:}${LD_LIBRARY_PATH:-}
# ldconfig may not be on a user's PATH; read to its end, since a pipe that grep -q closes early counts as a failure here.
known=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2> /dev/null || true)
has() {
  local folder
  for folder in ${LD_LIBRARY_PATH//:/ }; do
    if [ -e "$folder/$1" ]; then return; fi
  done
  [[ $known == *"$1 "* ]]
}
if ! has libcusolver.so.11 && has libcusolver.so.12; then
  forward=$out/forward
  mkdir -p "$forward"
  for library in libcusolver.so.11 libcusolverMg.so.11; do
    printf '%s { global: c*; local: *; };\n' $library > "$forward/$library.map"
    source=$here/forward_cusolver.c
    [ $library = libcusolver.so.11 ] || { echo 'int cusolverMgNone;' > "$forward/none.c"; source=$forward/none.c; }
    gcc -shared -fPIC -O1 -Wl,-soname,$library -Wl,--version-script="$forward/$library.map" "$source" -o "$forward/$library" -ldl
  done
  export LD_LIBRARY_PATH=$forward:$LD_LIBRARY_PATH
  echo "libcusolver.so.11 forwards to libcusolver.so.12"
fi

flags="--add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED"
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
