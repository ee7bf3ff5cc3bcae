// N(0, std^2) with exactly so many zeros in each column: Knuth's algorithm S (TAOCP 2, 3.4.2) down the columns. The
// words do not depend on the state, so a block of threads makes those of a tile of 64 rows by 32 columns at a time, one
// warp goes down its 32 columns, and all threads write. The zeros above a region's rows are counted, not written.
#include "region.cuh"

constexpr int TILE_ROWS = 64, TILE_COLUMNS = 32;

struct Sparse {
  uint64_t memory;         // address of the region's first element
  Source source;           // of the normals
  uint64_t mask;           // first word of the mask
  uint64_t maskWords;      // of an element: 1 or 2
  uint64_t rows, columns;  // of the whole
  uint64_t zeros;          // in each column
  uint64_t firstRow, firstColumn;  // of the region
  uint64_t regionRows, regionColumns;
  uint64_t rowStride, columnStride;  // in elements
  double std;
};

// The mask's words of a tile, as they stand in the stream.
__device__ __forceinline__ void drawMask(const Sparse& p, uint64_t row, uint64_t column, uint32_t (*drawn)[2 * TILE_COLUMNS]) {
  int words = int(p.maskWords) * TILE_COLUMNS, blocks = words / 4 + 1;
  for (int i = threadIdx.x; i < TILE_ROWS * blocks; i += blockDim.x) {
    int r = i / blocks;
    uint64_t first = p.mask + ((row + r) * p.columns + column) * p.maskWords;
    uint64_t block = (first >> 2) + (i - r * blocks);
    Words w = philox(p.source, block);
#pragma unroll
    for (int k = 0; k < 4; k++) {
      uint64_t at = 4 * block + k - first;
      if (at < words) drawn[r][at] = w.word[k];
    }
  }
}

// One row for the 32 columns of a warp: whether the element is zero, with `left` zeros to place in `remaining` rows.
__device__ __forceinline__ bool isZero(const Sparse& p, const uint32_t* drawn, int lane, uint64_t remaining, uint64_t left) {
  if (p.maskWords == 1) return __umulhi(drawn[lane], uint32_t(remaining)) < left;
  uint64_t word = drawn[2 * lane] | uint64_t(drawn[2 * lane + 1]) << 32;
  return __umul64hi(word, remaining) < left;
}

template <class T>
__device__ __forceinline__ void write(const Sparse& p, uint64_t row, uint64_t column, const uint32_t* zero) {
  constexpr int N = GROUP<T>, GROUPS = TILE_COLUMNS / N + 1, BYTES = sizeof(typename T::Stored);
  using Real = typename T::Compute;
  uint64_t right = p.firstColumn + p.regionColumns - column;
  Region region;
  region.length = right < TILE_COLUMNS ? right : TILE_COLUMNS;
  region.stride = p.columnStride;
  for (int i = threadIdx.x; i < TILE_ROWS * GROUPS; i += blockDim.x) {
    int r = i / GROUPS;
    uint64_t below = row + r - p.firstRow;  // wraps for a row above the region
    if (below >= p.regionRows) continue;
    uint64_t at = below * p.rowStride + (column - p.firstColumn) * p.columnStride;
    Row line = rowAt<T>(region, p.memory + at * BYTES, p.source.start + (row + r) * p.columns + column);
    uint64_t group = line.start / N + (i - r * GROUPS);
    Real x[N];
    words<T>(p.source, group, [&](int k, const Words& w) { normals<T>(w, Real(0), Real(p.std), x + k); });
    uint64_t first = group * N - line.start;
#pragma unroll
    for (int k = 0; k < N; k++) {
      if (first + k < TILE_COLUMNS && zero[r] >> (first + k) & 1) x[k] = 0;
    }
    store<T>(region, line, group, x);
  }
}

template <class T>
__device__ __forceinline__ void sparse(const Sparse& p) {
  __shared__ uint32_t drawn[TILE_ROWS][2 * TILE_COLUMNS];
  __shared__ uint32_t zero[TILE_ROWS];
  uint64_t end = p.firstRow + p.regionRows;
  for (uint64_t tile = blockIdx.x; tile * TILE_COLUMNS < p.regionColumns; tile += gridDim.x) {
    uint64_t column = p.firstColumn + tile * TILE_COLUMNS, left = p.zeros;
    for (uint64_t row = 0; row < end; row += TILE_ROWS) {
      drawMask(p, row, column, drawn);
      __syncthreads();
      if (threadIdx.x < 32) {
        for (int r = 0; r < TILE_ROWS && row + r < end; r++) {
          bool here = isZero(p, drawn[r], threadIdx.x, p.rows - row - r, left);
          left -= here;
          uint32_t votes = __ballot_sync(0xffffffff, here);
          if (threadIdx.x == 0) zero[r] = votes;
        }
      }
      __syncthreads();
      if (row + TILE_ROWS > p.firstRow) write<T>(p, row, column, zero);
    }
    __syncthreads();
  }
}

FOR_EACH_TYPE(sparse, Sparse)
