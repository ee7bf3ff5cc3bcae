# SPDX-License-Identifier: Apache-2.0
"""Measures grid.tsv, the cold starts and the whole models for every contender; see run.sh.

Contenders take turns (A B C A B C ...), each turn a process of its own, since torch's and OpenBLAS's
worker threads go on spinning for a while after a call. A figure is the median over all turns.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import report

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parent
OUT = BENCH / "out"
FLAGS = ["--enable-native-access=ALL-UNNAMED"]
REFERENCE_FLAGS = ["--enable-native-access=ALL-UNNAMED", "-Dinitium.native=off"]
GAP_SECONDS = 0.5
LIBTORCH_HAS_NO = {"trunc_normal"}
MODELS = {
    "gpt2-124m": ROOT / "examples/gpt2-124m.yaml",
    "llama-1b-bf16": BENCH / "models/llama-1b-bf16.yaml",
}


def options():
    parser = argparse.ArgumentParser(prog="bench/run.sh", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rows, one turn")
    parser.add_argument("--turns", type=int, help="turns of each contender (3; quick: 1)")
    parser.add_argument("--only", default="", help="rows whose id matches this regular expression")
    parser.add_argument("--threads", default="1,2", help="numbers of threads (1,2)")
    parser.add_argument("--contenders", default="", help="of initium,libtorch,pytorch,lapack")
    parser.add_argument("--no-models", action="store_true", help="leave out cold starts and models")
    parser.add_argument("--publish", action="store_true", help="write bench/RESULTS.md as well")
    chosen = parser.parse_args()
    chosen.turns = chosen.turns or (1 if chosen.quick else 3)
    return chosen


def jdk():
    """The java of a JDK >= 25, found as the launcher finds it."""
    homes = [os.environ.get("JAVA_HOME")]
    on_path = shutil.which("java")
    if on_path:
        homes.append(pathlib.Path(on_path).resolve().parent.parent)
    homes += sorted(pathlib.Path("/usr/lib/jvm").glob("*"))
    for home in filter(None, homes):
        release = pathlib.Path(home) / "release"
        version = re.search(r'JAVA_VERSION="(\d+)', release.read_text() if release.exists() else "")
        if version and int(version[1]) >= 25:
            return str(pathlib.Path(home) / "bin/java")
    sys.exit("bench: no JDK 25 or newer in JAVA_HOME, on PATH or in /usr/lib/jvm")


def run(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    if done.returncode != 0:
        words = " ".join(str(word) if len(str(word)) < 200 else "..." for word in command)
        said = done.stdout[-800:] + done.stderr[-800:]
        raise RuntimeError(f"exit {done.returncode}: {words}\n{said}")
    return done.stdout


class Machine:
    """What runs here: the JDK, the class path, a Python with torch if there is one."""

    def __init__(self):
        self.java = jdk()
        self.python = os.environ.get("PYTHON", sys.executable)
        self.torch = self.peer()
        mvn = ["mvn", "-q", "-B", "-ntp"]
        note("building")
        run([*mvn, "-f", ROOT / "pom.xml", "-Dmaven.test.skip=true", "install"])
        run([*mvn, "-f", BENCH / "pom.xml", "package"])
        libraries = (BENCH / "target/classpath").read_text().strip()
        self.classpath = f"{BENCH / 'target/initium-bench.jar'}:{libraries}"
        # The first run of libtorch with an empty JavaCPP cache crashes; later ones are sound.
        load = [self.java, *FLAGS, "-cp", self.classpath, "org.initium.bench.LibtorchFills"]
        if subprocess.run(load, capture_output=True).returncode != 0:
            run(load)

    def peer(self):
        """The version of PyTorch; a Python that has some of what is needed is told at once."""
        said = "import importlib.util as u; print(*[m for m in ('torch', 'numpy', 'safetensors') if not u.find_spec(m)])"
        try:
            missing = run([self.python, "-c", said]).split()
        except (RuntimeError, OSError) as failure:
            sys.exit(f"bench: {self.python} does not run ({failure}); set PYTHON to one that has torch and numpy")
        if "torch" in missing:
            note(f"{self.python} has no torch; set PYTHON to one that has: PyTorch is left out")
            return None
        if "numpy" in missing:
            sys.exit(f"bench: {self.python} has torch but no numpy, which saves its models; pip install numpy safetensors")
        if "safetensors" in missing:
            note(f"{self.python} has no safetensors; PyTorch's models are saved by hand")
        return run([self.python, "-c", "import torch; print(torch.__version__)"]).strip()

    def jmh(self, bench, ids, threads, quick, flags):
        """{id: [milliseconds]} of JMH, a fork for each row."""
        slow = "-w 1ms -wi 1 -r 1ms -i 2" if not quick else "-w 1ms -wi 1 -r 1ms -i 1"
        usual = "-w 500ms -wi 8 " + ("-r 200ms -i 3" if quick else "-r 300ms -i 5")
        results = {}
        for large in (False, True):
            part = [i for i in ids if ("4096" in i and "orthogonal" in i) == large]
            if not part:
                continue
            with tempfile.TemporaryDirectory() as folder:
                file = pathlib.Path(folder) / "jmh.json"
                jvm = " ".join([*flags, f"-Dbench.grid={BENCH / 'grid.tsv'}", f"-Dinitium.threads={threads}"])
                command = [self.java, "-cp", self.classpath, "org.openjdk.jmh.Main"]
                command += [rf"\.{bench}\.fill$", "-p", "id=" + ",".join(part), "-f", "1"]
                command += ["-rf", "json", "-rff", str(file), "-jvmArgs", jvm]
                said = run(command + (slow if large else usual).split())
                for result in json.loads(file.read_text()):
                    samples = [t for fork in result["primaryMetric"]["rawData"] for t in fork]
                    results[result["params"]["id"]] = samples
            for row in (i for i in part if i not in results):
                why = re.findall(r"^[\w.]*(?:Exception|Error).*", said, re.M)
                note(f"{bench} gave nothing for {row}: {why[-1] if why else said[-300:]}")
        return results

    def pytorch(self, arguments):
        return json.loads(run([self.python, BENCH / "torch_twin.py", *arguments]))


def note(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def turn(machine, contender, rows, threads, quick):
    """One contender's turn at some rows."""
    ids = [row.id for row in rows]
    if contender == "initium":
        warm = [row.id for row in rows if row.mode != "scalar"]
        scalar = [row.id for row in rows if row.mode == "scalar"]
        results = machine.jmh("InitiumBench", warm, threads, quick, FLAGS)
        return results | machine.jmh("InitiumBench", scalar, threads, quick, REFERENCE_FLAGS)
    if contender == "libtorch":
        has = [row.id for row in rows if row.head not in LIBTORCH_HAS_NO]
        return machine.jmh("LibtorchBench", has, threads, quick, FLAGS)
    if contender == "lapack":
        qr = [row.id for row in rows if "qr" in row.id]
        return machine.jmh("LapackBench", qr, threads, quick, FLAGS)
    return machine.pytorch([str(threads), *(["--quick"] if quick else []), *ids])


