// SPDX-License-Identifier: Apache-2.0
// Elements that the host made, from memory laid out as the tensor is, into the tensor: what lies between is left alone.
#include "region.cuh"

struct Scatter {
  Region region;  // positions are places in the source
  uint64_t source;
  uint64_t count;  // elements of the source
};

template <int bytes>
__device__ __forceinline__ void scatter(const Scatter& p) {
  using T = Raw<bytes>;
  const typename T::Stored* source = reinterpret_cast<const typename T::Stored*>(p.source);
  fill<T>(p.region, [&](uint64_t position, typename T::Stored* x) {
#pragma unroll
    for (int k = 0; k < GROUP<T>; k++) {
      uint64_t at = position + k;
      x[k] = at < p.count ? source[at] : 0;
    }
  });
}

#define SCATTER(family, bytes) \
  extern "C" __global__ void __launch_bounds__(256) family##_##bytes(const __grid_constant__ Scatter p) { scatter<bytes>(p); }
SIZES(SCATTER, scatter)
