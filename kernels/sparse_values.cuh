// SPDX-License-Identifier: Apache-2.0
// Writes a tile whose cuts are known, two groups at a time: which keys are kept, how many are before each, the normals
// that are needed, and all elements in stores of 16 bytes.
#pragma once
#include "sparse_cuts.cuh"

// Which elements of two groups are kept.
template <class S>
__device__ __forceinline__ void mark(const Sparse& p, uint64_t tile, uint64_t step, S& s, int turn) {
  uint32_t t = threadIdx.x, bits = 0;
  uint64_t b = step * THREADS + t;
  if (b < p.perTile / KEYS) {
    Words w = keys(p, tile, b);
    uint32_t ties = 0;
#pragma unroll
    for (int k = 0; k < 4; k++) {
      uint32_t cut = s.cuts[k], same = equal(w.word[k], cut);
      bits |= lop3<0x02>(less(w.word[k], cut), same, HIGH_BITS) >> 7 - k;  // ~a & ~b & c
      ties |= (same & HIGH_BITS) >> 7 - k;
    }
    bits &= s.real;
    listTies(s, ties & s.real, turn);
  }
  s.marks[t].x = bits;
  __syncthreads();
  eachTie(p, tile, step, s, turn, [&](uint32_t at, uint32_t column, uint64_t order) {
    if (order >= s.columns[column].low) atomicOr(&s.marks[at / KEYS].x, 1u << bitOf(at & KEYS - 1));
  });
  __syncthreads();
  bits = s.marks[t].x;
  uint32_t own = __popc(bits), sum = own;
#pragma unroll
  for (int d = 1; d < 32; d *= 2) {
    uint32_t other = __shfl_up_sync(0xffffffff, sum, d);
    if ((t & 31) >= d) sum += other;
  }
  if ((t & 31) == 31) s.warps[t / 32] = sum;
  __syncthreads();
#pragma unroll
  for (int w = 0; w < 3; w++) sum += w < (t / 32 & 3) ? s.warps[(t / 128) * 4 + w] : 0;
  s.marks[t].y = sum - own;
  if ((t & 127) == 127) s.needed[t / 128] = sum;
}

template <class T>
__device__ __forceinline__ void draw(const Sparse& p, uint64_t tile, uint64_t step, Shared<T>& s) {
  using Real = typename T::Compute;
  constexpr int N = sizeof(Real) == 8 ? 2 : 4;
  uint32_t half = threadIdx.x / 128, needed = s.needed[half];
  uint64_t first = (p.source.start + tile * p.perTile + step * STEP + half * GROUP_KEYS) / N;
  Real* values = s.values + half * GROUP_KEYS;
#pragma unroll 1
  for (uint32_t i = threadIdx.x & 127; i * N < needed; i += 128) {
    Words w = philox(p.source, N == 2 ? blockOfDoubles(p.source.start, first + i) : first + i);
    Real x[N];
    normals<T>(w, Real(0), Real(p.std), x);
#pragma unroll
    for (int k = 0; k < N; k++) values[i * N + k] = x[k];
  }
}

// N elements of a step from index i on, a multiple of N.
template <int N, class T>
__device__ __forceinline__ void elements(const Shared<T>& s, uint32_t i, typename T::Compute* x) {
  uint2 mark = s.marks[i / KEYS];
  uint32_t j = i & KEYS - 1, bits = mark.x >> bitOf(j);
  const typename T::Compute* value = s.values + (i & GROUP_KEYS) + mark.y + __popc(mark.x & before(j));
#pragma unroll
  for (int k = 0; k < N; k++) {
    uint32_t kept = bits >> bitOf(k) & 1;
    x[k] = *(kept ? value : &s.zero);  // all threads load: no branch
    value += kept;
  }
}

// Where the elements of a tile are.
template <class T>
struct Place {
  static constexpr int BYTES = sizeof(typename T::Stored);
  Region region;    // a row of it, or all of it where that is one run
  bool isRun;       // from the tile's first column to its last, without gaps
  bool isAligned;   // all rows like the first
  Row first;

