// SPDX-License-Identifier: Apache-2.0
// The ones of eye and dirac: a thread for each row.
#include "fixed.cuh"

extern "C" __global__ void __launch_bounds__(256) diagonal(const __grid_constant__ Diagonal p) {
  uint64_t step = uint64_t(gridDim.x) * blockDim.x;
  for (uint64_t r = uint64_t(blockIdx.x) * blockDim.x + threadIdx.x; r < p.rows; r += step) one(p, r);
}
