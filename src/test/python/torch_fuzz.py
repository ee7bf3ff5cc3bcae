#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares torch-cpu numbers with PyTorch's own on random cases.

    mvn -q test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
    python3 src/test/python/torch_fuzz.py --cases 10000 --seed 1 --classpath target/...

A case is a seed and one to four calls of torch.nn.init in a row on one generator, each with random
arguments, shape, dtype and memory (contiguous, or a view), and then one torch.rand and one
torch.randn, which show the state that the generator is left in. The same calls are made by
org.initium.torch.TorchReplay. All must be equal to the bit, but for f64 normals (torch calls the
C library) and orthogonal (another QR). The worst differences of those are printed at the end.
"""
import argparse
import json
import math
import random
import subprocess
import sys
import warnings

import numpy
import torch

DTYPES = {"f32": torch.float32, "f64": torch.float64, "f16": torch.float16, "bf16": torch.bfloat16}
ORTHOGONAL = {"f32": 1e-5, "f64": 1e-12}  # of entries, before the gain
ULPS = 4  # of f64 normals: two, but for some two of 100,000
NONLINEARITIES = ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]


def shape_of(rng, least=0, most=5, limit=6000):
    if least <= 1 and rng.random() < 0.15:  # around blocks of 16, and around our chunks
        return [rng.choice([1, 2, 15, 16, 17, 31, 32, 33, 48, 49, 624, 16383, 16384, 16385, 16399, 40000])]
    while True:
        shape = [rng.choice([1, 2, 3, 4, 5, 7, 8, 16, 17, 30, 64]) for _ in range(rng.randint(least, most))]
        if math.prod(shape) <= limit:
            return shape


def view_of(rng, shape):
    """A larger shape, and the narrow and strided cuts that leave the given one of it."""
    base, cuts = list(shape), []
    for d in range(len(shape)):
        if rng.random() < 0.5:
            step = rng.choice([1, 1, 2, 3])
            start = rng.randint(0, 2)
            base[d] = start + step * shape[d] + rng.randint(0, 2) - (step - 1)
            cuts.append([d, start, step])
    return base, cuts


def number(rng, low, high):
    return rng.choice([low, high, round(rng.uniform(low, high), 2), rng.uniform(low, high)])


def truncated(rng):
    mean, std = number(rng, -2.0, 2.0), rng.choice([0.02, 0.5, 1.0, 2.0, rng.uniform(0.01, 3)])
    a = mean + std * rng.uniform(-4, 3)
    width = std * rng.choice([0.1, 1.0, 3.0, rng.uniform(0.05, 5)])
    return dict(mean=mean, std=std, a=a, b=a + max(width, abs(a) / 64))  # with a value of bf16 between them


def arguments(rng, name, shape):
    if name == "uniform":
        a = number(rng, -3.0, 3.0)
        return dict(a=a, b=a + rng.choice([0.0, 1.0, 0.1, rng.uniform(0, 4)]))
    if name == "normal":
        return dict(mean=rng.choice([0.0, number(rng, -3.0, 3.0)]), std=rng.choice([0.0, 1.0, 0.02, rng.uniform(0, 3)]))
    if name == "trunc_normal":
        return truncated(rng)
    if name == "constant":
        return dict(val=number(rng, -3.0, 3.0))
    if name == "dirac":
        return dict(groups=rng.choice([g for g in range(1, shape[0] + 1) if shape[0] % g == 0]))
    if name.startswith("xavier"):
        return dict(gain=number(rng, 0.1, 3.0))
    if name.startswith("kaiming"):
        return dict(a=number(rng, 0.0, 1.0), mode=rng.choice(["fan_in", "fan_out"]), nonlinearity=rng.choice(NONLINEARITIES))
    if name == "orthogonal":
        return dict(gain=number(rng, 0.1, 3.0))
    if name == "sparse":
        return dict(sparsity=number(rng, 0.0, 1.0), std=number(rng, 0.01, 2.0))
    return {}


RANKS = {"eye": (2, 2), "dirac": (3, 5), "xavier_uniform": (2, 5), "xavier_normal": (2, 5), "kaiming_uniform": (2, 5),
         "kaiming_normal": (2, 5), "orthogonal": (2, 4), "sparse": (2, 2)}
NAMES = ["uniform", "normal", "trunc_normal"] * 3 + ["constant", "ones", "zeros"] + list(RANKS)


def call(rng):
    name = rng.choice(NAMES)
    shape = shape_of(rng, *RANKS.get(name, (0, 5)))
    dtypes = ["f32", "f64"] if name == "orthogonal" else list(DTYPES)  # torch has no 16-bit QR
    made = dict(name=name, dtype=rng.choice(dtypes), shape=shape, args=arguments(rng, name, shape), base=shape, cuts=[])
    if rng.random() < 0.25 and (name != "orthogonal" or len(shape) == 2):  # torch reshapes no view
        made["base"], made["cuts"] = view_of(rng, shape)
    return made


def bits(tensor):
    return tensor.detach().clone(memory_format=torch.contiguous_format).reshape(-1).view(torch.uint8).numpy().tobytes()


def fill(made):
    tensor = torch.zeros(made["base"], dtype=DTYPES[made["dtype"]])
    for d, start, step in made["cuts"]:
        index = [slice(None)] * tensor.dim()
        index[d] = slice(start, start + step * (made["shape"][d] - 1) + 1, step)
        tensor = tensor[tuple(index)]
    getattr(torch.nn.init, made["name"] + "_")(tensor, **made["args"])
    return tensor


def expression(made):
    args = ["%s=%s" % (k, v if isinstance(v, str) else repr(v)) for k, v in made["args"].items()]
    return "%s(%s)" % (made["name"], ", ".join(args))


class Worst:
    """The largest differences of the fills that need not be equal."""

    def __init__(self):
        self.ulps = [0] * (ULPS + 1)
        self.orthogonal = dict.fromkeys(ORTHOGONAL, 0.0)

    def __str__(self):
        return "f64 normals off by 0, 1, ... ulp: %s; orthogonal: %s" % (
            ", ".join(map(str, self.ulps)), ", ".join("%s %.1e" % of for of in self.orthogonal.items()))


def wrong(made, theirs, ours, worst):
    """Why two results differ by more than they may; None if they do not."""
    if len(bits(theirs)) != len(ours):
        return "%d bytes, ours %d" % (len(bits(theirs)), len(ours))
    kind = {"f32": numpy.float32, "f64": numpy.float64}.get(made["dtype"], numpy.uint8)
    x, y = numpy.frombuffer(bits(theirs), kind), numpy.frombuffer(ours, kind)
    if made["name"] == "orthogonal":
        most = float(numpy.abs(x - y).max()) / made["args"]["gain"]
        worst.orthogonal[made["dtype"]] = max(worst.orthogonal[made["dtype"]], most)
        return None if most <= ORTHOGONAL[made["dtype"]] else "off by %g" % most
    if made["dtype"] == "f64" and ("normal" in made["name"] or made["name"] == "sparse"):
        # ulps of the value, or of its distance from the mean where that is larger
        scale = numpy.maximum(numpy.abs(x), numpy.abs(x - made["args"].get("mean", 0.0)))
        ulps = numpy.ceil(numpy.abs(x - y) / numpy.spacing(scale)).astype(int)
        if ulps.max() > ULPS:
            at = int(numpy.argmax(ulps))
            return "[%d]: %r, ours %r" % (at, x[at], y[at])
        for k, count in enumerate(numpy.bincount(ulps)):
            worst.ulps[k] += int(count)
        return None
    if bits(theirs) == ours:
        return None
    x, y = numpy.frombuffer(bits(theirs), numpy.uint8), numpy.frombuffer(ours, numpy.uint8)
    at = int(numpy.argmax(x != y)) // theirs.element_size()
    count = int((x != y).reshape(-1, theirs.element_size()).any(axis=1).sum())
    return "%d of %d differ, first [%d]" % (count, theirs.numel(), at)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--java", default="java")
    parser.add_argument("--classpath", required=True)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    capability = torch.backends.cpu.get_cpu_capability()
    if capability not in ("AVX2", "AVX512"):
        sys.exit("torch_fuzz: this PyTorch computes with its kernels for '%s', whose normals differ in the last bit;"
                 " it must be a machine with AVX2, and no ATEN_CPU_CAPABILITY=default" % capability)
    rng = random.Random(options.seed)
    replay = subprocess.Popen(
        [options.java, "--enable-native-access=ALL-UNNAMED", "-cp",
         options.classpath, "org.initium.torch.TorchReplay"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    bad = calls = 0
    worst = Worst()
    for case in range(options.cases):
        seed = rng.choice([0, 1, 42, rng.getrandbits(32), rng.getrandbits(63)])
        torch.manual_seed(seed)
        replay.stdin.write("seed %d\n" % seed)
        for made in [call(rng) for _ in range(rng.randint(1, 4))]:
            replay.stdin.write("\t".join([
                "fill", expression(made), made["dtype"], ",".join(map(str, made["base"])),
                ";".join("%d,%d,%d,%d" % (d, start, step, made["shape"][d]) for d, start, step in made["cuts"])]) + "\n")
            replay.stdin.flush()
            theirs = fill(made)
            ours = bytes.fromhex(replay.stdout.readline().strip())
            calls += 1
            why = wrong(made, theirs, ours, worst)
            if why:
                bad += 1
                print("case %d, seed %d: %s %s of %s %s: %s" % (
                    case, seed, expression(made), made["dtype"], made["base"], made["cuts"], why))
        replay.stdin.write("state\n")
        replay.stdin.flush()
        theirs = (bits(torch.rand(1)) + bits(torch.randn(1))).hex()
        if replay.stdout.readline().strip() != theirs:
            bad += 1
            print("case %d, seed %d: the generator is left in another state" % (case, seed))
    replay.stdin.close()
    replay.wait()
    print("torch_fuzz: %d cases, %d calls, torch %s, %s: %d wrong" % (
        options.cases, calls, torch.__version__, capability, bad))
    print("torch_fuzz: %s" % worst)
    sys.exit(1 if bad else 0)


main()
