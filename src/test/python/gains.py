# SPDX-License-Identifier: Apache-2.0
"""Gains 1 / sqrt(E[f(z)^2]), z ~ N(0, 1), for Nonlinearity: integrated with 40 digits by mpmath.

    python3 gains.py        prints a row for each function, as src/test/resources/org/initium/initializer/gains.csv has them
"""
from mpmath import mp, mpf, quad, exp, erf, sqrt, tanh, log1p, pi, inf, linspace

mp.dps = 40


def density(z):
    return exp(-z * z / 2) / sqrt(2 * pi)


def sigmoid(z):
    return 1 / (1 + exp(-z))


FUNCTIONS = {
    "gelu_m2": lambda z: z * (1 + erf(z / sqrt(2))) / 2,
    "gelu_tanh_m2": lambda z: z * (1 + tanh(sqrt(2 / pi) * (z + mpf("0.044715") * z**3))) / 2,
    "silu_m2": lambda z: z * sigmoid(z),
    "mish_m2": lambda z: z * tanh(log1p(exp(z))),
    "elu_m2": lambda z: z if z > 0 else exp(z) - 1,
}

POINTS = [-20, -10, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 10, 20]
for name, f in FUNCTIONS.items():
    moment = quad(lambda z: f(z) ** 2 * density(z), POINTS)
    print(f"{name}|{mp.nstr(1 / sqrt(moment), 20)}")
