// SPDX-License-Identifier: Apache-2.0
// Elements of a matrix that is in memory, times a number and rounded: what a factorization leaves in a region.
#pragma once
#include "region.h"

struct Matrix {
  Region region;      // positions are indices in the whole, row by row
  uint64_t matrix;    // address of its first element, of the type that the dtype is computed in
  uint64_t rows, columns;  // of the whole
  uint64_t rowStep, columnStep;  // in elements
  double gain;
};

template <class T>
struct Scaled : Maker {
  using Real = typename T::Compute;
  using Stored = typename T::Stored;
  const Matrix& p;

  explicit __forceinline__ Scaled(const Matrix& p) : Maker{make}, p(p) {}

  static OURS void make(Maker* self, const uint64_t* groups, uint64_t first, int count, void* to) {
    const Scaled& scaled = *static_cast<Scaled*>(self);
    auto* out = static_cast<Stored*>(to);
    if (!groups) return scaled.run(first * GROUP<T>, uint64_t(count) * GROUP<T>, out);
    for (int g = 0; g < count; g++) scaled.run(groups[g] * GROUP<T>, GROUP<T>, out + g * GROUP<T>);
  }

  // Of a group that begins before the region or ends behind it, elements are read of the whole, which the matrix is.
  SMALL void run(uint64_t first, uint64_t n, Stored* __restrict out) const {
    const Real* matrix = reinterpret_cast<const Real*>(p.matrix);
    Real gain = Real(p.gain);
    uint64_t row = first / p.columns, column = first - row * p.columns;
    for (uint64_t k = 0; k < n; row++, column = 0) {
#pragma clang loop vectorize(disable)
      for (; k < n && column < p.columns; k++, column++) {
        out[k] = row < p.rows ? T::round(gain * matrix[row * p.rowStep + column * p.columnStep]) : 0;
      }
    }
  }
};

template <class T>
INLINE void matrix(const Matrix& p, uint64_t begin, uint64_t end, bool streaming) {
  Scaled<Made<T>> scaled(p);
  fillTyped<T>(p.region, begin, end, scaled, streaming);
}
