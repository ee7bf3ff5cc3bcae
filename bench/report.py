# SPDX-License-Identifier: Apache-2.0
"""The tables that run.py prints, and bench/RESULTS.md."""

import dataclasses
import datetime
import math
import os
import pathlib
import re
import statistics
import subprocess

BYTES = {"f32": 4, "bf16": 2, "f16": 2, "f64": 8}
BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"


@dataclasses.dataclass
class Row:
    id: str
    group: str
    expression: str
    shape: str
    dtype: str
    mode: str
    bars: list
    quick: bool

    @property
    def head(self):
        return self.expression.split("(")[0]

    @property
    def elements(self):
        return math.prod(map(int, self.shape.split(",")))

    @property
    def bytes(self):
        return BYTES[self.dtype] * self.elements


def rows(path):
    for line in path.read_text().splitlines():
        if not line.startswith("#"):
            name, group, expression, shape, dtype, mode, *bars, when = line.split("\t")
            yield Row(name, group, expression, shape, dtype, mode, bars, when == "quick")


def machine(java, torch):
    cpu = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    flags = pathlib.Path("/proc/cpuinfo").read_text()
    simd = "AVX-512" if "avx512f" in flags else "AVX2" if " avx2 " in flags else "no AVX2"
    version = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    return {
        "date": datetime.date.today().isoformat(),
        "cpu": f"{cpu[1] if cpu else 'unknown'}, {os.cpu_count()} cores, {simd}",
        "java": version.splitlines()[1] if version else "unknown",
        "pytorch": torch or "not there",
        "libtorch": "org.bytedeco:pytorch 2.10.0-1.5.13",
        "load": f"{os.getloadavg()[0]:.1f} before the run",
    }


def number(value, unit=""):
    return "–" if value is None else f"{value:.3g}{unit}" if value < 1000 else f"{value:.0f}{unit}"


def verdict(ratio, bars):
    must, aim = (float(bar) if bar != "-" else None for bar in bars)
    if ratio is None or must is None:
        return ""
    bar = f"{must:g}" + (f" / {aim:g}" if aim else "")
    if ratio < must:
        return f"{bar}: below"
    return f"{bar}: " + ("aim" if aim and ratio >= aim else "must")


def median(figures, name, threads, contender):
    samples = figures.get(f"{name}|{threads}|{contender}")
    return statistics.median(samples) if samples else None


def limit(row, limits):
    """ms below which this machine cannot fill a row: the dearest of its stores, its words, its products."""
    size = "1e8" if row.bytes > 1e8 else "1e7"
    stores = [limits[k] for k in (f"regular-{size}", f"streaming-{size}") if k in limits]
    parts = [row.bytes / max(stores) / 1e6] if stores else []
    if "orthogonal" in row.id:
        parts += [flops(row) / limits["sgemm"] / 1e6] if "sgemm" in limits else []
    elif row.head not in ("constant", "eye", "dirac", "sparse"):
        parts += [row.elements * limits["philox"] / 1e6] if "philox" in limits else []
    return max(parts, default=None)


def grid_table(results, wanted, threads):
    figures = results["grid"]
    limits = results["limits"][str(threads)]
    yield f"### {threads} thread" + ("s" if threads > 1 else "")
    yield ""
    yield "| row | Initium ms | PyTorch ms | libtorch ms | ratio to the faster | bar: must / aim | limit ms | ratio at the limit | GB/s |"
    yield "|---|---:|---:|---:|---:|---|---:|---:|---:|"
    for row in wanted:
        ours = median(figures, row.id, threads, "initium")
        peers = [median(figures, row.id, threads, peer) for peer in ("pytorch", "libtorch")]
        known = [peer for peer in peers if peer is not None]
        ratio = min(known) / ours if known and ours else None
        bars = row.bars[:2] if threads == 1 else row.bars[2:]
        rate = row.bytes / ours / 1e6 if ours else None
        least = limit(row, limits)
        best = min(known) / least if known and least else None
        cells = [row.id, number(ours), *map(number, peers), number(ratio), verdict(ratio, bars)]
        cells += [number(least), number(best), number(rate)]
        yield "| " + " | ".join(cells) + " |"
    yield ""


