// SPDX-License-Identifier: Apache-2.0
// Some numbers side by side, which clang makes the vectors of any instruction set of.
#pragma once
#include "device.h"


#if defined(__AVX2__)
constexpr int FLOATS = 8, DOUBLES = 4;
#else
constexpr int FLOATS = 4, DOUBLES = 2;
#endif
typedef float Floats __attribute__((vector_size(4 * FLOATS)));
typedef int32_t Ints __attribute__((vector_size(4 * FLOATS)));
typedef double Doubles __attribute__((vector_size(8 * DOUBLES)));
typedef int64_t Longs __attribute__((vector_size(8 * DOUBLES)));

#if defined(__FMA__) || defined(__aarch64__)
INLINE Floats fma(Floats a, Floats b, Floats c) { return __builtin_elementwise_fma(a, b, c); }
INLINE Doubles fma(Doubles a, Doubles b, Doubles c) { return __builtin_elementwise_fma(a, b, c); }
#else
static NOINLINE Floats fma(Floats a, Floats b, Floats c) {
  for (int i = 0; i < FLOATS; i++) a[i] = fma(a[i], b[i], c[i]);
  return a;
}
static NOINLINE Doubles fma(Doubles a, Doubles b, Doubles c) {
  for (int i = 0; i < DOUBLES; i++) a[i] = fma(a[i], b[i], c[i]);
  return a;
}
#endif
INLINE Floats fma(Floats a, Floats b, float c) { return fma(a, b, Floats{} + c); }
INLINE Doubles fma(Doubles a, Doubles b, double c) { return fma(a, b, Doubles{} + c); }

INLINE Floats toFloats(Ints x) { return __builtin_convertvector(x, Floats); }
INLINE Ints truncated(Floats x) { return __builtin_convertvector(x, Ints); }
INLINE Doubles toDoubles(Longs x) {  // of numbers that an int has room for
  typedef int32_t Narrow __attribute__((vector_size(4 * DOUBLES)));
  return __builtin_convertvector(__builtin_convertvector(x, Narrow), Doubles);
}
INLINE Floats squareRoot(Floats x) { return __builtin_elementwise_sqrt(x); }
INLINE Doubles squareRoot(Doubles x) { return __builtin_elementwise_sqrt(x); }
