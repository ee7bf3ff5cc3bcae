// Hadamard matrices, the diagonals of eye and dirac, and batches of small tensors.
#pragma once
#include "elements.h"
#include "fixed.cuh"
#include "many.cuh"

template <class T>
struct Signs : Maker<typename T::Stored> {
  using Stored = typename T::Stored;
  const Hadamard& p;

  explicit __forceinline__ Signs(const Hadamard& p) : Maker<Stored>{make}, p(p) {}

  static void make(Maker<Stored>* self, const uint64_t* groups, uint64_t first, int count, Stored* out) {
    const Signs& signs = *static_cast<Signs*>(self);
    if (!groups) return signs.run(first * GROUP<T>, uint64_t(count) * GROUP<T>, out);
    for (int g = 0; g < count; g++) signs.run(groups[g] * GROUP<T>, GROUP<T>, out + g * GROUP<T>);
  }

  // Within a row of the matrix the compiler counts bits by vectors.
  void run(uint64_t first, uint64_t n, Stored* __restrict out) const {
    auto plus = T::round(typename T::Compute(p.value)), minus = T::round(-typename T::Compute(p.value));
    uint64_t i = first / p.columns, j = first - i * p.columns;
    for (uint64_t k = 0; k < n; i++, j = 0) {
      uint64_t end = n - k < p.columns - j ? n : k + p.columns - j;
      for (; k < end; k++, j++) out[k] = __builtin_popcountll(i & j) & 1 ? minus : plus;
    }
  }
};

template <class T>
INLINE void hadamard(const Hadamard& p, uint64_t begin, uint64_t end, bool streaming) {
  Signs<T> signs(p);
  fillRegion<sizeof(typename T::Stored)>(p.region, begin, end, signs, streaming);
}

// The rows of `begin` to `end - 1`.
INLINE void diagonal(const Diagonal& p, uint64_t begin, uint64_t end, bool) {
  for (uint64_t r = begin; r < end; r++) one(p, r);
}

// Tensors `begin` to `end - 1` of a batch.
template <class T>
INLINE void many(const Many& p, uint64_t begin, uint64_t end, bool streaming) {
  for (uint64_t i = begin; i < end; i++) {
    const Piece& piece = p.pieces[i];
    uint64_t groups = (piece.first % GROUP<T> + piece.length + GROUP<T> - 1) / GROUP<T>;
    Region run{piece.memory, piece.first, piece.length, 1, 1, groups, 0, 0, {}, {}, {}};
    switch (piece.law) {
      case Law::CONSTANT:
        constant<sizeof(typename T::Stored)>(Constant<Region>{run, piece.bits}, 0, groups, streaming);
        break;
      case Law::UNIFORM:
        elements<T>(Elements<Uniform, Region>{run, source(piece), piece.uniform}, 0, groups, streaming);
        break;
      case Law::NORMAL:
        elements<T>(Elements<Normal, Region>{run, source(piece), piece.normal}, 0, groups, streaming);
        break;
      case Law::TRUNCATED:
        elements<T>(Elements<Truncated, Region>{run, source(piece), piece.truncated}, 0, groups, streaming);
        break;
    }
  }
}