def flops(row):
    """Of QR and of forming Q, at the least: 2 m n^2 - 2/3 n^3 each."""
    sides = sorted(map(int, row.shape.split(",")), reverse=True)
    m, n = sides
    once = 2 * m * n * n - 2 / 3 * n**3
    return once * (1 if "householder" in row.id else 2)


def orthogonal_table(results, wanted):
    chosen = [row for row in wanted if "orthogonal" in row.id]
    if not chosen:
        return
    yield "### Orthogonal and the rate of sgemm"
    yield ""
    yield "Useful GF/s (2 m n² − ⅔ n³ for the factorization and again for Q; normals and rounding unpaid), and the share of torch.mm's rate at 2048."
    yield "LAPACK is the rejected variant: sgelqf and sorglq of the same OpenBLAS."
    yield ""
    yield "| row | threads | GF/s | of sgemm | LAPACK ms | Initium ms |"
    yield "|---|---:|---:|---:|---:|---:|"
    for row in chosen:
        for threads in results["threads"]:
            ours = median(results["grid"], row.id, threads, "initium")
            lapack = median(results["grid"], row.id, threads, "lapack")
            gemm = results["limits"][str(threads)].get("sgemm")
            rate = flops(row) / ours / 1e6 if ours else None
            share = f"{rate / gemm:.2f}" if rate and gemm else "–"
            yield f"| {row.id} | {threads} | {number(rate)} | {share} | {number(lapack)} | {number(ours)} |"
    yield ""


def limits_table(results):
    yield "### Measured limits"
    yield ""
    yield "A row's limit is the dearest of: its bytes at the best store rate of its size, one word of Philox by intrinsics for each element that"
    yield "draws one, the useful operations of an orthogonal one at torch.mm's rate. What else a fill does (logarithms, sines, rounding) is not in it."
    yield ""
    yield "| threads | regular stores, 40 MB | non-temporal, 40 MB | regular, 400 MB | non-temporal, 400 MB | Philox, a word | torch.mm 2048 |"
    yield "|---:|---:|---:|---:|---:|---:|---:|"
    for threads, limits in results["limits"].items():
        keys = ("regular-1e7", "streaming-1e7", "regular-1e8", "streaming-1e8")
        cells = [number(limits.get(key), " GB/s") for key in keys]
        cells += [number(limits.get("philox"), " ns"), number(limits.get("sgemm"), " GF/s")]
        yield f"| {threads} | " + " | ".join(cells) + " |"
    yield ""


def cold_table(results):
    if "cold" not in results:
        return
    yield "### Cold processes (seconds, wall clock, medians)"
    yield ""
    yield "| what | Initium | PyTorch | ratio |"
    yield "|---|---:|---:|---:|"
    cold = {name: statistics.median(times) for name, times in results["cold"].items()}
    torch = cold.get("pytorch")
    for name, what in (("initium", "1e7 normals, plain java"), ("initium-aot", "1e7 normals, AOT cache as the launcher's")):
        ratio = torch / cold[name] if torch else None
        yield f"| {what} | {number(cold[name])} | {number(torch)} | {number(ratio)} |"
    models = {name: statistics.median(times) for name, times in results["models"].items()}
    for name in dict.fromkeys(key.split("|")[0] for key in models):
        ours, torch = models[f"{name}|initium"], models.get(f"{name}|pytorch")
        ratio = torch / ours if torch else None
        yield f"| {name} to safetensors (bar 3) | {number(ours)} | {number(torch)} | {number(ratio)} |"
    yield ""


def text(results, wanted):
    about = results["machine"]
    lines = [f"Measured {about['date']} with `bench/run.sh{' --quick' if results['quick'] else ''}`, {results['turns']} turns."]
    lines += [f"CPU: {about['cpu']}. Load: {about['load']}. {about['java']}."]
    lines += [f"Peers: PyTorch {about['pytorch']} (pip), libtorch in-process ({about['libtorch']}).", ""]
    lines += limits_table(results)
    for threads in results["threads"]:
        lines += grid_table(results, wanted, threads)
    lines += orthogonal_table(results, wanted)
    lines += cold_table(results)
    return "\n".join(lines) + "\n"


def publish(text, path, begin=BEGIN, end=END):
    """Replaces a measured part of RESULTS.md; the notes around it stay."""
    before, rest = path.read_text().split(begin)
    after = rest.split(end)[1]
    path.write_text(before + begin + "\n" + text + end + after)
