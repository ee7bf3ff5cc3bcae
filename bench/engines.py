#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""DJL's own initializers beside ours in its arrays: six Linear 4096 x 4096, 100.7 million f32 parameters.

    mvn -q install -DskipTests && mvn -q -f adapters/pom.xml -pl djl -am test-compile
    python3 bench/engines.py [--turns N]          3 turns take four minutes on two idle cores

Each figure is of a fresh JVM in which libtorch is loaded; the first call has allocation, first touch and our classes in
it, the third is steady. Contenders take turns; a ratio is DJL's median by ours, by the clock and by the processor's time
of all threads together. On a machine that does something else the clock means nothing, unless this has its processors
first (Linux: chrt -f 1 python3 ...).

"ours, 4 KiB" is ours in a process that gets no huge pages from Linux: what they cost or save here. A virtual machine
that gives free memory back to its host (Firecracker's page reporting) waits for it at the next first touch (decision
0029). The first table is of memory that was touched and freed right before each process's first call, the second of
what there is after a pause; the bars are for the first, since the second measures the host.
"""
import argparse
import ctypes
import mmap
import os
import pathlib
import statistics
import subprocess
import sys
import time

import run

ROOT = pathlib.Path(__file__).resolve().parent.parent
DJL = ROOT / "adapters/djl"
BARS = {"uniform": 2.5, "normal": 2.5, "truncated_normal": 8}
CALLS = 3
TOUCHED = 3 << 29  # bytes, of which the first call takes 403 MB
PAUSE = 5  # seconds
NO_HUGE_PAGES = 41  # prctl's PR_SET_THP_DISABLE


def classpath():
    """What the adapter's tests run with."""
    file = DJL / "target/bench.classpath"
    if not (DJL / "target/test-classes/org/initium/djl/DjlTime.class").exists():
        sys.exit("engines: build first: mvn -q -f adapters/pom.xml -pl djl -am test-compile")
    subprocess.run(
        ["mvn", "-q", "-o", "-B", "-ntp", "-f", str(ROOT / "adapters/pom.xml"), "-pl", "djl", "-am", "compile",
         "dependency:build-classpath", "-DincludeScope=test", f"-Dmdep.outputFile={file}"], check=True)
    return os.pathsep.join([str(DJL / "target/test-classes"), str(DJL / "target/classes"), file.read_text().strip()])


def small_pages():
    """For this process and what it becomes."""
    if ctypes.CDLL(None).prctl(NO_HUGE_PAGES, 1, 0, 0, 0):
        raise OSError("prctl(PR_SET_THP_DISABLE) failed")


def touch():
    """Has the host give this machine the memory that the next first touch gets: Linux hands out first what was freed
    last, and tells the host of free memory after two seconds."""
    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
    with mmap.mmap(-1, TOUCHED, **private) as memory:
        if hasattr(mmap, "MADV_HUGEPAGE"):
            memory.madvise(mmap.MADV_HUGEPAGE)
        memory[::mmap.PAGESIZE] = bytes(TOUCHED // mmap.PAGESIZE)


def calls(java, path, law, side, prepare):
    env = dict(os.environ, OPT_OUT_TRACKING="true", DJL_CACHE_DIR=str(DJL / "target/djl"))
    command = [java, "-Dai.djl.offline=true", "--enable-native-access=ALL-UNNAMED", "-cp", path, "org.initium.djl.DjlTime",
               law, side.split(",")[0], str(CALLS)]
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          preexec_fn=small_pages if side.endswith("4 KiB") else None) as process:
        process.stdout.readline()  # libtorch is loaded
        prepare()
        out, error = process.communicate("go\n")
    if process.returncode:
        sys.exit(f"engines: {law} by {side} ended with {process.returncode}:\n{error}")
    return [tuple(map(float, line.split())) for line in out.splitlines()]


def table(java, path, turns, prepare):
    print("| law | call | DJL ms, clock (processor) | ours | ours, 4 KiB | ratio, clock | ratio, processor | bar |")
    print("|---|---|---|---|---|---|---|---|")
    for law, bar in BARS.items():
        runs = {"djl": [], "ours": [], "ours, 4 KiB": []}
        for _ in range(turns):
            for side in runs:
                runs[side].append(calls(java, path, law, side, prepare))
        for call in (0, CALLS - 1):
            clock, processor = ({side: statistics.median(run[call][i] for run in runs[side]) for side in runs} for i in (0, 1))
            print("| {} | {} | {} | {:.2f} | {:.2f} | {} |".format(
                law, "first" if call == 0 else "third", " | ".join(f"{clock[s]:.0f} ({processor[s]:.0f})" for s in runs),
                clock["djl"] / clock["ours"], processor["djl"] / processor["ours"], bar if call == 0 else ""), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--classpath", help="instead of Maven's")
    options = parser.parse_args()
    java = run.jdk()
    path = options.classpath or classpath()
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    print("\nIn memory that the machine has:\n")
    table(java, path, options.turns, touch)
    print("\nIn memory that a virtual machine has to ask its host for, if it gives free memory back:\n")
    table(java, path, options.turns, lambda: time.sleep(PAUSE))


if __name__ == "__main__":
    main()
