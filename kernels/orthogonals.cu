// SPDX-License-Identifier: Apache-2.0
// Orthogonal matrices of up to 128 rows and columns, one for each block of threads, from the normals to the tensor without
// leaving shared memory: Householder's reflectors, then their product, both in place. What the matrices are comes in the
// launch itself, as in many.cu. A warp has every eighth column, a lane every 32nd row of it.
#include "many.cuh"

constexpr int KINDS = 8, MATRICES = 112;  // as many as fit the 4096 bytes of a launch
constexpr uint32_t LONGEST = 128, WARPS = 8, LANES = 32;

// What matrices of a launch have in common; mirrored, as Matrix and Orthogonals, in Java by Orthogonals.
struct Kind {
  uint32_t rows, columns;     // of the tall one of the matrix and its transpose
  uint32_t tall;              // 1: that is the matrix, 0: its transpose
  uint32_t householder;       // 1: the reflectors are those of the Gaussian columns, 0: of the QR factorization
  uint32_t sizes[2];          // of the part that is written
  uint32_t wholeStrides[2];   // in row-major elements of the matrix
  uint64_t first;             // row-major index in the matrix of the part's first element
  uint64_t memoryStrides[2];  // in elements
  double gain;
};

struct Matrix {
  uint64_t memory;  // address of the first element that is written
  uint64_t start, seed;
  uint64_t kind;
};

struct Orthogonals {
  Kind kinds[KINDS];
  Matrix matrices[MATRICES];
};

__device__ __forceinline__ uint32_t lane() { return threadIdx.x % LANES; }
__device__ __forceinline__ uint32_t warp() { return threadIdx.x / LANES; }

template <class Real>
__device__ __forceinline__ Real sum(Real x) {
#pragma unroll
  for (int far = LANES / 2; far > 0; far /= 2) x += __shfl_xor_sync(0xffffffff, x, far);
  return x;
}

// A lane's share of a column: row lane() + 32 q.
template <class Real>
struct Column {
  static constexpr int SHARE = LONGEST / LANES;
  Real x[SHARE];

  __device__ __forceinline__ static uint32_t row(int q) { return lane() + LANES * q; }

  // The rows from one on, of which there are so many in all; 0 for the others.
  __device__ __forceinline__ Column(const Real* column, uint32_t from, uint32_t rows) {
#pragma unroll
    for (int q = 0; q < SHARE; q++) x[q] = row(q) >= from && row(q) < rows ? column[row(q)] : Real(0);
  }

  __device__ __forceinline__ void store(Real* column, uint32_t from, uint32_t rows) const {
#pragma unroll
    for (int q = 0; q < SHARE; q++)
      if (row(q) >= from && row(q) < rows) column[row(q)] = x[q];
  }
};

// A reflector I - tau v v', v being 1 in row k and 0 above.
template <class Real>
struct Reflector {
  Column<Real> v;
  uint32_t k, rows;
  Real inverse, tau, sign;  // what x below the diagonal is multiplied with for v; of R's diagonal

  // Of the column k, from its diagonal down (Stewart 1980): x + sign(x0) |x| e0, divided by its first element.
  __device__ __forceinline__ Reflector(const Real* column, uint32_t k, uint32_t rows) : v(column, k + 1, rows), k(k), rows(rows) {
    double squares = 0, x0 = double(column[k]);
#pragma unroll
    for (int q = 0; q < Column<Real>::SHARE; q++) squares = fma(double(v.x[q]), double(v.x[q]), squares);
    squares = sum(squares);
    double v0 = x0 + (x0 < 0 ? -1 : 1) * sqrt(fma(x0, x0, squares));
    if (v0 == 0) v0 = 1;  // a column of zeros: any reflector will do
    inverse = Real(1 / v0);
    tau = Real(2 / (1 + squares / (v0 * v0)));
    sign = x0 < 0 ? 1 : -1;
    scale();
  }

  // Made before of the same column.
  __device__ __forceinline__ Reflector(const Real* column, uint32_t k, uint32_t rows, Real inverse, Real tau)
      : v(column, k + 1, rows), k(k), rows(rows), inverse(inverse), tau(tau), sign(0) {
    scale();
  }

  __device__ __forceinline__ void scale() {
#pragma unroll
    for (int q = 0; q < Column<Real>::SHARE; q++) v.x[q] = v.row(q) == k ? Real(1) : v.x[q] * inverse;
  }

