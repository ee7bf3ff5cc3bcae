// SPDX-License-Identifier: Apache-2.0
// What stands between the normals and cuSOLVER, and between cuSOLVER and the tensor. The matrix is tall and column by
// column, its leading dimension its rows.
#include "region.cuh"

struct Factor {
  uint64_t matrix, rows, columns;
  uint64_t tau;    // address: the reflectors' factors, one for each column
  uint64_t signs;  // address: what to multiply the columns with
};

struct Finish {
  Region region;  // positions are row-major indices in the whole
  uint64_t matrix, rows;
  uint64_t size;     // elements of the whole
  uint64_t columns;  // of the whole
  uint64_t tall;     // 1: the whole is the matrix, 0: its transpose
  uint64_t signs;
  uint64_t info;     // address: what cuSOLVER said of geqrf and orgqr, an int each; behind it, the last that was not 0
  double gain;
};

// The signs that make R's diagonal positive.
template <class T>
__device__ __forceinline__ void signs(const Factor& p) {
  using Real = typename T::Compute;
  uint64_t step = uint64_t(gridDim.x) * blockDim.x;
  for (uint64_t j = uint64_t(blockIdx.x) * blockDim.x + threadIdx.x; j < p.columns; j += step) {
    Real r = reinterpret_cast<const Real*>(p.matrix)[j * p.rows + j];
    reinterpret_cast<Real*>(p.signs)[j] = r < 0 ? -1 : 1;
  }
}

// Columns, from their diagonals down, to reflectors (Stewart 1980): x to v = x + sign(x0) |x| e0, divided by its first
// element, which is left out, as geqrf has it. A block of threads goes down a column.
template <class T>
__device__ __forceinline__ void reflectors(const Factor& p) {
  using Real = typename T::Compute;
  __shared__ double partial[256];
  for (uint64_t j = blockIdx.x; j < p.columns; j += gridDim.x) {
    Real* x = reinterpret_cast<Real*>(p.matrix) + j * p.rows + j;
    uint64_t below = p.rows - j - 1;
    double sum = 0;
    for (uint64_t i = threadIdx.x; i < below; i += blockDim.x) sum = fma(double(x[1 + i]), double(x[1 + i]), sum);
    partial[threadIdx.x] = sum;
    for (int half = 128; half > 0; half /= 2) {
      __syncthreads();
      if (threadIdx.x < half) partial[threadIdx.x] += partial[threadIdx.x + half];
    }
    __syncthreads();
    double squares = partial[0], x0 = double(x[0]), sign = x0 < 0 ? -1 : 1;
    double v0 = x0 + sign * sqrt(fma(x0, x0, squares));
    if (v0 == 0) v0 = 1;  // a column of zeros: any reflector will do
    for (uint64_t i = threadIdx.x; i < below; i += blockDim.x) x[1 + i] = Real(double(x[1 + i]) / v0);
    if (threadIdx.x == 0) {
      reinterpret_cast<Real*>(p.tau)[j] = Real(2 / (1 + squares / (v0 * v0)));
      reinterpret_cast<Real*>(p.signs)[j] = Real(-sign);
    }
    __syncthreads();
  }
}

// Sign, gain, transpose, rounding. Where cuSOLVER failed, all is NaN.
template <class T>
__device__ __forceinline__ void finish(const Finish& p) {
  using Real = typename T::Compute;
  const Real* q = reinterpret_cast<const Real*>(p.matrix);
  const Real* sign = reinterpret_cast<const Real*>(p.signs);
  uint64_t* info = reinterpret_cast<uint64_t*>(p.info);
  bool failed = info[0] != 0;
  if (failed && blockIdx.x == 0 && threadIdx.x == 0) info[1] = info[0];
  Real nan = Real(__int_as_float(0x7fc00000)), gain = failed ? nan : Real(p.gain);
  fill<T>(p.region, [&](uint64_t position, Real* x) {
#pragma unroll
    for (int k = 0; k < GROUP<T>; k++) {
      uint64_t at = position + k, i = divide(at, p.columns), j = at - i * p.columns;
      if (!p.tall) {
        uint64_t swap = i;
        i = j;
        j = swap;
      }
      // The last group may end behind the matrix.
      Real value = at < p.size ? q[j * p.rows + i] * sign[j] * gain : Real(0);
      x[k] = value == value ? value : nan;  // one that stays one when it is rounded
    }
  });
}

KERNEL(signs, Factor, f32, F32)
KERNEL(signs, Factor, f64, F64)
KERNEL(reflectors, Factor, f32, F32)
KERNEL(reflectors, Factor, f64, F64)
TYPES(KERNEL, finish, Finish)
