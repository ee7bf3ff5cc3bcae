// SPDX-License-Identifier: Apache-2.0
// PyTorch's numbers: those of a CUDA device, whose law is torch.cuh's, and those of its CPU.
#pragma once
#include "elements.h"
#include "torch.cuh"
#include "torch_cpu.h"
#include "twister.h"

// Element c of each block, of which `out` has half in a place of its own: 0 and 2, or both in turns.
template <class Stored>
static SMALL void torchStore(const Torch& p, uint64_t at, int count, const Stored* from, int step) {
  uint64_t skipped = at < p.first ? p.first - at : 0;
  uint64_t n = at + count < p.end ? uint64_t(count) : p.end > at ? p.end - at : 0;
  Stored* to = reinterpret_cast<Stored*>(p.memory) + (at - p.first);
#pragma clang loop vectorize(disable)
  for (uint64_t k = skipped; k < n; k++) to[k] = replaced(p, from[k * step]);
}

// The elements of some of a batch's bits. Of uniforms `half` says whose: those of elements 0 and 2, or of 1 and 3.
template <class T, class Numbers>
static SMALL void torchElements(const Torch& p, const Bits& bits, int half, int count, typename T::Stored* out) {
  using Law = typename Numbers::template Law<typename T::Compute>;
  if constexpr (Numbers::PAIRS) {
    apply<T, Numbers>(Law(Numbers{p.a, p.b}), bits, count, out);
  } else {
    constexpr double INFINITE = __builtin_inf();
    const auto& words = reinterpret_cast<const Bits&>(half ? bits.second : bits.first);
    apply<T, Numbers, false>(Law(Numbers{p.a, p.b, -INFINITE, INFINITE}), words, count, out);
  }
}

// Blocks `begin` to `end - 1`: block i is number i / threads of thread i % threads.
template <class Stored>
static SMALL void torchBlocks(const Torch& p, uint64_t begin, uint64_t end, bool pairs,
                                 void(OURS* make)(const Torch& p, const Bits& bits, int half, int count, Stored* out)) {
  constexpr bool WIDE = sizeof(Stored) == 8;
  constexpr int WIDTH = WIDE ? 2 : 4;
  Bits bits;
  Stored x[WIDTH * BLOCKS];
  for (uint64_t i = begin; i < end;) {
    uint64_t number = i / p.threads, thread = i - number * p.threads, block = p.source.start + number;
    uint64_t left = p.threads - thread < end - i ? p.threads - thread : end - i, at = number * WIDTH * p.threads + thread;
    int count = int(left < BLOCKS ? left : BLOCKS), step = pairs ? WIDTH : WIDTH / 2;
    draw<true>(Keys(p.source), uint32_t(block), uint32_t(block >> 32), thread, count, bits);
    if (WIDE) widen<true>(bits, count);
    for (int half = 0; half < WIDTH / step; half++) {
      make(p, bits, half, count * step, x);
      for (int c = 0; c < step; c++) {
        uint64_t element = pairs ? uint64_t(c) : uint64_t(half + 2 * c);
        torchStore(p, at + element * p.threads, count, x + c, step);
      }
    }
    i += uint64_t(count);
  }
}

template <class T, class Numbers>
static OURS void torchCuda(const Torch& p, uint64_t begin, uint64_t end) {
  torchBlocks<typename T::Stored>(p, begin, end, Numbers::PAIRS, torchElements<T, Numbers>);
}

template <class T>
INLINE void torch_uniform(const Torch& p, uint64_t begin, uint64_t end, bool) {
  torchCuda<T, Uniform>(p, begin, end);
}

template <class T>
INLINE void torch_normal(const Torch& p, uint64_t begin, uint64_t end, bool) {
  torchCuda<T, Normal>(p, begin, end);
}

template <class T>
INLINE void torch_cpu_uniform(const TorchCpu& p, uint64_t begin, uint64_t end, bool) {
  torchCpu<T, true>(p, begin, end);
}

template <class T>
INLINE void torch_cpu_normal(const TorchCpu& p, uint64_t begin, uint64_t end, bool) {
  torchCpu<T, false>(p, begin, end);
}
