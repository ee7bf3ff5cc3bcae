// SPDX-License-Identifier: Apache-2.0
// Fused multiply-adds of processors that have none (x86-64-v2).
#pragma once

// The product is exact in double; the sum is rounded to odd there, so that the rounding to float is the only one
// (Boldo and Melquiond 2008).
static NOINLINE float fmaf(float a, float b, float c) {
  double p = double(a) * b, s = p + c;
  double d = s - p, error = (p - (s - d)) + (c - d);
  int64_t bits = __double_as_longlong(s);
  bool inexact = (error < 0) | (error > 0), even = !(bits & 1);
  int64_t step = (error > 0) == (bits >= 0) ? 1 : -1;
  return float(__longlong_as_double(inexact & even ? bits + step : bits));
}

// In integers of 128 bits: slow, and right for all finite numbers.
static NOINLINE double fma(double a, double b, double c) {
  constexpr int64_t EXPONENT = 0x7ff, FRACTION = (1ll << 52) - 1;
  struct Parts {
    uint64_t significand;
    int exponent;
    bool negative;
  };
  auto parts = [](double x) -> Parts {
    int64_t bits = __double_as_longlong(x);
    int exponent = int(bits >> 52 & EXPONENT);
    uint64_t significand = uint64_t(bits & FRACTION) | uint64_t(exponent != 0) << 52;
    return {significand, (exponent ? exponent : 1) - 1075, bits < 0};
  };
  Parts x = parts(a), y = parts(b), z = parts(c);
  bool special = x.exponent == 972 || y.exponent == 972 || z.exponent == 972;
  if (special || x.significand == 0 || y.significand == 0) return a * b + c;
  using Wide = unsigned __int128;
  // Both terms with their highest bit at 124 at most.
  auto zeros = [](Wide v) { return v >> 64 ? __builtin_clzll(uint64_t(v >> 64)) : 64 + __builtin_clzll(uint64_t(v)); };
  Wide p = Wide(x.significand) * y.significand, q = z.significand;
  int pe = x.exponent + y.exponent, qe = z.exponent;
  int shift = zeros(p) - 3;
  p <<= shift, pe -= shift;
  if (q) {
    shift = zeros(q) - 3;
    q <<= shift, qe -= shift;
  } else {
    qe = pe;
  }
  // What is shifted out of the smaller one stays as a sticky bit.
  auto right = [](Wide v, int by) -> Wide {
    if (by <= 0) return v;
    if (by > 127) return v != 0;
    return v >> by | ((v & ((Wide(1) << by) - 1)) != 0);
  };
  int e = pe > qe ? pe : qe;
  p = right(p, e - pe), q = right(q, e - qe);
  bool negative = x.negative != y.negative;
  if (negative == z.negative) {
    p += q;
  } else if (p >= q) {
    p -= q;
  } else {
    p = q - p, negative = z.negative;
  }
  if (p == 0) return negative == z.negative && !q ? a * b + c : 0.0;
  // Normalized to 53 bits, or fewer where the result is subnormal, and rounded to nearest even.
  int drop = 128 - zeros(p) - 53;
  if (e + drop < -1074) drop = -1074 - e;
  uint64_t significand;
  if (drop <= 0) {
    significand = uint64_t(p << -drop);
  } else {
    Wide kept = right(p, drop - 2);  // two more bits, the lowest sticky
    uint64_t low = uint64_t(kept);
    significand = (low >> 2) + ((low & 2) && (low & 5) ? 1 : 0);
  }
  int exponent = e + drop;
  // The hidden bit counts as one of the exponent.
  int64_t biased = significand >> 52 ? exponent + 1074 : 0;
  uint64_t bits = significand ? uint64_t(biased << 52) + significand : 0;
  if (biased >= 0x7fe - 0 && bits >> 52 >= 0x7ff) bits = 0x7ffull << 52;
  return __longlong_as_double(int64_t(bits | uint64_t(negative) << 63));
}
