#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes reference values of -2 ln u, sin and cos of binary64 arguments (needs mpmath).

    python3 reference64.py > ../resources/law/elementary-f64.txt

Rows: log BITS53 VALUE of -2 ln((BITS53 + 1/2) 2^-53 rounded to a double); circle BITS53 SINE
COSINE of (BITS53 + 1/2) 2^-53 turns, the rest of an eighth of a turn rounded to a double as
org.initium.law.Circle has it. 25 digits.
"""
import random
from fractions import Fraction
from mpmath import mp, mpf, log, sin, cos, pi, nstr

mp.dps = 50
random.seed(20260101)


def double(x):
    """A fraction rounded to the nearest double."""
    return Fraction(float(x))


def show(x):
    return nstr(x, 25, strip_zeros=False)


def exact(x):
    return mpf(x.numerator) / x.denominator


edges = [0, 1, 2, 3, 2**53 - 1, 2**53 - 2, 2**53 - 3, 2**52, 2**52 - 1]
tails = [random.getrandbits(random.randint(1, 53)) for _ in range(700)]
ones = [2**53 - 1 - random.getrandbits(random.randint(1, 52)) for _ in range(500)]
splits = [int(2**(53 - k - 0.5)) + d for k in range(4) for d in range(-3, 4)]
print("# made by src/test/python/reference64.py")
for z in edges + tails + ones + splits:
    u = double(Fraction(2 * z + 1, 2**54))
    print("log", z, show(-2 * log(exact(u))))
borders = [k * 2**50 + d for k in range(8) for d in range(-2, 3)]
angles = [random.getrandbits(53) for _ in range(1200)]
small = [(k * 2**51 + s * random.getrandbits(random.randint(1, 50))) for k in range(4) for s in (1, -1) for _ in range(40)]
for z in [a % 2**53 for a in borders + angles + small]:
    t = z + 2**50
    quarter, rest = t >> 51, (t & (2**51 - 1)) - 2**50
    turns = exact(double(Fraction(2 * rest + 1, 2**54))) + mpf(quarter) / 4
    print("circle", z, show(sin(2 * pi * turns)), show(cos(2 * pi * turns)))
