#!/usr/bin/env bash
# Packs what bench/gpu/run.sh needs into one folder that runs on a bare machine: a driver, CUDA 12 or 13 libraries,
# gcc; no JDK, no network.
#   bench/gpu/pack.sh FOLDER       makes FOLDER and FOLDER.tar.gz, then run FOLDER/run.sh there
set -euo pipefail
pack=$(realpath -m "${1:?usage: bench/gpu/pack.sh FOLDER}")
cd "$(dirname "$0")/../.."
mvn -q test-compile dependency:build-classpath -Dmdep.outputFile=target/gpu-classpath -Dmdep.includeScope=test
mvn -q dependency:copy -Dartifact=org.junit.platform:junit-platform-console-standalone:1.14.1 -DoutputDirectory=target/tools
jdk=${JAVA_HOME:?set JAVA_HOME to a JDK 25 or newer, whose jlink makes the runtime}
rm -rf "$pack"
mkdir -p "$pack/jars"
"$jdk/bin/jlink" --output "$pack/runtime" --strip-debug --no-header-files --no-man-pages --compress zip-9 \
  --add-modules java.base,java.logging,java.management,java.xml,jdk.incubator.vector,jdk.management,jdk.unsupported
strip --strip-unneeded "$pack"/runtime/lib/server/libjvm.so "$pack"/runtime/lib/*.so ||
  echo "strip failed or is missing (binutils): the pack is larger than it need be" >&2
cp -r target/classes target/test-classes "$pack"
cp target/tools/junit-platform-console-standalone-1.14.1.jar "$pack/jars"
# Not what the GPU tests have no use for: plots, the other platforms' natives, test engines, architecture rules.
tr ':' '\n' < target/gpu-classpath | grep -E '/(jcuda|jcurand|jcusolver|jcusparse|jcublas|jackson-core|snakeyaml-engine|picocli|progressbar|jline|openblas|javacpp|opentest4j|apiguardian)[^/]*\.jar$' |
  grep -vE 'natives.*-(windows|linux-(ppc|arm|aarch))' | xargs cp -t "$pack/jars"
# Large natives that nothing here calls.
python3 - "$pack"/jars/*.jar <<'PYTHON'
import os, sys, zipfile
unused = ("libJNvPTXCompiler", "libJNvrtc", "libJCudaRuntime", "libjniopenblas_full")
for jar in sys.argv[1:]:
    with zipfile.ZipFile(jar) as old:
        if not any(name in entry for entry in old.namelist() for name in unused):
            continue
        with zipfile.ZipFile(jar + ".new", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
            for entry in old.infolist():
                if not any(name in entry.filename for name in unused):
                    new.writestr(entry, old.read(entry))
    os.replace(jar + ".new", jar)
PYTHON
cp bench/gpu/run.sh bench/gpu/forward_cusolver.c bench/gpu/torch_gpu.py "$pack"
tar -C "$(dirname "$pack")" -czf "$pack.tar.gz" "$(basename "$pack")"
du -sh "$pack" "$pack.tar.gz"
