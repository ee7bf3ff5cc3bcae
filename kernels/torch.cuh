// SPDX-License-Identifier: Apache-2.0
// PyTorch's own numbers on a CUDA device: classes CudaDraws and CudaLaunch of org.initium.torch. Each thread of PyTorch's
// kernel has a Philox stream of its own; block d of thread t's gives elements (d * width + c) * threads + t for c below
// width, which is 4, or 2 for f64.
#pragma once
#include "philox.cuh"

struct Torch {
  uint64_t memory;   // where element `first` is
  Source source;     // starts at each stream's first block
  uint64_t threads;  // of PyTorch's kernel
  uint64_t count;    // elements that it draws
  uint64_t first, end;  // of which these are in memory
  double a, b;          // a + u * b for a uniform u, or for a normal one
  uint64_t from, to;    // the stored value `from`, but for bits that are not in the mask, becomes `to`
  uint64_t mask;
};

template <class Stored>
__device__ __forceinline__ Stored replaced(const Torch& p, Stored x) {
  return ((x ^ p.from) & p.mask) == 0 ? Stored(p.to) : x;
}
