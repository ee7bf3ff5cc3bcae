#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Packs what bench/gpu/run.sh needs into one folder that runs on a machine with a driver and Python 3; it needs no JDK
# and no network there.
#   bench/gpu/pack.sh FOLDER       makes FOLDER and FOLDER.tar.gz, then run FOLDER/run.sh there
set -euo pipefail
pack=$(realpath -m "${1:?usage: bench/gpu/pack.sh FOLDER}")
cd "$(dirname "$0")/../.."
mvn -q test-compile dependency:build-classpath -Dmdep.outputFile=target/gpu-classpath -Dmdep.includeScope=test
mvn -q dependency:copy -Dartifact=org.junit.platform:junit-platform-console-standalone:1.14.1 -DoutputDirectory=target/tools
for jdk in "${JAVA_HOME:-}" /usr/lib/jvm/* none; do
  if grep -qsE '^JAVA_VERSION="(2[5-9]|[3-9][0-9])' "$jdk/release" && [ -x "$jdk/bin/jlink" ]; then break; fi
done
[ "$jdk" != none ] || { echo "pack.sh: no JDK 25 or newer in JAVA_HOME or /usr/lib/jvm, whose jlink makes the runtime" >&2; exit 1; }
rm -rf "$pack"
# jdk.zipfs: JUnit finds the tests in a jar by it.
mkdir -p "$pack/jars"
"$jdk/bin/jlink" --output "$pack/runtime" --strip-debug --no-header-files --no-man-pages --compress zip-9 \
  --add-modules java.base,java.logging,java.management,jdk.management,jdk.unsupported,jdk.zipfs
strip --strip-unneeded "$pack"/runtime/lib/server/libjvm.so "$pack"/runtime/lib/*.so ||
  echo "strip failed or is missing (binutils): the pack is larger than it need be" >&2
# Sines of vectors, fast sorting, and what only jlink and CDS read: the JVM does without.
rm -f "$pack"/runtime/lib/{libjsvml.so,libsimdsort.so,jrt-fs.jar,classlist}
cp target/tools/junit-platform-console-standalone-1.14.1.jar "$pack/jars"
# Not what the GPU tests have no use for: recipes, plots, progress bars, the other platforms' natives, test engines.
tr ':' '\n' < target/gpu-classpath | grep -E '/(jcuda|jcurand|jcusolver|jcusparse|jackson-core|picocli|openblas|javacpp|opentest4j|apiguardian)[^/]*\.jar$' |
  grep -vE 'natives.*-(windows|linux-(ppc|arm|aarch))|jcusparse-natives' | xargs cp -t "$pack/jars"
# Our own classes as jars, and all jars without what nothing here calls.
python3 - "$pack/jars" target/classes target/test-classes <<'PYTHON'
import os, re, sys, zipfile

unused = re.compile(
    r"libJNvPTXCompiler|libJNvrtc|libJCudaRuntime|libjniopenblas(_full)?\.so|openblas/global/openblas(_full)?\.class"
    r"|/include/|golden/torch"
)


def jar(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as to:
        for name, data in entries:
            if not unused.search(name):
                to.writestr(name, data)  # a folder, too: by its entry a class loader knows a package


jars, *folders = sys.argv[1:]
for name in os.listdir(jars):
    path = os.path.join(jars, name)
    with zipfile.ZipFile(path) as old:
        entries = [(entry.filename, old.read(entry)) for entry in old.infolist()]
    jar(path, entries)
for folder in folders:
    entries = []
    for at, _, names in os.walk(folder):
        if at != folder:
            entries.append((os.path.relpath(at, folder) + "/", b""))
        for file in (os.path.join(at, name) for name in sorted(names)):
            entries.append((os.path.relpath(file, folder), open(file, "rb").read()))
    jar(os.path.join(jars, "initium-" + os.path.basename(folder) + ".jar"), entries)
PYTHON
cp bench/gpu/run.sh bench/gpu/*.py "$pack"
git describe --always --dirty > "$pack/commit" 2> /dev/null || echo "an export of the sources" > "$pack/commit"
tar -C "$(dirname "$pack")" -czf "$pack.tar.gz" "$(basename "$pack")"
du --apparent-size -sB 1000000 "$pack" "$pack.tar.gz"
