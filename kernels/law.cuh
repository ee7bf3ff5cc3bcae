// SPDX-License-Identifier: Apache-2.0
// The element laws of org.initium.law, operation by operation: the results are equal in bits. Compiled with -fmad=false,
// so that * and + stay what they are; every fma is written out. Constants are those of the Java classes of the same names.
#pragma once
#include <cstdint>

// Units: random words to numbers in (0, 1].
__device__ __forceinline__ float unit(uint32_t word) { return fmaf(__uint2float_rn(word), 0x1p-32f, 0x1p-33f); }

__device__ __forceinline__ uint64_t bits53(uint32_t first, uint32_t second) { return first ^ uint64_t(second) << 21; }

__device__ __forceinline__ double unit(uint64_t bits53) { return fma(__ull2double_rn(bits53), 0x1p-53, 0x1p-54); }

// Logarithm: -2 ln u for u in (0, 1].
// With g = -2 f for f = m - 1, where u = m * 2^e, and coefficients that powers of two are taken into: every result is that
// of the Java class, or a power of two of it.
__device__ __forceinline__ float minusTwoLn(float u) {
  int exponent = (__float_as_int(u) - 0x3f3504f3) & int(0xff800000);
  float g = fmaf(__int_as_float(__float_as_int(u) - exponent), -2, 2);
  float q = fmaf(0x1.76af9ap-12f, g, 0x1.2cbf42p-10f);
  q = fmaf(q, g, 0x1.316f4cp-9f);
  q = fmaf(q, g, 0x1.51fa38p-8f);
  q = fmaf(q, g, 0x1.98b55ep-7f);
  q = fmaf(q, g, 0x1.000f04p-5f);
  q = fmaf(q, g, 0x1.55579ap-4f);
  q = fmaf(q, g, 0x1.ffffc8p-3f);
  return fmaf(g * g, q, fmaf(float(exponent), -0x1.62e43p-23f, g));
}

// Operands from constant memory: a literal of 64 bits takes two instructions. Not const, or nvcc puts the literals back.
static __constant__ double LN64[] = {0.14795632882434634, 0.15314084873024628, 0.18183562850545215, 0.2222219860506176,
                                     0.28571428742028154, 0.3999999999941664, 0.6666666666666734, 0x1.a39ef35793c76p-33, 0x1.62e42feep-1};

__device__ __forceinline__ double minusTwoLn(double u) {
  int64_t bits = __double_as_longlong(u) - 0x3fe6a09e667f3bcdLL;
  double e = double(int(bits >> 52));
  double f = __longlong_as_double((bits & 0xfffffffffffffLL) + 0x3fe6a09e667f3bcdLL) - 1;
  double s = f / (2 + f);
  double z = s * s;
  double r = LN64[0];
#pragma unroll
  for (int n = 1; n < 7; n++) r = fma(r, z, LN64[n]);
  r = r * z;
  double half = 0.5 * f * f;
  double low = fma(s, half + r, e * LN64[7]);
  return 2 * fma(-e, LN64[8], half - low - f);
}

// Circle: sine and cosine of a word in turns.
struct Point32 {
  float sin, cos;
};

__device__ __forceinline__ Point32 circle(uint32_t word) {
  uint32_t t = word + (1u << 29);
  float f = fmaf(float(int(word << 2)), 0x1p-34f, 0x1p-33f);
  float z = f * f;
  float s = f * fmaf(fmaf(fmaf(-76.7749557f, z, 81.6256256f), z, -41.3418655f), z, 6.28318548f);
  float c = fmaf(fmaf(fmaf(fmaf(58.6210594f, z, -85.4245224f), z, 64.9391479f), z, -19.7392082f), z, 1.0f);
  bool swap = t >> 30 & 1;
  uint32_t sin = __float_as_uint(swap ? c : s) ^ t & 1u << 31;
  uint32_t cos = __float_as_uint(swap ? s : c) ^ t + (1u << 30) & 1u << 31;
  return {__uint_as_float(sin), __uint_as_float(cos)};
}

struct Point64 {
  double sin, cos;
};

static __constant__ double SIN64[] = {3.781124589133133, -15.09381851111826, 42.058685327160255, -76.70585970743203,
                                      81.60524927596379, -41.34170224039967, 2.4492935982947064e-16, 6.283185307179586};
static __constant__ double COS64[] = {-1.6882990978544472, 7.902629316147551, -26.426241133104224, 60.24464122724163,
                                      -85.45681720598927, 64.93939402266668, -19.739208802178716};

// With the sign changed where the bit of t is set, which becomes the sign's.
__device__ __forceinline__ double negatedWhere(double x, uint64_t t, int bit) {
  return __longlong_as_double(__double_as_longlong(x) ^ int64_t(t << 63 - bit & 1ull << 63));
}

__device__ __forceinline__ Point64 circle(uint64_t bits53) {
  uint64_t t = bits53 + (1ull << 50);
  double f = fma(__ll2double_rn(int64_t((t & (1ull << 51) - 1) - (1ull << 50))), 0x1p-53, 0x1p-54);
  double z = f * f;
  double s = SIN64[0], c = COS64[0];
#pragma unroll
  for (int n = 1; n < 6; n++) s = fma(s, z, SIN64[n]);
  s = fma(f, SIN64[7], f * fma(z, s, SIN64[6]));
#pragma unroll
  for (int n = 1; n < 7; n++) c = fma(c, z, COS64[n]);
  c = fma(z, c, 1.0);
  bool swap = t >> 51 & 1;
  double sin = swap ? c : s, cos = swap ? s : c;
  return {negatedWhere(sin, t, 52), negatedWhere(cos, t + (1ull << 51), 52)};
}

// Normal32 and Normal64: so many pairs, x[2k] and x[2k + 1] from first[k] and second[k]. Step by step for all of them, so
// that constants and branches are shared.
template <int pairs, class Bits, class Real>
__device__ __forceinline__ void normals(const Bits* first, const Bits* second, Real mean, Real std, Real* x) {
  Real r[pairs];
#pragma unroll
  for (int k = 0; k < pairs; k++) r[k] = minusTwoLn(unit(first[k]));
#pragma unroll
  for (int k = 0; k < pairs; k++) {
    if constexpr (sizeof(Real) == 8) r[k] = sqrt(r[k]);
    else r[k] = sqrtf(r[k]);
  }
#pragma unroll
  for (int k = 0; k < pairs; k++) {
    auto p = circle(second[k]);
    x[2 * k] = fma(r[k] * p.sin, std, mean);
    x[2 * k + 1] = fma(r[k] * p.cos, std, mean);
  }
}
