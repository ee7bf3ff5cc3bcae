#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes values by index, as NumPy has them in f64 (needs numpy and transformers==5.18.0 with torch).

    python3 index_values.py > ../resources/law/index-values.txt

Rows: EXPRESSION SHAPE VALUES, in row-major order. The formulas are those of the code that is named; what transformers
computes in f32 is compared with them here.
"""
import numpy as np
import torch
from transformers.models.whisper.modeling_whisper import sinusoids


def interleaved(positions, channels, base=10000):
    """Vaswani et al. 2017, section 3.5."""
    angle = np.arange(positions)[:, None] / base ** (2 * np.arange(channels // 2)[None] / channels)
    table = np.empty((positions, channels))
    table[:, 0::2], table[:, 1::2] = np.sin(angle), np.cos(angle)
    return table


def whisper(positions, channels):
    """transformers' sinusoids in f64."""
    increment = np.log(10000) / (channels // 2 - 1)
    angle = np.arange(positions)[:, None] * np.exp(-increment * np.arange(channels // 2))[None]
    table = np.concatenate([np.sin(angle), np.cos(angle)], axis=1)
    assert np.abs(table - sinusoids(positions, channels).numpy()).max() < 1e-4
    return table


def dit_1d(dim, pos):
    """facebookresearch/DiT, models.py: get_1d_sincos_pos_embed_from_grid."""
    omega = np.arange(dim // 2, dtype=np.float64)
    omega /= dim / 2.0
    omega = 1.0 / 10000**omega
    out = np.einsum("m,d->md", pos.reshape(-1), omega)
    return np.concatenate([np.sin(out), np.cos(out)], axis=1)


def dit(rows, columns, dim):
    """The same: get_2d_sincos_pos_embed, of a grid that need not be square."""
    grid = np.meshgrid(np.arange(columns, dtype=np.float64), np.arange(rows, dtype=np.float64))  # columns go first
    return np.concatenate([dit_1d(dim // 2, grid[0]), dit_1d(dim // 2, grid[1])], axis=1)


def frequencies(n, base=10000.0, factor=1):
    """inv_freq of transformers' rotary embeddings, of heads of 2 n."""
    inverse = 1.0 / (base ** (np.arange(0, 2 * n, 2) / (2 * n))) / factor
    single = 1.0 / (base ** (torch.arange(0, 2 * n, 2, dtype=torch.int64).float() / (2 * n))) / factor
    assert np.abs(single.numpy() / inverse - 1).max() < 1e-6
    return inverse


def rotary(positions, dim, wave, interleave=False, factor=1):
    angle = np.arange(positions)[:, None] / factor * frequencies(dim // 2)[None]
    angle = np.repeat(angle, 2, axis=1) if interleave else np.concatenate([angle, angle], axis=1)
    return wave(angle)


def a_log(*shape):
    """mamba's A_log; compared with torch's in f32."""
    values = np.log(np.broadcast_to(np.arange(1, shape[-1] + 1, dtype=np.float64), shape))
    assert np.abs(torch.log(torch.arange(1, shape[-1] + 1).float()).numpy() - values).max() < 1e-6
    return values


def along(shape, dim, values):
    turned = np.moveaxis(np.empty(shape), dim, -1)
    return np.moveaxis(np.broadcast_to(values, turned.shape), -1, dim)


def softplus_inverse(y):
    return y + np.log(-np.expm1(-y))


ROWS = [
    ("arange", np.arange(7.0)),
    ("arange(1,8)", np.arange(1.0, 8)),
    ("arange(5,-2,-1.5)", np.arange(5, -2, -1.5)),
    ("arange(0.1,step=0.1)", 0.1 + np.arange(33) * 0.1),
    ("arange(2,step=3,dim=0)", along((4, 3, 2), 0, 2.0 + 3 * np.arange(4))),
    ("arange(dim=-2)", along((4, 3, 2), 1, np.arange(3.0))),
    ("linspace(0,1)", np.linspace(0, 1, 11)),
    ("linspace(-3,5)", np.linspace(-3, 5, 1)),
    ("linspace(3,-1,0)", along((6, 2), 0, np.linspace(3, -1, 6))),
    ("log(arange(1))", a_log(3, 16)),
    ("log(arange(1,25))", a_log(24)),
    ("exp(linspace(0,-8*log(2)))", np.exp(np.linspace(0, -8 * np.log(2.0), 9))),
    ("power(linspace(0,1),0.7)", np.linspace(0, 1, 12) ** 0.7),
    ("affine(power(linspace(0,1),0.85),8,-5)", np.linspace(0, 1, 12) ** 0.85 * 8 - 5),
    ("inverse_softplus(exp(linspace(log(0.001),log(0.1))))",
     softplus_inverse(np.exp(np.linspace(np.log(0.001), np.log(0.1), 24)))),
    ("sinusoidal", interleaved(50, 12)),
    ("sinusoidal(base=100)", interleaved(9, 4, 100)),
    ("sinusoidal(order=halves,spread=closed)", whisper(40, 16)),
    ("sinusoidal(order=halves,width=4)", dit(4, 4, 16)),
    ("sinusoidal(order=halves,width=3)", dit(5, 3, 8)),
    ("rotary(wave=frequency)", frequencies(16)),
    ("rotary(500000,wave=frequency)", frequencies(16, 500000.0)),
    ("rotary", rotary(33, 8, np.cos)),
    ("rotary(wave=sin,factor=4)", rotary(33, 8, np.sin, factor=4)),
    ("rotary(wave=sin,order=interleaved)", rotary(10, 8, np.sin, True)),
]

if __name__ == "__main__":
    print(f"# made by src/test/python/index_values.py with NumPy {np.__version__}")
    for expression, values in ROWS:
        print(expression, "x".join(map(str, values.shape)), *(repr(float(v)) for v in values.ravel()))
