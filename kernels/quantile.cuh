// SPDX-License-Identifier: Apache-2.0
// Quantile32 and Quantile64 but for their last clamp: the inverse distribution function from its table.
#pragma once
#include "law.cuh"

constexpr int SEGMENTS32 = 513, SEGMENTS64 = 848, COEFFICIENTS64 = 11;

// Where in the table a word leads: a row, and the place in its series.
struct Place32 {
  int row;
  float s;
};

__device__ __forceinline__ Place32 place(uint32_t word) {
  int flip = int(word) >> 31;
  uint32_t bits = __float_as_uint(float(int(word) ^ flip) + 0.5f);
  int row = int(bits >> 19) - (0x3f000000 >> 19) + (flip & SEGMENTS32);
  return {row, __uint_as_float(bits << 4 & 0x7fffff | 0x3f800000) - 1.5f};
}

__device__ __forceinline__ float quantile(uint32_t word, const float4* table) {
  Place32 p = place(word);
  float4 c = __ldg(table + p.row);
  return fmaf(fmaf(fmaf(c.w, p.s, c.z), p.s, c.y), p.s, c.x);
}

__device__ __forceinline__ double quantile(uint64_t bits53, const double* table) {
  bool upper = bits53 >> 52;
  uint64_t m = upper ? (1ull << 53) - 1 - bits53 : bits53;
  uint64_t bits = uint64_t(__double_as_longlong(__ull2double_rn(m) + 0.5));
  const double* c = table + (int(bits >> 48) - 0x3fe0 + (upper ? SEGMENTS64 : 0)) * COEFFICIENTS64;
  double s = __longlong_as_double(int64_t(bits << 4 & (1ull << 52) - 1 | 0x3ffull << 52)) - 1.5;
  double x = __ldg(c + COEFFICIENTS64 - 1);
#pragma unroll
  for (int n = COEFFICIENTS64 - 2; n >= 0; n--) x = fma(x, s, __ldg(c + n));
  return x;
}
