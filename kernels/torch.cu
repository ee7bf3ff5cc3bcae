// SPDX-License-Identifier: Apache-2.0
// The kernels of torch.cuh. A thread here makes a block: neighbors write to neighboring memory.
#include "region.cuh"
#include "torch.cuh"

template <class T, class Law>
__device__ __forceinline__ void torch(const Torch& p, const Law& law) {
  using Real = typename T::Compute;
  constexpr int WIDTH = sizeof(Real) == 8 ? 2 : 4;
  typename T::Stored* memory = reinterpret_cast<typename T::Stored*>(p.memory);
  uint64_t wave = p.threads * WIDTH;
  uint64_t blocks = divide(p.count + wave - 1, wave) * p.threads;
  uint64_t step = uint64_t(gridDim.x) * blockDim.x;
  for (uint64_t i = uint64_t(blockIdx.x) * blockDim.x + threadIdx.x; i < blocks; i += step) {
    uint64_t draw = divide(i, p.threads), thread = i - draw * p.threads, block = p.source.start + draw;
    Real x[WIDTH];
    law(philox(p.source, uint32_t(block), uint32_t(block >> 32), uint32_t(thread), 0), x);
#pragma unroll
    for (int c = 0; c < WIDTH; c++) {
      uint64_t at = draw * wave + c * p.threads + thread;
      if (at >= p.first && at < p.end) memory[at - p.first] = replaced(p, T::round(x[c]));
    }
  }
}

template <class T>
__device__ __forceinline__ void torch_uniform(const Torch& p) {
  using Real = typename T::Compute;
  Real a = Real(p.a), b = Real(p.b);
  torch<T>(p, [&](const Words& w, Real* x) {
    if constexpr (sizeof(Real) == 8) {
#pragma unroll
      for (int k = 0; k < 2; k++) x[k] = fma(unit(bits53(w.word[2 * k], w.word[2 * k + 1])), b, a);
    } else {
#pragma unroll
      for (int k = 0; k < 4; k++) x[k] = fma(unit(w.word[k]), b, a);
    }
  });
}

template <class T>
__device__ __forceinline__ void torch_normal(const Torch& p) {
  using Real = typename T::Compute;
  torch<T>(p, [&](const Words& w, Real* x) { normals<T>(w, Real(p.a), Real(p.b), x); });
}

TORCH_TYPES(KERNEL, torch_uniform, Torch)
TORCH_TYPES(KERNEL, torch_normal, Torch)
