// SPDX-License-Identifier: Apache-2.0
// Hadamard matrices, the diagonals of eye and dirac, and batches of small tensors.
#pragma once
#include "elements.h"
#include "fixed.cuh"
#include "many.cuh"

template <int bytes>
struct Signs : Maker {
  using Stored = typename Raw<bytes>::Stored;
  static constexpr uint64_t N = GROUP<Raw<bytes>>;
  Stored plus, minus;
  uint64_t columns;

  __forceinline__ Signs(Stored plus, Stored minus, uint64_t columns)
      : Maker{make}, plus(plus), minus(minus), columns(columns) {}

  static void make(Maker* self, const uint64_t* groups, uint64_t first, int count, void* to) {
    const Signs& signs = *static_cast<Signs*>(self);
    auto* out = static_cast<Stored*>(to);
    if (!groups) return signs.run(first * N, uint64_t(count) * N, out);
    for (int g = 0; g < count; g++) signs.run(groups[g] * N, N, out + uint64_t(g) * N);
  }

  // Within a row of the matrix the compiler counts bits by vectors.
  __attribute__((noinline)) void run(uint64_t first, uint64_t n, Stored* __restrict out) const {
    uint64_t i = first / columns, j = first - i * columns;
    for (uint64_t k = 0; k < n; i++, j = 0) {
      uint64_t end = n - k < columns - j ? n : k + columns - j;
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

// The kernels of a dtype that tensors of a batch may have.
struct ManyKernels {
  uint64_t perGroup;
  void (*constant)(const Constant<Region>& p, uint64_t begin, uint64_t end, bool streaming);
  void (*uniform)(const Elements<Uniform, Region>& p, uint64_t begin, uint64_t end, bool streaming);
  void (*normal)(const Elements<Normal, Region>& p, uint64_t begin, uint64_t end, bool streaming);
  void (*quantile)(const Elements<Quantile, Region>& p, uint64_t begin, uint64_t end, bool streaming);
};

// Tensors `begin` to `end - 1` of a batch.
static __attribute__((noinline, minsize)) void many(const Many& p, uint64_t begin, uint64_t end, bool streaming,
                                           const ManyKernels& kernels) {
  for (uint64_t i = begin; i < end; i++) {
    const Piece& piece = p.pieces[i];
    uint64_t groups = (piece.first % kernels.perGroup + piece.length + kernels.perGroup - 1) / kernels.perGroup;
    Region run{piece.memory, piece.first, piece.length, 1, 1, groups, 0, 0, {}, {}, {}};
    switch (piece.law) {
      case Law::CONSTANT:
        kernels.constant({run, piece.bits}, 0, groups, streaming);
        break;
      case Law::UNIFORM:
        kernels.uniform({run, source(piece), piece.uniform}, 0, groups, streaming);
        break;
      case Law::NORMAL:
        kernels.normal({run, source(piece), piece.normal}, 0, groups, streaming);
        break;
      case Law::QUANTILE:
        kernels.quantile({run, source(piece), piece.quantile}, 0, groups, streaming);
        break;
    }
  }
}

template <class T>
INLINE void many(const Many& p, uint64_t begin, uint64_t end, bool streaming) {
  ManyKernels kernels{GROUP<T>, constant<sizeof(typename T::Stored)>, elements<T, Uniform>, elements<T, Normal>,
                      elements<T, Quantile>};
  many(p, begin, end, streaming, kernels);
}
