# SPDX-License-Identifier: Apache-2.0
"""Fans by axes, by the rule that jax.nn.initializers.variance_scaling documents: fan_in is the product of the sizes of
in_axis, fan_out that of out_axis, each times the receptive field, which is what neither they nor batch_axis count.

    python3 axes.py > src/test/resources/org/initium/initializer/axes.csv
"""
import math
import random

random.seed(20261128)
print("# shape|in_axis|out_axis|batch_axis|fan_in|fan_out")
print("# Written by src/test/python/axes.py.")
for _ in range(120):
    rank = random.randint(2, 6)
    shape = [random.choice([1, 2, 3, 4, 8, 64]) for _ in range(rank)]
    axes = list(range(rank))
    random.shuffle(axes)
    ins = random.randint(1, max(1, rank // 2))
    outs = random.randint(1, max(1, rank - ins - 1)) if rank - ins > 1 else 1
    batches = random.randint(0, rank - ins - outs)
    a, b, c = axes[:ins], axes[ins : ins + outs], axes[ins + outs : ins + outs + batches]
    size = lambda group: math.prod(shape[i] for i in group)
    receptive = math.prod(shape) // size(a) // size(b) // size(c)
    sign = lambda group: " ".join(str(i - rank if random.random() < 0.3 else i) for i in group)
    print("|".join([" ".join(map(str, shape)), sign(a), sign(b), sign(c), str(size(a) * receptive), str(size(b) * receptive)]))
