#!/usr/bin/env python3
"""Writes quantiles of laws by SciPy (needs scipy).

    python3 quantile_reference.py > ../resources/law/quantiles.txt

Rows: LAW SIDE M32 X32 M64 X64, as of truncated_reference.py: the share F * 2^-32 (2^-53) of the mass is
below X (SIDE 0), or above it (SIDE 1).
"""
import random
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
