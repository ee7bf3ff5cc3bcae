#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes quantiles of truncated normal laws of extreme arguments (needs mpmath).

    python3 truncated_extremes.py > ../resources/law/truncated-extremes.txt

Rows as of truncated_reference.py. Bounds far from the mean, near to each other, or infinite: the
share is inverted from logarithms of Mills' ratio at 700 digits, where nothing underflows.
"""
import random
import sys

from mpmath import erfc, exp, findroot, inf, log, mp, mpf, nstr, sqrt

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from truncated_reference import single  # noqa: E402

mp.dps = 60
random.seed(20260102)
I = float("inf")

LAWS = [(1e17, 1, -2, 2), (-1e17, 1, -2, 2), (0, 1e30, -1, 1), (0, 1, -1e-30, 1e-30), (0, 1, -1e-30, 3e-30),
        (0, 1e30, -1e-5, 2e-5), (1e12, 1, -1e-13, 1e-13), (1e11, 1, -1e-11, 3e-11), (-1e11, 1, -2e-12, 1e-11),
        (1e11, 1, -1e-9, 1e-9), (0, 1e-30, 1e-3, 2), (0, 1e-30, -2, -1e-3), (3, 1e-20, -5, 2.5), (0, 1, 1e20, 2e20),
        (1e30, 1e10, 0, 1), (0, 1, 2, I), (0, 1, -I, -7), (0, 1, -I, 5), (1, 2, -I, I), (1e17, 3, 5, I),
        (1e17, 3, -I, 5), (-1e15, 1, 0, I), (0, 1e-6, 1, I), (0, 1, -1e300, 1e-10), (0, 1, -1e-10, 1e300),
        (0, 1, -1e-9, 1e-3), (0, 1e10, -1, 5e10), (7e9, 1, -1e-8, 1e-8), (2e10, 1, -1e-8, 1e-8), (0, 1, 9e9, 9.1e9),
        (5, 1e-8, -3, 5), (0, 1e308, -1.7e308, 1.7e308), (1e308, 1e292, -1e308, 1.1e308)]


def tail(z):
    """The logarithm of the mass above z >= 0: of its continued fraction where erfc underflows."""
    if z < 1000:
        return log(erfc(z / sqrt(2)) / 2)
    f = mpf(0)
    for k in range(60, 0, -1):
        f = k / (z + f)
    return -z * z / 2 - log(z + f) - log(2 * mp.pi) / 2


def quantile(lo, hi, share):
    """z with share of the mass of [lo, hi] below it, for lo < hi, by bisection."""
    if hi <= 0 or (lo < 0 and -lo > hi):
        flip = True
        lo, hi = -hi, -lo
        share = 1 - share
    else:
        flip = False
    # now most of the interval is at or above 0
    if lo >= 0:
        top, bottom = tail(lo), tail(hi) if hi != inf else -inf
        def below(z):
            t = tail(z)
            return mp.expm1(t - top) / mp.expm1(bottom - top) if bottom != -inf else -mp.expm1(t - top)
        least = lo
        most = min(hi, lo + 60 / max(mpf(1), lo))
    else:
        def mass(z):
            return mp.erf(z / sqrt(2))
        low, all_ = mass(lo), (mass(hi) if hi != inf else mpf(1)) - mass(lo)
        def below(z):
            return (mass(z) - low) / all_
        least = max(lo, mpf(-60))
        most = min(hi, mpf(60))
    a, b = mpf(0), most - least
    while b - a > b * mpf(10) ** -26 and b > mpf(10) ** -400:
        m = (a + b) / 2
        if below(least + m) < share:
            a = m
        else:
            b = m
    z = least + (a + b) / 2
    return -z if flip else z


if __name__ == "__main__":
    print("# made by src/test/python/truncated_extremes.py")
    mp.dps = 80
    for mean, std, a, b in LAWS:
        for side in (0, 1):
            ms = [0, 5, 2**31 - 1] + [random.getrandbits(random.randint(2, 31)) for _ in range(3)]
            for m in ms:
                m64 = m << 21 | random.getrandbits(21) if m else 0
                row = [repr(float(mean)), repr(float(std)), repr(float(a)).replace("inf", "Infinity"),
                       repr(float(b)).replace("inf", "Infinity"), side]
                for value, bits in ((m, 32), (m64, 53)):
                    f = single(single(value) + 0.5) if bits == 32 else value + mpf(1) / 2
                    share = mpf(f) / mpf(2) ** bits
                    share = share if side == 0 else 1 - share
                    M, S, A, B = (mpf(float(v)) for v in (mean, std, a, b))
                    x = M + S * quantile((A - M) / S, (B - M) / S, share)
                    row += [value, nstr(x, 25)]
                print(*row)
