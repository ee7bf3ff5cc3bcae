// SPDX-License-Identifier: Apache-2.0
// Many small tensors in one launch: row y of the grid fills tensor y, with the bits that a launch of its own would give.
// What the tensors are comes in the launch itself, so nothing is copied before it and nothing is kept for it.
#include "many.cuh"

template <class T>
__device__ __forceinline__ void many(const Many& p) {
  const Piece& piece = p.pieces[blockIdx.y];
  uint64_t before = (piece.first - phase<T>(piece.memory, piece.first)) % GROUP<T>;
  uint64_t groups = (before + piece.length + GROUP<T> - 1) / GROUP<T>;
  Run run{piece.memory, piece.first, piece.length, groups};
  switch (piece.law) {
    case Law::CONSTANT:
      constant<sizeof(typename T::Stored)>(Constant<Run>{run, piece.bits});
      break;
    case Law::UNIFORM:
      elements<T>(Elements<Uniform, Run>{run, source(piece), piece.uniform});
      break;
    case Law::NORMAL:
      elements<T>(Elements<Normal, Run>{run, source(piece), piece.normal});
      break;
    case Law::QUANTILE:
      elements<T>(Elements<Quantile, Run>{run, source(piece), piece.quantile});
      break;
  }
}

TYPES(KERNEL, many, Many)
