// SPDX-License-Identifier: Apache-2.0
// Hadamard matrices.
#include "fixed.cuh"

// Which of the 16 columns from a multiple of 16 on are negated in row i: bit k is the parity of i & k.
__device__ __forceinline__ uint32_t signsOfSixteen(uint32_t i) {
  return (i & 1) * 0xaaaa ^ (i >> 1 & 1) * 0xcccc ^ (i >> 2 & 1) * 0xf0f0 ^ (i >> 3 & 1) * 0xff00;
}

// Bits are enough: negated is with the other sign bit.
template <class T>
__device__ __forceinline__ void hadamard(const Hadamard& p) {
  using Stored = typename T::Stored;
  constexpr int N = GROUP<T>, SIGN = 8 * sizeof(Stored) - 1;
  Stored plus = T::round(typename T::Compute(p.value));
  fill<Raw<sizeof(Stored)>>(p.region, [&](uint64_t position, Stored* x) {
    uint64_t i = divide(position, p.columns), j = position - i * p.columns;
    if (j % N == 0 && j + N <= p.columns) {
      uint32_t signs = signsOfSixteen(uint32_t(i)) ^ (__popcll(i & j) & 1 ? 0xffff : 0);
#pragma unroll
      for (int k = 0; k < N; k++) x[k] = plus ^ Stored(Stored(signs >> k & 1) << SIGN);
    } else {
#pragma unroll 1
      for (int k = 0; k < N; k++) {
        uint64_t at = position + k, row = divide(at, p.columns), column = at - row * p.columns;
        Stored value = plus ^ Stored(Stored(__popcll(row & column) & 1) << SIGN);
#pragma unroll
        for (int to = 0; to < N; to++) x[to] = to == k ? value : x[to];
      }
    }
  });
}

TYPES(KERNEL, hadamard, Hadamard)
