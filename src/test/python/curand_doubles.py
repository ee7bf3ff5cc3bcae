#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes single elements of long calls of curandGenerateUniformDouble (host generator).

    python3 curand_doubles.py PATH/TO/libcurand.so.10 > ../resources/golden/curand-10.3.7-doubles.txt

Rows: seed, offset, index of the element in a call for 2000000, value. No value was 1.
"""
import ctypes as C
import random
import sys

lib = C.CDLL(sys.argv[1])
n = 2000000
random.seed(20260101)
print("# made by src/test/python/curand_doubles.py: seed offset index value")
for seed in (0, 77):
    for offset in (0, 1, 6, 100001, 262140, 262147, 2**34 + 5, 2**50 + 262141):
        g = C.c_void_p()
        assert lib.curandCreateGeneratorHost(C.byref(g), 161) == 0
        assert lib.curandSetPseudoRandomGeneratorSeed(g, C.c_ulonglong(seed)) == 0
        assert lib.curandSetGeneratorOffset(g, C.c_ulonglong(offset)) == 0
        values = (C.c_double * n)()
        assert lib.curandGenerateUniformDouble(g, values, C.c_size_t(n)) == 0
        edges = [k * 2**18 - offset % 2**18 + d for k in range(1, 5) for d in (-5, -1, 0, 1, 2)]
        for i in [max(e, 0) for e in edges] + [random.randrange(n) for _ in range(20)]:
            print(seed, offset, i, repr(values[i]))
