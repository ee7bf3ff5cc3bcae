# SPDX-License-Identifier: Apache-2.0
"""Rows of AcceptanceTest: proposals that PyTorch accepts on one device and not on the other.

On the CPU PyTorch itself decides; on CUDA its kernels' steps are made on the CPU, one by one: a number is used in the
precision of the arithmetic, and a quotient by a number is times its reciprocal (docs/torch-numbers.md has the sources).

    python acceptance.py
"""
import math

import torch

MEAN, STD, A, B = 0.3, 0.7, 2.1, 3.3
TYPES = {"f32": torch.float32, "f64": torch.float64, "f16": torch.float16, "bf16": torch.bfloat16}


def cpu(x, u, log_peak):
    density = x.clone().sub_(MEAN).div_(STD).pow_(2).mul_(-0.5).sub_(log_peak)
    return ~u.clone().log_().gt(density)


def cuda(x, u, log_peak):
    wide = torch.float64 if x.dtype == torch.float64 else torch.float32

    def number(value):
        return torch.tensor(value, dtype=wide)

    def step(value):
        return value.to(x.dtype).to(wide)

    sigmas = step(step(x.to(wide) - number(MEAN)) * (1 / number(STD)))
    density = step(step(step(sigmas * sigmas) * number(-0.5)) - number(log_peak))
    return ~(step(u.to(wide).log()) > density)


for name, dtype in TYPES.items():
    torch.manual_seed(1)
    count = 1 << (12 if name in ("f16", "bf16") else 24)
    mode = max(A, min(MEAN, B))
    log_peak = -0.5 * ((mode - MEAN) / STD) ** 2
    x = torch.empty(count, dtype=dtype).uniform_(A, B)
    # a uniform at the very density, so that the last bit decides
    exact = torch.exp(-0.5 * ((x.double() - MEAN) / STD) ** 2 - log_peak).to(dtype)
    ours, theirs = cpu(x, exact, log_peak), cuda(x, exact, log_peak)
    for host in (True, False):
        rows = ((ours == host) & (theirs != host)).nonzero().flatten().tolist()
        found = dict.fromkeys(f'    "{name}, {float(x[i])!r}, {float(exact[i])!r}, {str(host).lower()}",' for i in rows)
        print(*list(found)[:2], sep="\n")
