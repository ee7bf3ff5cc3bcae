// SPDX-License-Identifier: Apache-2.0
// The fills whose elements each have a value of their own, as device functions over a Region, as the kernels of one
// tensor have it (constant.cu, uniform.cu, normal.cu, quantile.cu), or over a Run (many.cu).
#pragma once
#include "laws.cuh"
#include "region.cuh"

// Every element is one value, given as its bits in the dtype. No arithmetic; 16 bytes a store.
template <class Where>
struct Constant {
  Where region;
  uint64_t bits;
};

#ifdef __CUDACC__
template <int bytes, class Where>
__device__ __forceinline__ void constant(const Constant<Where>& p) {
  using T = Raw<bytes>;
  fill<T>(p.region, [&](uint64_t, typename T::Stored* x) {
#pragma unroll
    for (int k = 0; k < GROUP<T>; k++) x[k] = typename T::Stored(p.bits);
  });
}
#endif

// Every element is its law's value at its own random bits.
template <class Numbers, class Where>
struct Elements {
  Where region;
  Source source;
  Numbers numbers;
};

// The elements of a block of words: four, or two of f64.
template <class Numbers, class Real>
__device__ __forceinline__ void values(const typename Numbers::template Law<Real>& law, const Words& w, Real* x) {
  if constexpr (sizeof(Real) == 8) {
    uint64_t a = bits53(w.word[0], w.word[1]), b = bits53(w.word[2], w.word[3]);
    if constexpr (Numbers::PAIRS) {
      law.pair(a, b, x[0], x[1]);
    } else {
      x[0] = law.at(a);
      x[1] = law.at(b);
    }
  } else {
#pragma unroll
    for (int k = 0; k < 4; k += 2) {
      if constexpr (Numbers::PAIRS) {
        law.pair(w.word[k], w.word[k + 1], x[k], x[k + 1]);
      } else {
        x[k] = law.at(w.word[k]);
        x[k + 1] = law.at(w.word[k + 1]);
      }
    }
  }
}

#ifdef __CUDACC__
// The elements of a group, of all its words: pairs step by step for all of them.
template <class T, class Numbers>
__device__ __forceinline__ void group(const typename Numbers::template Law<typename T::Compute>& law, const Words* w, typename T::Compute* x) {
  if constexpr (Numbers::PAIRS) {
    pairs<T, BLOCKS<T>>(w, [&](const auto* first, const auto* second) { law.template pairs<GROUP<T> / 2>(first, second, x); });
  } else {
#pragma unroll
    for (int b = 0; b < BLOCKS<T>; b++) values<Numbers>(law, w[b], x + b * PER_BLOCK<T>);
  }
}

template <class T, class Numbers, class Where>
__device__ __forceinline__ void elements(const Elements<Numbers, Where>& p) {
  typename Numbers::template Law<typename T::Compute> law(p.numbers);
  draw<T>(p.region, p.source, [&](const Words* w, typename T::Compute* x) { group<T, Numbers>(law, w, x); });
}

// The kernels of a law, one for each dtype.
#define ELEMENTS(family, Numbers, suffix, T)                                                                       \
  extern "C" __global__ void __launch_bounds__(256, RESIDENT<T>) family##_##suffix(const __grid_constant__ Elements<Numbers, Region> p) { \
    elements<T>(p);                                                                                                \
  }
#define LAW(family, Numbers) TYPES(ELEMENTS, family, Numbers)
#endif
