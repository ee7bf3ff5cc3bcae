#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PyTorch's fills and ours with torch-cpu in the same run: seconds (median) and their ratio.

    python3 bench/torch-cpu/torch_cpu.py --classpath target/classes:... [--threads 2]

The two take turns in processes of their own, row by row. The bar is 1.5.
"""
import argparse
import os
import statistics
import subprocess
import sys
import time

import torch

DTYPES = {"f32": torch.float32, "f64": torch.float64, "f16": torch.float16, "bf16": torch.bfloat16}
ROWS = [("uniform", dict(a=-1.0, b=1.0), "10000000", d) for d in DTYPES]
ROWS += [("normal", dict(mean=0.0, std=0.02), "10000000", d) for d in DTYPES]
ROWS += [("trunc_normal", dict(mean=0.0, std=1.0, a=-2.0, b=2.0), "4000000", d) for d in ("f32", "bf16")]
ROWS += [("trunc_normal", dict(mean=0.0, std=0.02, a=-2.0, b=2.0), "4000000", "f32"),
         ("trunc_normal", dict(mean=0.0, std=1.0, a=-0.3, b=0.3), "4000000", "f32"),
         ("sparse", dict(sparsity=0.9), "1000,1000", "f32")]
REPEATS = 7
BAR = 1.5


def theirs(name, args, shape, dtype):
    tensor = torch.zeros([int(s) for s in shape.split(",")], dtype=DTYPES[dtype])
    fill = getattr(torch.nn.init, name + "_")
    seconds = []
    for _ in range(REPEATS + 1):
        torch.manual_seed(42)
        start = time.perf_counter()
        fill(tensor, **args)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


def ours(options, expression, shape, dtype):
    command = [options.java, "--enable-native-access=ALL-UNNAMED",
               "-Dinitium.threads=%d" % options.threads, "-cp", options.classpath,
               os.path.join(os.path.dirname(__file__), "TorchCpuBench.java"),
               "%s|%s|%s|%d" % (expression, dtype, shape, REPEATS)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--classpath", required=True)
    parser.add_argument("--java", default="java")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print("torch %s, %d threads; milliseconds, median of %d" % (torch.__version__, options.threads, REPEATS))
    print("%-55s %-5s %9s %9s %7s" % ("fill", "dtype", "PyTorch", "Initium", "ratio"))
    missed = 0
    for name, args, shape, dtype in ROWS:
        expression = "%s(%s)" % (name, ", ".join("%s=%r" % pair for pair in args.items()))
        peer, own = theirs(name, args, shape, dtype), ours(options, expression, shape, dtype)
        missed += peer / own < BAR
        print("%-55s %-5s %9.2f %9.2f %6.2fx" % (expression + " " + shape, dtype, peer * 1e3, own * 1e3, peer / own), flush=True)
    print("%d of %d rows below %.1fx" % (missed, len(ROWS), BAR))
    sys.exit(1 if missed else 0)


main()