def measure_grid(machine, chosen, rows):
    contenders = [c for c in chosen.contenders.split(",") if c]
    if not contenders:
        contenders = ["initium", "pytorch", "libtorch", "lapack"]
        if chosen.quick:
            contenders = ["initium", "pytorch" if machine.torch else "libtorch"]
    if not machine.torch:
        contenders = [c for c in contenders if c != "pytorch"]
    figures = collections.defaultdict(list)
    groups = collections.defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    for number in range(chosen.turns):
        for threads in map(int, chosen.threads.split(",")):
            for group, members in groups.items():
                for contender in contenders:
                    note(f"turn {number + 1} of {chosen.turns}, {threads} threads, {group}: {contender}")
                    time.sleep(GAP_SECONDS)
                    try:
                        results = turn(machine, contender, members, threads, chosen.quick)
                    except RuntimeError as failure:
                        note(f"{contender} failed: {failure}")
                        continue
                    for name, samples in results.items():
                        figures[f"{name}|{threads}|{contender}"] += samples
                    (OUT / "samples.json").write_text(json.dumps(figures))
    return dict(figures)


def measure_limits(machine, threads):
    compiler = next(filter(shutil.which, ("cc", "gcc", "clang")), None)
    limits = {}
    if compiler:
        program = OUT / "limits"
        run([compiler, "-O3", "-march=native", "-pthread", BENCH / "limits.c", "-o", program])
        limits = json.loads(run([program, str(threads)]))
    else:
        note("no C compiler: the limits of the memory are not measured")
    if machine.torch:
        limits["sgemm"] = statistics.median(machine.pytorch([str(threads), "--sgemm"])["sgemm"])
    return limits


