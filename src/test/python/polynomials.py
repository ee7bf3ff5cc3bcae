#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Derives the minimax polynomials of org.initium.law (needs mpmath).

    python3 polynomials.py

Remez exchange in 30 digits. Coefficients are rounded to the working precision one after
the other, from the lowest power on, and those above are fitted again to what is left.
Prints each coefficient as a Java literal and the largest weighted error.
"""
import struct
from mpmath import mp, mpf, log, log1p, sin, cos, pi, lu_solve, matrix, linspace

mp.dps = 30


def f32(x):
    return mpf(struct.unpack("f", struct.pack("f", float(x)))[0])


def f64(x):
    return mpf(float(x))


def solve(basis, target, weight, lo, hi, grid=1000):
    """Minimizes max |weight * (sum c_k basis_k - target)| on [lo, hi]."""
    n = len(basis)
    if n == 0:
        xs = linspace(lo, hi, grid)
        return [], max(abs(weight(x) * target(x)) for x in xs)
    xs = [(lo + hi) / 2 - (hi - lo) / 2 * mp.cos(pi * (i + mpf(1) / 2) / grid) for i in range(grid)]
    rows = [[weight(x) * b(x) for b in basis] + [weight(x) * target(x)] for x in xs]
    reference = [int((i + mpf(1) / 2) * grid / (n + 1)) for i in range(n + 1)]
    best = None
    for _ in range(25):
        a = matrix(n + 1, n + 1)
        y = matrix(n + 1, 1)
        for i, r in enumerate(reference):
            for k in range(n):
                a[i, k] = rows[r][k]
            a[i, n] = (-1) ** i
            y[i] = rows[r][n]
        c = lu_solve(a, y)
        error = [sum(row[k] * c[k] for k in range(n)) - row[n] for row in rows]
        worst = max(abs(e) for e in error)
        if best is None or worst < best[1]:
            best = [c[k] for k in range(n)], worst
        # the largest error of each run of equal sign; n + 1 in a row with the largest among them
        peaks = []
        for i, e in enumerate(error):
            if peaks and (e > 0) == (error[peaks[-1]] > 0):
                if abs(e) > abs(error[peaks[-1]]):
                    peaks[-1] = i
            else:
                peaks.append(i)
        while len(peaks) > n + 1:
            peaks.pop(0 if abs(error[peaks[0]]) < abs(error[peaks[-1]]) else -1)
        if len(peaks) < n + 1 or worst < abs(c[n]) * (1 + mpf(10) ** -3):
            break
        reference = peaks
    return best


def derive(name, basis, target, weight, lo, hi, rounding, suffix):
    fixed = []
    while len(fixed) < len(basis):
        known = list(fixed)
        rest = lambda x: target(x) - sum(c * b(x) for c, b in zip(known, basis))
        c, worst = solve(basis[len(fixed):], rest, weight, lo, hi)
        if not fixed:
            print("// %s: 2^%.1f before rounding" % (name, float(mp.log(worst, 2))))
        fixed.append(rounding(c[0]))
    left = lambda x: target(x) - sum(c * b(x) for c, b in zip(fixed, basis))
    worst = max(abs(weight(x) * left(x)) for x in linspace(lo, hi, 4001) if x != 0)
    print("// %s: 2^%.1f" % (name, float(mp.log(worst, 2))))
    for c in fixed:
        print("  %s%s," % (repr(float(c)) if suffix == "" else "%.9g" % float(c), suffix))
    print()


def power(k, times=lambda x: 1):
    return lambda x: times(x) * x**k


def log32(degree, c=mp.sqrt(mpf(1) / 2)):
    """-2 ln(1+f) = -2f + f^2 Q(f), relative to -2 ln u: u = 1+f where f <= 0, (1+f)/2 above."""
    lo, hi = c - 1, 2 * c - 1
    weight = lambda f: 1 / (2 * (-log1p(f) if f < 0 else log(2) - log1p(f))) if f != 0 else mpf(0)
    derive("-2 ln(1+f)", [power(k + 2) for k in range(degree + 1)],
           lambda f: -2 * (log1p(f) - f), weight, lo, hi, f32, "f")


def sin32(n):
    """sin(2 pi f) / f = S(z), z = f^2. The rounding of 2 pi in S(0) is most of the error."""
    derive("sin(2 pi f)/f", [power(k) for k in range(n)],
           lambda z: sin(2 * pi * mp.sqrt(z)) / mp.sqrt(z) if z else 2 * pi,
           lambda z: mp.sqrt(z) / sin(2 * pi * mp.sqrt(z)) if z else 1 / (2 * pi),
           mpf(0), mpf(1) / 64, f32, "f")


def cosine(n, rounded, suffix):
    derive("cos(2 pi f) - 1", [power(k + 1) for k in range(n)],
           lambda z: cos(2 * pi * mp.sqrt(z)) - 1, lambda z: 1 / cos(2 * pi * mp.sqrt(z)),
           mpf(0), mpf(1) / 64, rounded, suffix)


def log64(n):
    """ln(1+f) = 2 atanh(s), s = f/(2+f): (ln(1+f) - 2s)/s = R(z), z = s^2 (as fdlibm)."""
    top = (mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)
    derive("R(s^2)", [power(k + 1) for k in range(n)],
           lambda z: 2 * mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 2 if z else mpf(0),
           lambda z: mpf(1) / 2, mpf(0), top**2, f64, "")


def sin64(n):
    """sin(2 pi f)/f - 2 pi = z S(z); 2 pi in two doubles."""
    hi = f64(2 * pi)
    print("// 2 pi = %r + %r" % (float(hi), float(2 * pi - hi)))
    derive("sin(2 pi f)/f - 2 pi", [power(k + 1) for k in range(n)],
           lambda z: sin(2 * pi * mp.sqrt(z)) / mp.sqrt(z) - 2 * pi if z else mpf(0),
           lambda z: mp.sqrt(z) / sin(2 * pi * mp.sqrt(z)) if z else 1 / (2 * pi),
           mpf(0), mpf(1) / 64, f64, "")


if __name__ == "__main__":
    import sys
    if len(sys.argv) > 1:
        eval(sys.argv[1])
        sys.exit()
    log32(7)
    sin32(4)
    cosine(4, f32, "f")
    log64(7)
    sin64(6)
    cosine(7, f64, "")
