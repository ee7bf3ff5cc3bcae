# SPDX-License-Identifier: Apache-2.0
"""The CPU's bars, each beside its peer in the same run, as a table for RESULTS.md.

    PYTHON=/path/to/python-with-torch python3 bench/bars.py [--turns N] [--only PARTS] [--publish]

It takes some ten minutes; --publish puts the table into RESULTS.md. What one thread computes is measured by processor time, the least of many fills; starts of processes by the clock, in
turns with the peer's, the median. On a machine that does something else the clock's rows mean nothing.
"""

import argparse
import os
import pathlib
import re
import statistics
import sys
import time

import report
import run as bench

BENCH = pathlib.Path(__file__).resolve().parent
OUT = BENCH / "out"


class Bars:
    def __init__(self, turns):
        OUT.mkdir(exist_ok=True)
        self.turns = turns
        self.machine = bench.Machine()
        if not self.machine.torch:
            sys.exit("bars: PYTHON has no torch, which is the peer of most rows")
        self.lines = []

    def java(self, main, *arguments, properties=(), env=None):
        command = [self.machine.java, *bench.FLAGS, f"-Dbench.grid={BENCH / 'grid.tsv'}", *properties]
        command += ["-cp", self.machine.classpath, f"org.initium.bench.{main}", *arguments]
        return bench.run(command, env=env)

    def row(self, what, must, aim, ours, detail, at_most=False):
        met = ours <= must if at_most else ours >= must
        hit = ours <= aim if at_most else ours >= aim
        verdict = "aim met" if hit else "met" if met else "**not met**"
        self.lines.append(f"| {what} | {must} | {aim} | {ours:.2f} | {verdict} | {detail} |")
        print(self.lines[-1], flush=True)

    def initium(self, *ids, threads=1):
        said = self.java("CpuTime", *ids, properties=[f"-Dinitium.threads={threads}"])
        return {line.split()[0]: float(line.split()[1]) for line in said.splitlines()}

    def torch(self, *ids):
        return self.machine.pytorch(["1", "--cpu-time", *ids])

    def first_fills(self):
        laws = ("constant", "uniform", "normal", "trunc_normal-2s")
        taken = {law: [] for law in laws}
        for _ in range(3 * self.turns):
            for law in laws:
                taken[law].append(self.java("FirstFill", f"{law}-1e7").split())
        for law, runs in taken.items():
            ratios = [float(first) / float(steady) for first, steady in runs]
            middle = sorted(runs, key=lambda r: float(r[0]))[len(runs) // 2]
            detail = f"first {middle[0]} ms, steady {middle[1]} ms (two threads)"
            self.row(f"first fill to steady, {law}", 1.5, 1.15, statistics.median(ratios), detail, True)

    def starts(self):
        cold = bench.measure_cold(self.machine, self.turns)
        medians = {name: statistics.median(times) for name, times in cold.items()}
        detail = f"PyTorch {medians['pytorch']:.2f} s, ours {medians['initium']:.2f} s"
        self.row("cold process to 1e7 normals", 5, 7, medians["pytorch"] / medians["initium"], detail)
        models = bench.measure_models(self.machine, self.turns)
        for model, must, aim in (("gpt2-124m", 6, 9), ("llama-1b-bf16", 8, 12)):
            theirs, ours = (statistics.median(models[f"{model}|{who}"]) for who in ("pytorch", "initium"))
            self.row(f"{model} cold, to a file in memory", must, aim, theirs / ours, f"PyTorch {theirs:.2f} s, ours {ours:.2f} s")

    def one_thread(self):
        names = "uniform normal trunc_normal-2s uniform-bf16 normal-bf16 uniform-f16 normal-f16 trunc_normal-bf16 uniform-f64 normal-f64"
        ids = [f"{name}-1e7" for name in names.split()] + ["sparse-2000", "sparse-4096"]
        ours = self.initium(*ids)
        theirs = self.torch("uniform-f64-1e7", "normal-f64-1e7", "sparse-2000", "sparse-4096")
        limits = bench.measure_limits(self.machine, 1)
        philox = limits["philox"]  # ns a word
        for law, must, aim in (("uniform", 0.7, 0.9), ("normal", 0.33, 0.5), ("trunc_normal-2s", 0.33, 0.5)):
            rate = 1e7 / ours[f"{law}-1e7"] / 1e6
            self.row(f"{law} of the rate of Philox", must, aim, rate * philox, f"{1 / rate:.2f} ns an element, a word by intrinsics {philox:.2f}")
        for half in ("bf16", "f16"):
            for law in ("uniform", "normal", "trunc_normal"):
                name = f"{law}-{half}-1e7"
                if name in ours:
                    full = ours[f"{law}-1e7" if law != "trunc_normal" else "trunc_normal-2s-1e7"]
                    self.row(f"{law} {half} to f32's time", 1.05, 0.9, ours[name] / full, f"{ours[name]:.2f} ms to {full:.2f} ms", True)
        for law in ("uniform", "normal"):
            name = f"{law}-f64-1e7"
            self.row(f"{law} f64 to PyTorch", 3, 5, theirs[name] / ours[name], f"PyTorch {theirs[name]:.1f} ms, ours {ours[name]:.1f} ms")
        for name in ("sparse-2000", "sparse-4096"):
            self.row(f"{name} to PyTorch", 25, 40, theirs[name] / ours[name], f"PyTorch {theirs[name]:.1f} ms, ours {ours[name]:.2f} ms")
        self.mkl(ours)

    def mkl(self, ours):
        said = self.java("MklTime", str(OUT / "mkl"), env=dict(os.environ, MKL_THREADING_LAYER="GNU"))
        times = [line.split("|") for line in said.splitlines()]
        uniform = min(float(ms) for law, who, ms in times if law == "uniform" and who.startswith("philox"))
        gaussian = min((float(ms), f"{law} of {who}") for law, who, ms in times if law.startswith("gaussian"))
        self.row("uniform to oneMKL's Philox", 1, 1.2, uniform / ours["uniform-1e7"], f"oneMKL {uniform:.2f} ms, ours {ours['uniform-1e7']:.2f} ms")
        self.row("normal to oneMKL's fastest", 1, 1.3, gaussian[0] / ours["normal-1e7"], f"oneMKL {gaussian[0]:.2f} ms ({gaussian[1]}), ours {ours['normal-1e7']:.2f} ms")

    def two_threads(self):
        def wall(name, threads):
            return min(float(self.java("FirstFill", name, properties=[f"-Dinitium.threads={threads}"]).split()[1]) for _ in range(self.turns))

        for law in ("uniform", "normal"):
            one, two = wall(f"{law}-1e7", 1), wall(f"{law}-1e7", 2)
            self.row(f"{law}: two threads, of twice one", 0.9, 0.97, one / two / 2, f"{one:.2f} ms to {two:.2f} ms by the clock")
        limits = bench.measure_limits(self.machine, 2)
        store = max(limits["streaming-1e8"], limits["regular-1e8"])  # GB/s
        for law in ("constant", "uniform"):
            rate = 4e8 / wall(f"{law}-1e8", 2) / 1e6
            self.row(f"{law} 1e8, two threads, of the store limit", 0.9, 0.97, rate / store, f"{rate:.1f} of {store:.1f} GB/s")

    def torch_cpu(self):
        names = "uniform normal trunc_normal-2s uniform-bf16 normal-bf16 uniform-f64 normal-f64"
        ids = [f"{name}-1e7" for name in names.split()] + ["sparse-2000"]
        said = self.java("CpuTime", *ids, properties=["-Dinitium.threads=1", "-Dbench.generator=torch-cpu"])
        ours = {line.split()[0]: float(line.split()[1]) for line in said.splitlines()}
        theirs = self.torch(*ours)
        for name, milliseconds in ours.items():
            detail = f"PyTorch {theirs[name]:.1f} ms, ours {milliseconds:.1f} ms"
            self.row(f"torch-cpu {name}", 2, 3, theirs[name] / milliseconds, detail)


def main():
    parser = argparse.ArgumentParser(prog="bench/bars.py", description=__doc__)
    parser.add_argument("--turns", type=int, default=5, help="starts of each process (5)")
    parser.add_argument("--publish", action="store_true", help="put the table into bench/RESULTS.md")
    parser.add_argument("--only", default="", help="parts whose name matches: first_fills, starts, one_thread, two_threads, torch_cpu")
    chosen = parser.parse_args()
    bars = Bars(chosen.turns)
    about = report.machine(bars.machine.java, bars.machine.torch)
    for part in ("one_thread", "torch_cpu", "two_threads", "first_fills", "starts"):
        if re.search(chosen.only, part):
            begun = time.monotonic()
            getattr(bars, part)()
            bench.note(f"{part}: {time.monotonic() - begun:.0f} s")
    text = f"Measured {about['date']} with `bench/bars.py`, {chosen.turns} turns. CPU: {about['cpu']}.\n"
    text += f"Load: {about['load']}. {about['java']}. PyTorch {about['pytorch']} (pip).\n\n"
    text += "\n".join(["| what | must | aim | measured | | figures |", "|---|---|---|---|---|---|", *bars.lines]) + "\n"
    (OUT / "bars.md").write_text(text)
    if chosen.publish:
        report.publish(text, BENCH / "RESULTS.md", "<!-- bars -->", "<!-- end of bars -->")


if __name__ == "__main__":
    main()
