#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/test/resources/org/initium/init-laws.csv: what law PyTorch gives a tensor.

    python3 src/test/python/init_laws.py        # needs torch 2.13.0

The functions of torch.nn.init are called as they are; Tensor.uniform_, normal_ and friends are
replaced by recorders, so that the bounds and standard deviations are the very doubles that torch
computes. What torch does not have (JAX's and Keras's variance scaling, groups, layouts, schemes of
papers) is computed here from the published formula, with nothing in common with the Java code.
"""
import math
import pathlib
import random
import sys

import torch
from torch.nn import init

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent / "resources/org/initium/init-laws.csv"
RANDOM = random.Random(20240607)
GAINS = ["linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
         "conv_transpose3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]
rows = []


def shape(least, most):
    rank = RANDOM.randint(least, most)
    return [RANDOM.choice([1, 2, 3, 5, 7, 16, 64, 100, 768]) for _ in range(rank)]


def number(low=-2.0, high=2.0):
    return round(RANDOM.uniform(low, high), RANDOM.choice([1, 3, 17]))


def row(expression, sizes, law, *numbers):
    rows.append("|".join([expression, ",".join(map(str, sizes)), law, *map(repr, map(float, numbers))]))


class Recorded(Exception):
    def __init__(self, law, *numbers):
        self.law, self.numbers = law, numbers


def recorder(law, count):
    def record(self, *arguments, **ignored):
        raise Recorded(law, *arguments[:count])
    return record


for method, count in [("uniform_", 2), ("normal_", 2), ("fill_", 1)]:
    setattr(torch.Tensor, method, recorder(method[:-1], count))


def torch_row(function, sizes, **arguments):
    """Calls torch; an error of torch's becomes a row with the law 'error'."""
    text = ", ".join(f"{k}={v}" for k, v in arguments.items())
    expression = function + (f"({text})" if text else "")
    try:
        getattr(init, function + "_")(torch.empty(sizes, device="meta"), **arguments)
        raise AssertionError("torch did nothing for " + expression)
    except Recorded as law:
        row(expression, sizes, law.law, *law.numbers)
    except (ValueError, RuntimeError):
        row(expression, sizes, "error")


def torch_rows():
    for _ in range(12):
        a = number()
        torch_row("uniform", shape(0, 4), a=a, b=a + number(0, 1))
        torch_row("normal", shape(0, 4), mean=number(), std=number(0, 1))
        torch_row("constant", shape(0, 4), val=number())
    for f in ["xavier_uniform", "xavier_normal"]:
        torch_row(f, [3, 4])
        for _ in range(12):
            torch_row(f, shape(2, 5), gain=number(0, 2))
    for f in ["kaiming_uniform", "kaiming_normal"]:
        torch_row(f, [3, 4])
        for mode in ["fan_in", "fan_out"]:
            for nonlinearity in GAINS:
                torch_row(f, shape(2, 5), a=number(), mode=mode, nonlinearity=nonlinearity)
    # What torch refuses, and so must we.
    for f in ["xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal"]:
        torch_row(f, [])
        torch_row(f, [5])
    for f in ["eye", "sparse"]:
        for sizes in [[], [3], [2, 3, 4]]:
            torch_row(f, sizes, **({"sparsity": 0.5} if f == "sparse" else {}))
    for sizes in [[], [3], [2, 3], [2, 2, 2, 2, 2, 2]]:
        torch_row("dirac", sizes)
    torch_row("dirac", [4, 2, 3], groups=3)
    torch_row("orthogonal", [7])
    torch_row("orthogonal", [])
    torch_row("kaiming_normal", [3, 4], mode="fan_avg")
    torch_row("kaiming_normal", [3, 4], nonlinearity="gelu")


def gain_rows():
    for name in GAINS:
        row(f"constant(calculate_gain({name}))", [], "fill", init.calculate_gain(name))
    for _ in range(8):
        slope = number()
        row(f"constant(calculate_gain(leaky_relu, {slope}))", [], "fill",
            init.calculate_gain("leaky_relu", slope))


def jax_fans(sizes, in_axis, out_axis):
    """jax.nn.initializers._compute_fans for one in and one out axis."""
    receptive = math.prod(sizes) / sizes[in_axis] / sizes[out_axis]
    return sizes[in_axis] * receptive, sizes[out_axis] * receptive