  __device__ __forceinline__ Place(const Sparse& p, uint64_t tile) : first(0, 0, 0, 0, 0) {
    uint64_t width = 1ull << p.log2Width, column = tile << p.log2Width;
    uint64_t from = p.firstColumn > column ? p.firstColumn - column : 0;
    uint64_t right = p.firstColumn + p.regionColumns - column, to = right < width ? right : width;
    uint64_t memory = p.memory + (column + from - p.firstColumn) * p.columnStride * BYTES;
    region.length = to - from;
    region.stride = p.columnStride;
    isRun = region.length == width && p.rowStride == width * p.columnStride;
    if (isRun) region.length *= p.regionRows;
    isAligned = (p.rowStride * BYTES & 15) == 0;
    first = rowAt<T>(region, memory, isRun ? p.firstRow << p.log2Width : from, 0);
  }
};

template <class T>
__device__ __forceinline__ void write(const Sparse& p, const Place<T>& place, uint64_t step, const Shared<T>& s) {
  constexpr int N = GROUP<T>, BYTES = Place<T>::BYTES;
  uint32_t t = threadIdx.x;
  typename T::Compute x[N];
  if (place.isRun) {
#pragma unroll 1
    for (uint32_t i = t; i < STEP / N; i += THREADS) {
      elements<N>(s, i * N, x);
      store<T>(place.region, place.first, step * STEP + i * N, x);
    }
  } else if (1 << p.log2Width == WIDEST) {
    constexpr int ROWS = THREADS * N / WIDEST;  // at a time
    uint64_t below = step * (STEP / WIDEST) + t * N / WIDEST - p.firstRow;  // wraps for a row above the region
    uint64_t pitch = p.rowStride * BYTES, memory = place.first.memory + below * pitch, group = t % (WIDEST / N);
    bool isWhole = place.isAligned && group * N - place.first.inner < place.first.whole;
    uint64_t shift = (group * N - place.first.start) * BYTES;
#pragma unroll 1
    for (uint32_t i = t; i < STEP / N; i += THREADS) {
      if (below < p.regionRows) {
        elements<N>(s, i * N, x);
        if (isWhole) storeWhole<T>(memory + shift, x);
        else store<T>(place.region, rowAt<T>(place.region, memory, place.first.start, 0), group * N, x);
      }
      below += ROWS;
      memory += ROWS * pitch;
    }
  } else {
    uint32_t last = (1u << p.log2Width) - 1;
#pragma unroll 1
    for (uint32_t i = threadIdx.x; i < STEP; i += THREADS) {
      uint64_t below = (step * STEP + i >> p.log2Width) - p.firstRow, at = (i & last) - place.first.start;
      if (below >= p.regionRows || at >= place.region.length) continue;
      elements<1>(s, i, x);
      reinterpret_cast<typename T::Stored*>(place.first.memory)[below * p.rowStride + at * p.columnStride] = T::round(x[0]);
    }
  }
}

// The region's steps from `first` on.
template <class T>
__device__ __forceinline__ void spread(const Sparse& p, uint64_t tile, Shared<T>& s, uint64_t first, uint64_t stride) {
  clear(p, WRITE, s);
  pack(p, tile, s);
  if (threadIdx.x == 0) s.zero = 0;
  __syncthreads();
  Place<T> place(p, tile);
  uint64_t begin = (p.firstRow << p.log2Width) / STEP, end = (p.firstRow + p.regionRows) << p.log2Width;
  int turn = 0;
  for (uint64_t step = begin + first; step * STEP < end; step += stride) {
    mark(p, tile, step, s, turn);
    __syncthreads();
    draw(p, tile, step, s);
    __syncthreads();
    write(p, place, step, s);
    __syncthreads();
    turn ^= 1;
  }
}
