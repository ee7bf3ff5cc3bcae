// SPDX-License-Identifier: Apache-2.0
// What becomes of the numbers that cuRAND made: an affine map, or the inverse distribution function, then the rounding and
// the layout. In place where the numbers are in the tensor itself: a thread reads what it writes.
#include "quantile.cuh"
#include "region.cuh"

enum Map : uint64_t { AFFINE, NORMAL, QUANTILE };

struct Mapped {
  Region region;  // positions are row-major indices in the whole
  uint64_t numbers;
  uint64_t first;  // the index in the whole that number 0 is for; may be below 0
  uint64_t count;
  uint64_t map;
  double a, b, least, greatest;
  uint64_t table;
};

template <class T>
__device__ __forceinline__ typename T::Compute mapped(const Mapped& p, uint64_t at) {
  using Real = typename T::Compute;
  Real least = Real(p.least), greatest = Real(p.greatest), x;
  if (p.map == QUANTILE) {
    if constexpr (sizeof(Real) == 8) {
      uint2 w = reinterpret_cast<const uint2*>(p.numbers)[at];
      x = quantile(bits53(w.x, w.y), reinterpret_cast<const double*>(p.table));
    } else {
      x = quantile(reinterpret_cast<const uint32_t*>(p.numbers)[at], reinterpret_cast<const float4*>(p.table));
    }
  } else {
    x = fma(reinterpret_cast<const Real*>(p.numbers)[at], Real(p.b), Real(p.a));
    if (p.map == NORMAL) return x;
  }
  x = x > greatest ? greatest : x;
  return x < least ? least : x;
}

template <class T>
__device__ __forceinline__ void mapped(const Mapped& p) {
  fill<T>(p.region, [&](uint64_t position, typename T::Compute* x) {
#pragma unroll
    for (int k = 0; k < GROUP<T>; k++) {
      uint64_t at = position + k - p.first;
      x[k] = at < p.count ? mapped<T>(p, at) : typename T::Compute(0);
    }
  });
}

TYPES(KERNEL, mapped, Mapped)