def layout_fans(sizes, layout, groups):
    if layout == "hwio":
        fan_in, fan_out = jax_fans(sizes, -2, -1)
        return fan_in, fan_out / groups
    if layout == "transposed":  # a convolution's transpose: the two change places
        fan_out, fan_in = jax_fans(sizes, 1, 0)
        return fan_in / groups, fan_out
    fan_in, fan_out = jax_fans(sizes, 1, 0)
    return fan_in, fan_out / groups


def scaled(law, variance):
    if law == "uniform":
        bound = math.sqrt(3 * variance)
        return "uniform", -bound, bound
    if law == "normal":
        return "normal", 0, math.sqrt(variance)
    std = math.sqrt(variance) / .87962566103423978
    return "trunc_normal", 0, std, -2 * std, 2 * std


def jax_rows():
    means = {"fan_in": lambda i, o: i, "fan_out": lambda i, o: o, "fan_avg": lambda i, o: (i + o) / 2,
             "fan_geo_avg": lambda i, o: (i * o) ** 0.5}
    for mode, mean in means.items():
        for law in ["uniform", "normal", "truncated_normal"]:
            for layout in ["oihw", "transposed", "hwio"]:
                groups = RANDOM.choice([1, 2, 4])
                sizes = shape(2, 5)
                sizes[-1 if layout == "hwio" else 0] *= groups
                scale = number(0, 3)
                row(f"variance_scaling({scale}, {mode}, {law}, groups={groups}, layout={layout})",
                    sizes, *scaled(law, scale / mean(*layout_fans(sizes, layout, groups))))
    for _ in range(4):
        for layout in ["linear", "hwio"]:
            sizes = shape(2, 2)
            fan_in, fan_out = layout_fans(sizes, layout, 1)
            row(f"lecun_uniform(layout={layout})", sizes, *scaled("uniform", 1 / fan_in))
            row(f"lecun_normal(layout={layout})", sizes, *scaled("truncated_normal", 1 / fan_in))
            row(f"glorot_uniform(layout={layout})", sizes, *scaled("uniform", 2 / (fan_in + fan_out)))
            row(f"he_uniform(layout={layout})", sizes, *scaled("uniform", 2 / fan_in))
            row(f"he_normal(layout={layout})", sizes, *scaled("normal", 2 / fan_in))
        sizes = shape(3, 5)
        sizes[0] *= 3
        fan_in, fan_out = layout_fans(sizes, "oihw", 3)
        row("xavier_normal(groups=3)", sizes, *scaled("normal", 2 / (fan_in + fan_out)))
        row("kaiming_normal(mode=fan_out, groups=3)", sizes, *scaled("normal", 2 / fan_out))
        mean, std = number(), number(0.01, 1)
        row(f"truncated_normal({mean}, {std}, -1, 3)", shape(0, 3), "trunc_normal", mean, std,
            mean - std, mean + 3 * std)
        own = std / .87962566103423978
        row(f"truncated_normal_corrected({mean}, {std})", shape(0, 3), "trunc_normal", mean, own,
            mean - 2 * own, mean + 2 * own)


def paper_rows():
    for layers, width in [(12, 768), (48, 1600), (96, 12288)]:
        sizes = [width, width]
        row(f"residual_normal({layers})", sizes, "normal", 0, 0.02 / math.sqrt(2 * layers))
        row(f"residual_normal({layers}, std=0.1)", sizes, "normal", 0, 0.1 / math.sqrt(2 * layers))
        row(f"small_init({width})", sizes, "normal", 0, math.sqrt(2 / (5 * width)))
        row(f"wang_init({layers}, {width})", sizes, "normal", 0, 2 / layers / math.sqrt(width))
        times = width / 256
        row("mup_normal(256)", sizes, "normal", 0, 0.02 / math.sqrt(times))
        row("mup_normal(256, 0.1, output)", sizes, "normal", 0, 0.1 / times)
        row("mup_normal(256, 0.1, input)", sizes, "normal", 0, 0.1)


torch_rows()
gain_rows()
jax_rows()
paper_rows()
HEAD = f"""\
# expression|shape|law|its numbers (uniform: a, b; normal: mean, std; trunc_normal: mean, std, a, b)
# Written by src/test/python/{pathlib.Path(__file__).name} with torch {torch.__version__}.
"""
OUT.write_text(HEAD + "\n".join(rows) + "\n")
print(f"{len(rows)} rows", file=sys.stderr)
