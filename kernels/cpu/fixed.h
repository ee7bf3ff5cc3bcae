// SPDX-License-Identifier: Apache-2.0
// Hadamard matrices, and the diagonals of eye and dirac.
#pragma once
#include "elements.h"
#include "fixed.cuh"

template <int bytes>
struct Signs : Maker {
  using Stored = typename Raw<bytes>::Stored;
  static constexpr uint64_t N = GROUP<Raw<bytes>>;
  Stored plus, minus;
  uint64_t columns;

  __forceinline__ Signs(Stored plus, Stored minus, uint64_t columns)
      : Maker{make}, plus(plus), minus(minus), columns(columns) {}

  static OURS void make(Maker* self, const uint64_t* groups, uint64_t first, int count, void* to) {
    const Signs& signs = *static_cast<Signs*>(self);
    auto* out = static_cast<Stored*>(to);
    if (!groups) return signs.run(first * N, uint64_t(count) * N, out);
    for (int g = 0; g < count; g++) signs.run(groups[g] * N, N, out + uint64_t(g) * N);
  }

  // One by one, but where counting bits is a thing of vectors: elsewhere that is no faster, and 2.5 kB.
  NOINLINE void run(uint64_t first, uint64_t n, Stored* __restrict out) const {
    uint64_t i = first / columns, j = first - i * columns;
    for (uint64_t k = 0; k < n; i++, j = 0) {
      uint64_t end = n - k < columns - j ? n : k + columns - j;
#if !defined(__aarch64__)
      ROLLED
#endif
      for (; k < end; k++, j++) out[k] = __builtin_popcountll(i & j) & 1 ? minus : plus;
    }
  }
};

template <class T>
INLINE void hadamard(const Hadamard& p, uint64_t begin, uint64_t end, bool streaming) {
  using Own = Made<T>;
  using Real = typename Own::Compute;
  Signs<sizeof(typename Own::Stored)> signs(Own::round(Real(p.value)), Own::round(-Real(p.value)), p.columns);
  fillTyped<T>(p.region, begin, end, signs, streaming);
}

// The rows of `begin` to `end - 1`.
INLINE void diagonal(const Diagonal& p, uint64_t begin, uint64_t end, bool) {
  for (uint64_t r = begin; r < end; r++) one(p, r);
}
