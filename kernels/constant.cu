// Constant: every element is one value, given as its bits in the dtype. No arithmetic; 16 bytes a store.
#include "region.cuh"

struct Constant {
  Region region;
  uint64_t bits;
};

template <int>
struct Bits;
template <> struct Bits<2> { using Stored = uint16_t; };
template <> struct Bits<4> { using Stored = uint32_t; };
template <> struct Bits<8> { using Stored = uint64_t; };

// A type whose values are their bits.
template <int bytes>
struct Raw {
  using Stored = typename Bits<bytes>::Stored;
  using Compute = Stored;
  static __device__ __forceinline__ Stored round(Stored x) { return x; }
};

template <int bytes>
__device__ __forceinline__ void constant(const Constant& p) {
  using T = Raw<bytes>;
  fill<T>(p.region, [&](uint64_t, typename T::Stored* x) {
#pragma unroll
    for (int k = 0; k < GROUP<T>; k++) x[k] = typename T::Stored(p.bits);
  });
}

#define CONSTANT(bytes) \
  extern "C" __global__ void __launch_bounds__(256) constant_##bytes(const __grid_constant__ Constant p) { constant<bytes>(p); }
CONSTANT(2)
CONSTANT(4)
CONSTANT(8)