  // Reflects the columns behind k that the warp has.
  __device__ __forceinline__ void apply(Real* matrix, uint32_t stride, uint32_t columns) const {
    for (uint32_t j = k + 1 + (warp() - (k + 1)) % WARPS; j < columns; j += WARPS) {
      Column<Real> y(matrix + j * stride, k, rows);
      Real product = 0;
#pragma unroll
      for (int q = 0; q < Column<Real>::SHARE; q++) product = fma(v.x[q], y.x[q], product);
      product = sum(product) * -tau;
#pragma unroll
      for (int q = 0; q < Column<Real>::SHARE; q++) y.x[q] = fma(product, v.x[q], y.x[q]);
      y.store(matrix + j * stride, k, rows);
    }
  }
};

// N(0, 1), drawn in row-major order.
template <class T>
__device__ __forceinline__ void gaussian(const Matrix& p, uint32_t rows, uint32_t columns, typename T::Compute* matrix, uint32_t stride) {
  constexpr int N = PER_BLOCK<T>;
  Source draws = source(Piece{.start = p.start, .seed = p.seed});
  uint32_t before = uint32_t(p.start) % N, end = before + rows * columns;
  for (uint32_t i = threadIdx.x * N; i < end; i += blockDim.x * N) {
    typename T::Compute x[N];
    normals<T>(philox(draws, blockAt<T>(draws, p.start - before + i)), 0, 1, x);
#pragma unroll
    for (int k = 0; k < N; k++) {
      uint32_t at = i + k - before;  // wraps below 0
      if (at < rows * columns) matrix[at % columns * stride + at / columns] = x[k];
    }
  }
}

template <class T>
__device__ __forceinline__ void orthogonals(const Orthogonals& p) {
  using Real = typename T::Compute;
  extern __shared__ double shared[];
  __shared__ Real inverses[LONGEST], taus[LONGEST], signs[LONGEST];
  const Matrix& place = p.matrices[blockIdx.y];
  const Kind& kind = p.kinds[place.kind];
  uint32_t rows = kind.rows, columns = kind.columns, stride = rows | 1;  // odd, so that a row lies in as many banks as a column
  Real* matrix = reinterpret_cast<Real*>(shared);
  gaussian<std::conditional_t<sizeof(Real) == 8, F64, F32>>(place, rows, columns, matrix, stride);

#pragma unroll 1
  for (uint32_t k = 0; k < columns; k++) {
    __syncthreads();
    bool own = k % WARPS == warp();
    if (kind.householder && !own) continue;
    Reflector<Real> reflector(matrix + k * stride, k, rows);
    if (own && lane() == 0) {
      inverses[k] = reflector.inverse;
      taus[k] = reflector.tau;
      signs[k] = reflector.sign;
    }
    if (!kind.householder) reflector.apply(matrix, stride, columns);
  }
  __syncthreads();

  // The product's first columns, from the last reflector to the first; before it, those behind k are of the identity.
#pragma unroll 1
  for (uint32_t k = columns; k-- > 0;) {
    Real tau = taus[k];
    Reflector<Real> reflector(matrix + k * stride, k, rows, inverses[k], tau);
    __syncthreads();  // all have read the column
    if (k % WARPS == warp()) {
      Column<Real> q = reflector.v;
#pragma unroll
      for (int i = 0; i < Column<Real>::SHARE; i++) q.x[i] = q.row(i) == k ? 1 - tau : -tau * q.x[i];
      q.store(matrix + k * stride, 0, rows);
    }
    reflector.apply(matrix, stride, columns);
  }
  __syncthreads();

  // Sign, gain, transpose, rounding.
  uint32_t width = kind.tall ? columns : rows, size = kind.sizes[0] * kind.sizes[1];
  auto* memory = reinterpret_cast<typename T::Stored*>(place.memory);
  Real gain = Real(kind.gain);
  for (uint32_t e = threadIdx.x; e < size; e += blockDim.x) {
    uint32_t outer = e / kind.sizes[1], inner = e - outer * kind.sizes[1];
    uint32_t at = uint32_t(kind.first) + outer * kind.wholeStrides[0] + inner * kind.wholeStrides[1];
    uint32_t i = at / width, j = at - i * width;
    uint32_t row = kind.tall ? i : j, column = kind.tall ? j : i;
    Real value = matrix[column * stride + row] * signs[column] * gain;
    memory[outer * kind.memoryStrides[0] + inner * kind.memoryStrides[1]] = T::round(value);
  }
}

TYPES(KERNEL, orthogonals, Orthogonals)
