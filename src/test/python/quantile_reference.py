#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes quantiles of laws by SciPy, and functions of a uniform by mpmath (needs scipy and mpmath).

    python3 quantile_reference.py > ../resources/law/quantiles.txt

Rows: LAW SIDE M32 X32 M64 X64, as of truncated_reference.py: the share F * 2^-32 (2^-53) of the mass is
below X (SIDE 0), or above it (SIDE 1).
"""
import random
import mpmath as mp
import scipy
from scipy import stats

from truncated_reference import single

random.seed(20260102)

LAWS = {
    "cauchy(0,1)": stats.cauchy(0, 1),
    "cauchy(0.5,2)": stats.cauchy(0.5, 2),
    "cauchy(-3,0.001)": stats.cauchy(-3, 0.001),
    "laplace(0,1)": stats.laplace(0, 1),
    "laplace(-1,0.25)": stats.laplace(-1, 0.25),
    "exponential(1)": stats.expon(0, 1),
    "exponential(40)": stats.expon(0, 1 / 40),
}

mp.mp.prec = 200


class Map:
    """f(a + (b - a) share) as a law, in a precision beyond doubt."""

    def __init__(self, a, b, f):
        self.a, self.b, self.f = mp.mpf(a), mp.mpf(b), f

    def ppf(self, share):
        return self.f(self.a + (self.b - self.a) * mp.mpf(share))

    def isf(self, share):
        return self.f(self.b - (self.b - self.a) * mp.mpf(share))


def inverse_softplus(y):
    return y + mp.log(-mp.expm1(-y))


LOG = [float(mp.log(mp.mpf(x))) for x in (1e-3, 1e-1)]  # as Java's StrictMath has them
LAWS |= {
    "log(uniform(1,16))": Map(1, 16, mp.log),
    "log(uniform(0,1))": Map(0, 1, mp.log),
    "exp(uniform(-3,-1))": Map(-3, -1, mp.exp),
    "power(uniform(0.25,4),-0.5)": Map(0.25, 4, lambda x: x ** mp.mpf(-0.5)),
    "affine(uniform(-1,1),-3,0.5)": Map(-1, 1, lambda x: mp.mpf(0.5) - 3 * x),
    "inverse_softplus(uniform(0.001,0.1))": Map(0.001, 0.1, inverse_softplus),
    "dt_bias": Map(LOG[0], LOG[1], lambda x: inverse_softplus(mp.exp(x))),
    "dt_bias(0.001,0.1,0.01)": Map(LOG[0], LOG[1], lambda x: inverse_softplus(max(mp.exp(x), mp.mpf(0.01)))),
}

if __name__ == "__main__":
    print(f"# made by src/test/python/quantile_reference.py with SciPy {scipy.__version__}")
    for name, law in LAWS.items():
        for side in (0, 1):
            ms = [0, 1, 2, 7, 2**31 - 1, 2**30, 3 * 2**29 + 12345]
            ms += [random.getrandbits(random.randint(2, 31)) for _ in range(20)]
            for m in ms:
                m64 = m << 21 | random.getrandbits(21) if m else 0
                shares = single(single(m) + 0.5) * 2.0**-32, (m64 + 0.5) * 2.0**-53
                x32, x64 = (float(law.isf(s) if side else law.ppf(s)) for s in shares)
                print(name, side, m, repr(x32), m64, repr(x64))
