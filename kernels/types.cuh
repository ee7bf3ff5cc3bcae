// The element types: how a computed value becomes the stored one, rounded to nearest even. A new dtype is a struct here.
// Stored is an integer type: a value is bits once it is rounded, and 16 bytes of them leave in one store.
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

// A type whose values are their bits.
template <class Bits>
struct RawBits {
  using Compute = Bits;
  using Stored = Bits;
  static __device__ __forceinline__ Stored round(Bits x) { return x; }
  static __device__ __forceinline__ uint32_t pack(Bits x, Bits y) { return x | uint32_t(y) << 16; }
};

template <int bytes>
using Raw = RawBits<std::conditional_t<bytes == 2, uint16_t, std::conditional_t<bytes == 4, uint32_t, uint64_t>>>;
