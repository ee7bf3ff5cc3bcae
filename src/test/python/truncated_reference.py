#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes quantiles of truncated normal laws (needs mpmath).

    python3 truncated_reference.py > ../resources/law/truncated.txt

Rows: mean std a b SIDE M32 X32 M64 X64. SIDE 0: the share F * 2^-32 (2^-53) of the mass is
between a and X, SIDE 1: between X and b; F is M + 1/2, in binary32 as two roundings leave it.
X has 25 digits.
"""
import random
import struct
from mpmath import mp, mpf, erfc, sqrt, exp, pi, nstr, log

mp.dps = 60
random.seed(20260101)

LAWS = [(0, 1, -2, 2), (0, 1, -0.3, 0.3), (0, 1, 5, 6), (0, 1, -40, -38), (-39, 1, 0, 1),
        (0, 0.02, -2, 2), (0.5, 2, -0.3, 0.4), (0, 1, -1e6, 3), (0, 1, -3, 1e30), (0, 1, 0, 1e-6),
        (2, 1, 0, 8), (100, 1, -5, 0), (0, 1, -1, 1e6), (0, 1, 0.5, 0.500001), (1e-3, 1, 0, 5),
        (0, 1, -60, -5), (0, 1, 30, 3000)]


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def upper(z):
    """The mass above z, whatever the sign."""
    return erfc(z / sqrt(2)) / 2


def below(lo, z):
    return upper(lo) - upper(z) if lo > 0 else upper(-z) - upper(-lo)


def quantile(lo, hi, share):
    """z with below(lo, z) = share * below(lo, hi), by bisection."""
    if lo < -50 and hi > -40:
        lo = mpf(-50)  # what is below has no digit of the mass
    wanted = share * below(lo, hi)
    a, b = lo, hi
    if hi > lo + 60:
        b = max(lo, 0) + 60
    for _ in range(260):
        m = (a + b) / 2
        if below(lo, m) < wanted:
            a = m
        else:
            b = m
        if b - a <= (b - lo) * mpf(10) ** -32 * min(1, 1 / (abs(lo) + 1e-9) if abs(lo) < 1 else 1):
            break
    return (a + b) / 2


if __name__ == "__main__":
    print("# made by src/test/python/truncated_reference.py")
    for mean, std, a, b in LAWS:
        for side in (0, 1):
            ms = [0, 1, 2, 7, 2**31 - 1, 2**30, 3 * 2**29 + 12345]
            ms += [random.getrandbits(random.randint(2, 31)) for _ in range(12)]
            for m in ms:
                m64 = m << 21 | random.getrandbits(21) if m else 0
                row = [repr(float(mean)), repr(float(std)), repr(float(a)), repr(float(b)), side]
                for value, bits in ((m, 32), (m64, 53)):
                    f = single(single(value) + 0.5) if bits == 32 else value + mpf(1) / 2
                    share = mpf(f) / mpf(2) ** bits
                    M, S, A, B = (mpf(float(v)) for v in (mean, std, a, b))
                    if side == 0:
                        x = M + S * quantile((A - M) / S, (B - M) / S, share)
                    else:
                        x = M - S * quantile((M - B) / S, (M - A) / S, share)
                    row += [value, nstr(x, 25)]
                print(*row)