def timed(command):
    start = time.perf_counter()
    run(command)
    return time.perf_counter() - start


def measure_cold(machine, turns):
    """Seconds from the start of a process that makes 1e7 normals to its end."""
    java = [machine.java, *FLAGS, "-cp", machine.classpath]
    cache = OUT / "cold.aot"
    run([*java[:-2], f"-XX:AOTCacheOutput={cache}", *java[-2:], "org.initium.bench.ColdStart"])
    contenders = {
        "initium": [*java, "org.initium.bench.ColdStart"],
        "initium-aot": [*java[:-2], f"-XX:AOTCache={cache}", *java[-2:], "org.initium.bench.ColdStart"],
    }
    if machine.torch:
        contenders["pytorch"] = [machine.python, "-c", "import torch; torch.empty(10**7).normal_()"]
    figures = collections.defaultdict(list)
    for _ in range(turns):
        for name, command in contenders.items():
            time.sleep(GAP_SECONDS)
            figures[name].append(timed(command))
    return dict(figures)


def measure_models(machine, turns):
    """Seconds for a whole model into a file, each in a fresh process; the files' sizes must agree."""
    folder = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    run([ROOT / "initium", "--version"])
    figures = collections.defaultdict(list)
    with tempfile.TemporaryDirectory(dir=folder) as out:
        for _ in range(turns):
            for model, recipe in MODELS.items():
                ours, theirs = f"{out}/initium.safetensors", f"{out}/pytorch.safetensors"
                time.sleep(GAP_SECONDS)
                figures[f"{model}|initium"].append(
                    timed([ROOT / "initium", "init", recipe, "--out", ours, "--seed", "1"])
                )
                if machine.torch:
                    time.sleep(GAP_SECONDS)
                    figures[f"{model}|pytorch"].append(
                        timed([machine.python, BENCH / "model_twin.py", model, theirs])
                    )
                    sizes = [tensor_bytes(path) for path in (ours, theirs)]
                    if sizes[0] != sizes[1]:
                        raise RuntimeError(f"{model}: the files hold {sizes[0]} and {sizes[1]} bytes")
                    os.remove(theirs)
                os.remove(ours)
    return dict(figures)


def tensor_bytes(path):
    with open(path, "rb") as file:
        header = int.from_bytes(file.read(8), "little")
    return os.path.getsize(path) - 8 - header


def main():
    chosen = options()
    OUT.mkdir(exist_ok=True)
    machine = Machine()
    rows = [row for row in report.rows(BENCH / "grid.tsv") if re.search(chosen.only, row.id)]
    if chosen.quick:
        rows = [row for row in rows if row.quick]
    threads = [int(t) for t in chosen.threads.split(",")]
    results = {"quick": chosen.quick, "turns": chosen.turns, "threads": threads}
    results["machine"] = report.machine(machine.java, machine.torch)
    results["limits"] = {str(t): measure_limits(machine, t) for t in threads}
    results["grid"] = measure_grid(machine, chosen, rows)
    if not chosen.no_models:
        results["cold"] = measure_cold(machine, 3 if chosen.quick else 5)
        results["models"] = measure_models(machine, 1 if chosen.quick else 3)
    (OUT / "results.json").write_text(json.dumps(results, indent=1))
    text = report.text(results, rows)
    (OUT / "results.md").write_text(text)
    print(text)
    if chosen.publish:
        report.publish(text, BENCH / "RESULTS.md")


if __name__ == "__main__":
    main()
