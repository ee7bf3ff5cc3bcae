// The fills whose elements each have a value of their own, as device functions over a Region, as the kernels of one
// tensor have it (constant.cu, uniform.cu, normal.cu, truncated.cu), or over a Run (many.cu).
#pragma once
#include "quantile.cuh"
#include "region.cuh"

// Every element is one value, given as its bits in the dtype. No arithmetic; 16 bytes a store.
template <class Where>
struct Constant {
  Where region;
  uint64_t bits;
};

template <int bytes, class Where>
__device__ __forceinline__ void constant(const Constant<Where>& p) {
  using T = Raw<bytes>;
  fill<T>(p.region, [&](uint64_t, typename T::Stored* x) {
#pragma unroll
    for (int k = 0; k < GROUP<T>; k++) x[k] = typename T::Stored(p.bits);
  });
}

// U[a, b): laws Uniform32 and Uniform64. One word an element, two for f64.
template <class Where>
struct Uniform {
  Where region;
  Source source;
  double low, range;       // x = low + u * range
  double least, greatest;  // the values of the dtype that bound [a, b); neither is -0
};

template <class T, class Where>
__device__ __forceinline__ void uniform(const Uniform<Where>& p) {
  using Real = typename T::Compute;
  Real low = Real(p.low), range = Real(p.range), least = Real(p.least), greatest = Real(p.greatest);
  auto affine = [&](Real u) { return max(min(fma(u, range, low), greatest), least); };
  fill<T>(p.region, [&](uint64_t group, Real* x) {
    words<T>(p.source, group, [&](int at, const Words& w) {
      if constexpr (sizeof(Real) == 8) {
#pragma unroll
        for (int k = 0; k < 2; k++) x[k] = affine(unit(bits53(w.word[2 * k], w.word[2 * k + 1])));
      } else {
#pragma unroll
        for (int k = 0; k < 4; k++) x[at + k] = affine(unit(w.word[k]));
      }
    });
  });
}

// N(mean, std^2): laws Normal32 and Normal64, Box-Muller on pairs of words. One word an element, two for f64.
template <class Where>
struct Normal {
  Where region;
  Source source;
  double mean, std;
};

template <class T, class Where>
__device__ __forceinline__ void normal(const Normal<Where>& p) {
  using Real = typename T::Compute;
  Real mean = Real(p.mean), std = Real(p.std);
  fill<T>(p.region, [&](uint64_t group, Real* x) {
    words<T>(p.source, group, [&](int at, const Words& w) { normals<T>(w, mean, std, x + at); });
  });
}

// N(mean, std^2) conditioned on [a, b]: laws Truncated32 and Truncated64. The inverse distribution function is a table of
// short series, one for each sixteenth of an octave of the distance, in probability, from the nearer bound; a word (two
// for f64) chooses the side, the row and the place in it. The table stays in the L1 cache: 16 kB, or 190 kB for f64.
template <class Where>
struct Truncated {
  Where region;
  Source source;
  uint64_t table;
  double least, greatest;
};

template <class T, class Where>
__device__ __forceinline__ void truncated(const Truncated<Where>& p) {
  using Real = typename T::Compute;
  Real least = Real(p.least), greatest = Real(p.greatest);
  // Not min and max, which take -0 for less than 0.
  auto clamp = [&](Real x) {
    x = x > greatest ? greatest : x;
    return x < least ? least : x;
  };
  fill<T>(p.region, [&](uint64_t group, Real* x) {
    words<T>(p.source, group, [&](int at, const Words& w) {
      if constexpr (sizeof(Real) == 8) {
        const double* table = reinterpret_cast<const double*>(p.table);
#pragma unroll
        for (int k = 0; k < 2; k++) x[k] = clamp(quantile(bits53(w.word[2 * k], w.word[2 * k + 1]), table));
      } else {
        const float4* table = reinterpret_cast<const float4*>(p.table);
#pragma unroll
        for (int k = 0; k < 4; k++) x[at + k] = clamp(quantile(w.word[k], table));
      }
    });
  });
}
