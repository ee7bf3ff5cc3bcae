// SPDX-License-Identifier: Apache-2.0
// What CUDA's words mean to a C++ compiler, so that the headers of kernels/ are CPU code too. All are operations that
// IEEE 754 rounds correctly, so the bits are those of the GPU. Compiled with -ffp-contract=off.
#pragma once
#include <stdint.h>
#include "kernel.h"

#define __device__
#define __constant__ const
#define __forceinline__ inline __attribute__((always_inline))
#define INLINE static inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline)) OURS
#define SMALL __attribute__((noinline, minsize)) OURS  // what does not cost the time
#define UNROLLED _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable) vectorize(disable)")

struct float4 {
  float x, y, z, w;
};

INLINE uint32_t __float_as_uint(float x) { return __builtin_bit_cast(uint32_t, x); }
INLINE int32_t __float_as_int(float x) { return __builtin_bit_cast(int32_t, x); }
INLINE float __uint_as_float(uint32_t x) { return __builtin_bit_cast(float, x); }
INLINE float __int_as_float(int32_t x) { return __builtin_bit_cast(float, x); }
INLINE int64_t __double_as_longlong(double x) { return __builtin_bit_cast(int64_t, x); }
INLINE double __longlong_as_double(int64_t x) { return __builtin_bit_cast(double, x); }
INLINE float __uint2float_rn(uint32_t x) { return float(x); }
template <class T>
INLINE T __ldg(const T* p) {
  return *p;
}
INLINE int __popcll(uint64_t x) { return __builtin_popcountll(x); }
INLINE uint32_t __byte_perm(uint32_t x, uint32_t y, uint32_t) { return x >> 16 | (y & 0xffff0000); }  // of 0x7632 alone

// Integers of 64 bits: only AVX-512 converts vectors of them. Both kinds are at most 2^53 in size here, so a bias makes
// them significands of doubles, exactly.
INLINE double __ll2double_rn(int64_t x) {  // |x| < 2^51
#if defined(__AVX512DQ__) || defined(__aarch64__)
  return double(x);
#else
  return __longlong_as_double(x + 0x4338000000000000) - 0x1.8p52;
#endif
}

INLINE double __ull2double_rn(uint64_t x) {  // x <= 2^53
#if defined(__AVX512DQ__) || defined(__aarch64__)
  return double(x);
#else
  double high = __longlong_as_double(int64_t(x >> 32 | 0x4530000000000000)) - 0x1p84;
  return high + (__longlong_as_double(int64_t((x & 0xffffffff) | 0x4330000000000000)) - 0x1p52);
#endif
}

INLINE float min(float a, float b) { return a < b ? a : b; }
INLINE float max(float a, float b) { return a > b ? a : b; }
INLINE double min(double a, double b) { return a < b ? a : b; }
INLINE double max(double a, double b) { return a > b ? a : b; }
INLINE float sqrtf(float x) { return __builtin_sqrtf(x); }
INLINE double sqrt(double x) { return __builtin_sqrt(x); }

#if defined(__FMA__) || defined(__aarch64__)
INLINE float fmaf(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
INLINE double fma(double a, double b, double c) { return __builtin_fma(a, b, c); }
#define VECTORIZED _Pragma("clang loop vectorize(enable)")  // or it is an error
#define WHOLE_VECTORS _Pragma("clang loop vectorize_width(VECTOR)")
#else
#include "fma.h"
#define VECTORIZED
#define WHOLE_VECTORS
#endif
INLINE float fma(float a, float b, float c) { return fmaf(a, b, c); }

struct Half {
  uint16_t bits;
};
INLINE uint16_t __half_as_ushort(Half x) { return x.bits; }
#if defined(__F16C__) || defined(__aarch64__)
INLINE Half __float2half_rn(float x) { return {__builtin_bit_cast(uint16_t, _Float16(x))}; }
#else
// binary32 to binary16, to nearest even; no NaN comes here.
INLINE Half __float2half_rn(float x) {
  uint32_t bits = __float_as_uint(x), sign = bits >> 16 & 0x8000;
  bits &= 0x7fffffff;
  uint32_t normal = bits - (112 << 23) + 0xfff + (bits >> 13 & 1) >> 13;
  // Below 2^-14 the spacing is 2^-24, that of numbers from 0.5 to 1: the addition rounds.
  uint32_t small = __float_as_uint(__uint_as_float(bits) + 0.5f) - 0x3f000000;
  uint32_t half = bits < 113 << 23 ? small : normal;
  return {uint16_t(sign | (bits >= 0x477ff000 ? 0x7c00 : half))};
}
#endif
