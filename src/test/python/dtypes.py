#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/test/resources/org/initium/dtypes.csv: doubles and what they round to.

    python3 src/test/python/dtypes.py        # needs numpy, ml_dtypes and torch 2.13.0

f32 and f16 by NumPy, which rounds a double once. PyTorch rounds a double to bfloat16 by way of
float32, that is twice; so bf16 rows are made from values that float32 holds, and the doubles that
would be rounded twice are judged with exact rational arithmetic instead. The floats of 8 bits by
ml_dtypes, within their range: beyond it, it does not saturate. All 2^32 values of float32 were compared
so once with kernels/types.cuh.
"""
import fractions
import pathlib
import random
import struct

import ml_dtypes
import numpy as np
import torch

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent / "resources/org/initium/dtypes.csv"
RANDOM = random.Random(7)


def bits(x):
    return struct.pack(">d", x).hex()


def bf16(x):
    assert float(np.float32(x)) == x
    return float(torch.tensor([x], dtype=torch.float32).to(torch.bfloat16)[0])


def bf16_exactly(x):
    """Nearest of the two bfloat16 neighbors by exact distance, ties to the even one."""
    upper = struct.unpack(">I", struct.pack(">f", np.float32(abs(x))))[0] >> 16
    near = [struct.unpack(">f", struct.pack(">I", (upper + d) << 16))[0] for d in (-1, 0, 1)]
    exact = fractions.Fraction(abs(x))
    best = min(range(3), key=lambda i: (abs(fractions.Fraction(near[i]) - exact), (upper + i - 1) & 1))
    return float(np.copysign(near[best], x))


rows = []
with np.errstate(all="ignore"):
    values = [RANDOM.uniform(-1, 1) * 2.0 ** RANDOM.randint(-30, 20) for _ in range(60)]
    values += [s * 2.0 ** e for e in range(-30, 18) for s in (1, -1)]
    # Ties of f16, exact and by a hair, also among its subnormals, and its overflow threshold.
    for x in [1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -25, 3 * 2 ** -25, 2 ** -24 + 2 ** -25, 65519.99, 65520.0]:
        values += [x, np.nextafter(x, 0), np.nextafter(x, 9e9), -x]
    rows += [("f16", float(x), float(np.float16(x))) for x in values]
    for x in [1 + 2 ** -24, 1 + 3 * 2 ** -24, 2 ** -150, 3 * 2 ** -150, 3.4028235677973366e+38, 0.1, 1 / 3]:
        rows += [("f32", float(y), float(np.float32(y)))
                 for y in [x, np.nextafter(x, 0), np.nextafter(x, 9e99), -x]]
    for x in values + [1 + 2 ** -8, 1 + 3 * 2 ** -8, 2.0 ** -134, 3 * 2.0 ** -134, 3.3961775292304957e+38]:
        y = float(np.float32(x))
        rows.append(("bf16", y, bf16(y)))
    for x in [1 + 2 ** -8, 1 + 3 * 2 ** -8, 257 / 512, 3 * (1 + 2 ** -8)]:
        rows += [("bf16", float(y), bf16_exactly(float(y))) for y in
                 [np.nextafter(x, 0), np.nextafter(x, 9), -np.nextafter(x, 9)]]
    for name, of, top in [("f8_e4m3fn", ml_dtypes.float8_e4m3fn, 448), ("f8_e5m2", ml_dtypes.float8_e5m2, 57344)]:
        own = [float(np.uint8(b).view(of)) for b in range(127)]
        own = sorted(x for x in own if np.isfinite(x))
        ties = [(x + y) / 2 for x, y in zip(own, own[1:])]
        near = [np.nextafter(np.float32(x), np.float32(to)) for x in ties for to in (0, 9e9)]
        some = [RANDOM.uniform(-1, 1) * top * 2.0 ** RANDOM.randint(-26, 0) for _ in range(100)]
        for x in ties + [-x for x in ties] + [float(x) for x in near] + [float(np.float32(x)) for x in some]:
            rows.append((name, x, float(np.float32(x).astype(of))))
rows += [("f64", x, x) for x in [0.1, -0.0, 5e-324]]
HEAD = f"""\
# dtype,double,rounded (bits in hexadecimal)
# Written by src/test/python/dtypes.py with numpy {np.__version__}, torch {torch.__version__}, ml_dtypes {ml_dtypes.__version__}.
"""
OUT.write_text(HEAD + "".join(f"{t},{bits(x)},{bits(y)}\n" for t, x, y in rows))
print(len(rows), "rows")
