#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/test/resources/org/initium/init-values.csv: where PyTorch puts ones and zeros.

    python3 src/test/python/init_values.py        # needs torch 2.13.0
"""
import pathlib
import random

import torch
from torch.nn import init

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent / "resources/org/initium/init-values.csv"
RANDOM = random.Random(20240608)
rows = []


def size():
    return RANDOM.randint(1, 9)


def ones(expression, tensor):
    assert set(tensor.flatten().tolist()) <= {0.0, 1.0}
    places = tensor.flatten().nonzero().flatten().tolist()
    rows.append((expression, tensor.shape, "ones", places))


for _ in range(12):
    ones("eye", init.eye_(torch.empty(size(), size())))
for _ in range(40):
    groups = RANDOM.choice([1, 1, 2, 3, 4])
    sizes = [groups * RANDOM.randint(1, 4), size()] + [RANDOM.randint(1, 5) for _ in range(RANDOM.randint(1, 3))]
    ones(f"dirac(groups={groups})", init.dirac_(torch.empty(sizes), groups))
for _ in range(60):
    sparsity = RANDOM.choice([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0, RANDOM.random()])
    rows_, columns = RANDOM.randint(1, 60), size()
    tensor = init.sparse_(torch.empty(rows_, columns, dtype=torch.float64), sparsity)
    zeros = set((tensor == 0).sum(0).tolist())
    assert len(zeros) == 1
    rows.append((f"sparse({sparsity})", tensor.shape, "zeros", zeros))

HEAD = f"""\
# expression|shape|ones: their places in row-major order; zeros: how many in each column
# Written by src/test/python/{pathlib.Path(__file__).name} with torch {torch.__version__}.
"""
OUT.write_text(HEAD + "".join(
    f"{e}|{','.join(map(str, s))}|{k}|{','.join(map(str, v))}\n" for e, s, k, v in rows))
print(len(rows), "rows")
