#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""DJL's own initializers beside ours in its arrays: six Linear 4096 x 4096, 100.7 million f32 parameters.

    mvn -q install -DskipTests && mvn -q -f adapters/pom.xml -pl djl -am test-compile
    python3 bench/engines.py [--turns N] [--laws uniform,...]   3 turns take two minutes on two idle cores

Each figure is of a fresh JVM in which libtorch is loaded; the first call has allocation, first touch and our classes in
it, the third is steady. Contenders take turns; a ratio is DJL's median by ours, by the clock and by the processor's time
of all threads together. On a machine that does something else the clock means nothing.

A virtual machine may give free memory back to its host (virtio-balloon's page reporting: all that lies in runs of 2 MB,
within some seconds), and wait for it when it is touched again, which costs more than all else here. So a process
touches a gigabyte just before each run's first call, and each side finds memory that the machine has. Without that:
--cold.
"""
import argparse
import mmap
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DJL = ROOT / "adapters/djl"
BARS = {"uniform": 2.5, "normal": 2.5, "truncated_normal": 8}
CALLS = 3
TOUCHED = 1 << 30
HUGE = 2 << 20


def classpath():
    """What the adapter's tests run with."""
    file = DJL / "target/bench.classpath"
    if not (DJL / "target/test-classes/org/initium/djl/DjlTime.class").exists():
        sys.exit("engines: build first: mvn -q -f adapters/pom.xml -pl djl -am test-compile")
    subprocess.run(
        ["mvn", "-q", "-o", "-B", "-ntp", "-f", str(ROOT / "adapters/pom.xml"), "-pl", "djl", "-am", "compile",
         "dependency:build-classpath", "-DincludeScope=test", f"-Dmdep.outputFile={file}"], check=True)
    return os.pathsep.join([str(DJL / "target/test-classes"), str(DJL / "target/classes"), file.read_text().strip()])


def touch():
    """Has the machine's host give it memory, which is free again when this returns."""
    with mmap.mmap(-1, TOUCHED + HUGE) as memory:
        memory.madvise(mmap.MADV_HUGEPAGE)
        for at in range(0, len(memory), mmap.PAGESIZE):
            memory[at] = 1


def calls(java, path, law, side, cold):
    env = dict(os.environ, OPT_OUT_TRACKING="true", DJL_CACHE_DIR=str(DJL / "target/djl"))
    command = [java, "-Dai.djl.offline=true", "--enable-native-access=ALL-UNNAMED", "-cp", path,
               "org.initium.djl.DjlTime", law, side, str(CALLS)]
    with tempfile.TemporaryFile("w+") as errors, subprocess.Popen(
            command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True) as run:
        if run.stdout.readline().strip() == "ready" and not cold:
            touch()
        lines = run.communicate("\n")[0].splitlines()
        if run.returncode:
            errors.seek(0)
            sys.exit(f"engines: {law} by {side} ended with {run.returncode}:\n{errors.read()}")
    return [tuple(map(float, line.split())) for line in lines]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--laws", default=",".join(BARS))
    parser.add_argument("--cold", action="store_true", help="memory as the machine has it, or has not")
    parser.add_argument("--classpath", help="instead of Maven's")
    options = parser.parse_args()
    home = os.environ.get("JAVA_HOME_25") or os.environ.get("JAVA_HOME")
    java = str(pathlib.Path(home) / "bin/java") if home else shutil.which("java")
    path = options.classpath or classpath()
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    print("| law | call | DJL ms, clock (processor) | ours | ratio, clock | ratio, processor | bar |")
    print("|---|---|---|---|---|---|---|")
    for law in options.laws.split(","):
        runs = {"djl": [], "ours": []}
        for _ in range(options.turns):
            for side in runs:
                runs[side].append(calls(java, path, law, side, options.cold))
        for call in (0, CALLS - 1):
            clock, processor = ({side: statistics.median(run[call][i] for run in runs[side]) for side in runs} for i in (0, 1))
            print("| {} | {} | {:.0f} ({:.0f}) | {:.0f} ({:.0f}) | {:.2f} | {:.2f} | {} |".format(
                law, "first" if call == 0 else "steady", clock["djl"], processor["djl"], clock["ours"], processor["ours"],
                clock["djl"] / clock["ours"], processor["djl"] / processor["ours"], BARS[law] if call == 0 else ""), flush=True)


if __name__ == "__main__":
    main()
