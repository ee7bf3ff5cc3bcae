# SPDX-License-Identifier: Apache-2.0
"""Sparse fills from their definition, in plain Python: the table that SparseReferenceTest reads.

python sparse_reference.py > ../resources/org/initium/sparse-reference.csv

Philox is written after Salmon et al. (SC'11) and checked against a known answer of Random123 (kat_vectors); which
word an element gets is cuRAND's layout; keys, ties and groups are those of docs/decisions/0012.
Normals are Box and Muller's in double precision, without our polynomials.
"""

import math

MASK = 0xFFFFFFFF


def philox(counter, key):
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        a, b = c0 * 0xD2511F53, c2 * 0xCD9E8D57
        c0, c1, c2, c3 = (b >> 32) ^ c1 ^ k0, b & MASK, (a >> 32) ^ c3 ^ k1, a & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


assert philox((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)) == (
    0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)


def word(seed, n):
    b = n >> 2
    return philox(((b >> 16) & MASK, (b >> 48) & MASK, b & 0xFFFF, 0), (seed & MASK, seed >> 32))[n & 3]


def normal(seed, n):
    x, y = word(seed, n & ~1), word(seed, n | 1)
    radius = math.sqrt(-2 * math.log(x * 2.0**-32 + 2.0**-33))
    angle = 2 * math.pi * (y * 2.0**-32 + 2.0**-33)
    return radius * (math.cos(angle) if n & 1 else math.sin(angle))


def sparse(seed, offset, sparsity, rows, columns):
    width = 1
    while width < min(columns, 16):
        width *= 2
    tiles = -(-columns // width)
    per_tile = -(-rows * width // 16) * 16
    keys = -(-offset // 4) * 4
    ties = keys + tiles * per_tile // 4
    normals = ties + tiles * per_tile
    zeros = math.ceil(sparsity * rows)

    def index(r, c):
        return c // width * per_tile + r * width + c % width

    def order(r, c):
        i = index(r, c)
        return word(seed, keys + i // 4) >> 8 * (i % 4) & 255, word(seed, ties + i), r

    zero = [set(sorted(range(rows), key=lambda r: order(r, c))[:zeros]) for c in range(columns)]
    matrix = [[0.0] * columns for _ in range(rows)]
    for tile in range(tiles):
        kept = 0
        for i in range(rows * width):
            if i % 2048 == 0:
                kept = 0
            r, c = i // width, tile * width + i % width
            if c < columns and r not in zero[c]:
                matrix[r][c] = normal(seed, normals + tile * per_tile + i // 2048 * 2048 + kept)
                kept += 1
    return matrix


for seed, offset, sparsity, rows, columns in (
    (1, 0, 0.5, 5, 3),
    (0x123456789ABCDEF0, 7, 0.3, 40, 1),
    (42, (1 << 18) - 60, 0.9, 150, 17),
    (7, (1 << 34) - 8, 0.1, 12, 33),
    (3, 1, 0.95, 1100, 2),
):
    values = " ".join("%.9g" % x for row in sparse(seed, offset, sparsity, rows, columns) for x in row)
    print(f"{seed}|{offset}|{sparsity}|{rows},{columns}|{values}")
