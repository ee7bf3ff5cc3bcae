// SPDX-License-Identifier: Apache-2.0
// The element types: how a computed value becomes the stored one, rounded to nearest even. A new dtype is a struct here and a
// row of TYPES. Stored is an integer type: a value is bits once it is rounded, and 16 bytes of them leave in one store.
#pragma once
#include <cstdint>
#include <cuda_fp16.h>
#include <type_traits>

struct F32 {
  using Compute = float;
  using Stored = uint32_t;
  static __device__ __forceinline__ Stored round(float x) { return __float_as_uint(x); }
};

struct F64 {
  using Compute = double;
  using Stored = uint64_t;
  static __device__ __forceinline__ Stored round(double x) { return uint64_t(__double_as_longlong(x)); }
};

struct F16 {
  using Compute = float;
  using Stored = uint16_t;
  static __device__ __forceinline__ Stored round(float x) { return __half_as_ushort(__float2half_rn(x)); }
  static __device__ __forceinline__ uint32_t pack(float x, float y) { return round(x) | uint32_t(round(y)) << 16; }
};

// In integers, since cvt to bf16 needs sm_80. Of NaNs, 0x7fc00000 stays one; laws make none, and finish makes them that.
struct BF16 {
  using Compute = float;
  using Stored = uint16_t;
  static __device__ __forceinline__ uint32_t upperHalf(float x) {
    uint32_t bits = __float_as_uint(x);
    return bits + 0x7fff + (bits >> 16 & 1);
  }
  static __device__ __forceinline__ Stored round(float x) { return uint16_t(upperHalf(x) >> 16); }
  static __device__ __forceinline__ uint32_t pack(float x, float y) {
#if __CUDA_ARCH__ >= 800
    uint32_t packed;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(y), "f"(x));
    return packed;
#else
    return __byte_perm(upperHalf(x), upperHalf(y), 0x7632);  // the upper halves in one instruction
#endif
  }
};

// A floating-point type of 8 bits, by its format. What is beyond its largest value becomes that (the saturating conversion
// of the OCP's OFP8), infinity too; a NaN is one. In integers but for one addition, since cvt needs sm_89.
struct Format8 {
  uint32_t fraction;  // bits
  uint32_t least;     // the exponent of the least normal number, in the place of binary32's
  uint32_t greatest;  // the largest value as a binary32
  uint32_t nan;

  __device__ __forceinline__ uint32_t round(float x) const {
    uint32_t bits = __float_as_uint(x), magnitude = bits & 0x7fffffff;
    uint32_t size = magnitude < greatest ? magnitude : greatest;
    uint32_t exponent = (size & 0x7f800000) > least ? size & 0x7f800000 : least;
    // The spacing of values at x is that of floats at this: the addition rounds.
    uint32_t spaced = exponent + (23 - fraction << 23);
    uint32_t rounded = __float_as_uint(__uint_as_float(size) + __uint_as_float(spaced)) - spaced;
    uint32_t value = (exponent - least >> 23 - fraction) + rounded;
    return (bits >> 24 & 0x80) | (magnitude > 0x7f800000 ? nan : value);
  }
};

struct F8_E4M3FN {
  using Compute = float;
  using Stored = uint8_t;
  static __device__ __forceinline__ Format8 format() { return {3, 127 - 6 << 23, 0x43e00000, 0x7f}; }  // to 448
  static __device__ __forceinline__ Stored round(float x) { return Stored(format().round(x)); }
};

struct F8_E5M2 {
  using Compute = float;
  using Stored = uint8_t;
  static __device__ __forceinline__ Format8 format() { return {2, 127 - 14 << 23, 0x47600000, 0x7e}; }  // to 57344
  static __device__ __forceinline__ Stored round(float x) { return Stored(format().round(x)); }
};

// A type whose values are their bits.
template <int bytes>
struct Raw;
template <class Bits>
struct RawBits {
  using Compute = Bits;
  using Stored = Bits;
  static __device__ __forceinline__ Stored round(Bits x) { return x; }
  static __device__ __forceinline__ uint32_t pack(Bits x, Bits y) { return x | uint32_t(y) << 16; }
};
template <>
struct Raw<1> : RawBits<uint8_t> {};
template <>
struct Raw<2> : RawBits<uint16_t> {};
template <>
struct Raw<4> : RawBits<uint32_t> {};
template <>
struct Raw<8> : RawBits<uint64_t> {};

// What there is a kernel for: each type, those that PyTorch draws numbers in, and each size.
#define TORCH_TYPES(X, ...) X(__VA_ARGS__, f32, F32) X(__VA_ARGS__, f64, F64) X(__VA_ARGS__, f16, F16) X(__VA_ARGS__, bf16, BF16)
#define TYPES(X, ...) TORCH_TYPES(X, __VA_ARGS__) X(__VA_ARGS__, f8_e4m3fn, F8_E4M3FN) X(__VA_ARGS__, f8_e5m2, F8_E5M2)
#define SIZES(X, ...) X(__VA_ARGS__, 1) X(__VA_ARGS__, 2) X(__VA_ARGS__, 4) X(__VA_ARGS__, 8)
