# SPDX-License-Identifier: Apache-2.0
"""PyTorch's own numbers on this GPU, for DrillTorch to compare ours with, element by element.

    python3 torch_numbers.py FOLDER LARGEST [cpu]

LARGEST is the greatest power of two of elements; from 31 on there are tensors whose bytes do not fit 31 bits. With cpu
they are the CPU generator's, to try the way that they take. Writes cases.tsv as it goes: our initializer, shape, dtype,
seed, what the file holds, the tolerance of an element, the file.
"""
import ctypes
import hashlib
import math
import os
import sys

import torch

CHUNK = 1 << 24
FOLDER, LARGEST = sys.argv[1], int(sys.argv[2])
DEVICE = sys.argv[3] if len(sys.argv) > 3 else "cuda"
DTYPES = {"f32": torch.float32, "f64": torch.float64, "f16": torch.float16, "bf16": torch.bfloat16}
VERSION = tuple(int(part) for part in torch.__version__.split(".")[:2])


def trunc_normal(x, mean, std, a, b):
    """trunc_normal_ as PyTorch has had it since 2.12, which is what ours follows: by rejection. Its steps are those of
    the table in docs/torch-numbers.md; an older PyTorch has the same operations to make them of."""
    if VERSION >= (2, 12):
        return torch.nn.init.trunc_normal_(x, mean, std, a, b)
    below = [(1 + math.erf((bound - mean) / std / math.sqrt(2))) / 2 for bound in (a, b)]
    if below[1] - below[0] > 0.3:
        low, high = (torch.tensor(bound, dtype=x.dtype).item() for bound in (a, b))
        values = x.normal_(mean, std)
        while (outside := (values < low) | (values > high)).any():
            values = torch.where(outside, torch.empty_like(values).normal_(mean, std), values)
    else:
        peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2
        height, values, pending = torch.empty_like(x), x, None
        while pending is None or pending.any():
            proposal = torch.empty_like(x).uniform_(a, b)
            values = proposal if pending is None else torch.where(pending, proposal, values)
            density = proposal.clone().sub_(mean).div_(std).pow_(2).mul_(-0.5).sub_(peak)
            refused = height.uniform_().log_().gt(density)
            pending = refused if pending is None else torch.where(pending, refused, pending)
    if values is not x:
        x.copy_(values)
    return x


INIT = torch.nn.init
# ours, PyTorch's, the tolerance: normals within 1e-6 standard deviations
CASES = {
    "uniform(a=-0.3, b=1.1)": (lambda x: INIT.uniform_(x, -0.3, 1.1), 0),
    "normal(mean=0.1, std=0.02)": (lambda x: INIT.normal_(x, 0.1, 0.02), 2e-8),
    "xavier_uniform": (INIT.xavier_uniform_, 0),
    "kaiming_normal": (INIT.kaiming_normal_, 1e-6),
    "trunc_normal(std=0.02, a=-0.04, b=0.04)": (lambda x: trunc_normal(x, 0.0, 0.02, -0.04, 0.04), 2e-8),
    "trunc_normal(a=-0.3, b=0.3)": (lambda x: trunc_normal(x, 0.0, 1.0, -0.3, 0.3), 0),
    "sparse(sparsity=0.1)": (lambda x: INIT.sparse_(x, 0.1), 1e-8),
    "orthogonal": (INIT.orthogonal_, 1e-3),
}
SHAPES = [(7, 5), (255, 3), (1000, 1003), (2048, 2048)]


def data(x):
    """The bytes of a tensor; by its address, since NumPy may not be there."""
    host = x.contiguous().cpu()
    view = (ctypes.c_char * (host.numel() * host.element_size())).from_address(host.data_ptr())
    view.keeps = host  # a tensor that goes takes its memory along
    return view


def case(table, init, shape, dtype, kind, tolerance, write):
    seed = 42
    file = f"case-{case.number}.bin"
    case.number += 1
    try:
        torch.manual_seed(seed)
        x = torch.empty(shape, dtype=DTYPES[dtype], device=DEVICE)
        with open(os.path.join(FOLDER, file), "wb") as out:
            write(x, out)
    except (RuntimeError, ValueError) as e:  # out of memory, a dtype that an operation does not take
        print(f"PyTorch: {init} {shape} {dtype}: {str(e).splitlines()[0]}")
        return
    table.write("\t".join([init, ",".join(map(str, shape)), dtype, str(seed), kind, str(tolerance), file]) + "\n")
    table.flush()


case.number = 0


def twice(fill):
    def write(x, out):
        for _ in range(2):
            fill(x)
            out.write(data(x))

    return write


def digests(fill):
    def write(x, out):
        fill(x)
        flat = x.view(-1)
        for start in range(0, flat.numel(), CHUNK):
            out.write(hashlib.sha256(data(flat[start : start + CHUNK])).hexdigest().encode() + b"\n")

    return write


def every(step, fill):
    def write(x, out):
        fill(x)
        out.write(data(x.view(-1)[::step]))

    return write


def main():
    print(f"torch {torch.__version__} on {torch.cuda.get_device_name() if DEVICE == 'cuda' else 'the CPU'}")
    if VERSION < (2, 12):
        print("this PyTorch's trunc_normal_ is older than ours: its steps since 2.12 are made here of its operations")
    with open(os.path.join(FOLDER, "cases.tsv"), "w") as table:
        for init, (fill, tolerance) in CASES.items():
            for shape in SHAPES:
                if shape[0] * shape[1] > 1 << LARGEST or (init in ("orthogonal",) and shape[0] > 300):
                    continue
                if init.startswith("sparse") and shape[0] * shape[1] > 1 << 21:
                    continue
                for dtype in DTYPES:
                    if init == "orthogonal" and dtype in ("f16", "bf16"):
                        continue
                    case(table, init, shape, dtype, "all", tolerance, twice(fill))
        if LARGEST >= 31:
            uniform, normal = CASES["uniform(a=-0.3, b=1.1)"], CASES["normal(mean=0.1, std=0.02)"]
            for n, dtype in (((1 << 29) + 1, "f32"), ((1 << 31) + 1001, "bf16")):
                case(table, "uniform(a=-0.3, b=1.1)", (n,), dtype, "sha256", 0, digests(uniform[0]))
                case(table, "normal(mean=0.1, std=0.02)", (n,), dtype, "every:61", normal[1], every(61, normal[0]))


main()
