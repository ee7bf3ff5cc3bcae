// SPDX-License-Identifier: Apache-2.0
// Writes a tile whose cuts are known, two groups at a time: which keys are kept, how many are before each, the normals
// that are needed, and all elements in stores of 16 bytes.
#pragma once
#include "sparse_cuts.cuh"

// Adds what a thread so many lanes before has, where there is one.
template <int lanes>
__device__ __forceinline__ void addFrom(uint32_t& sum) {
  asm("{.reg .pred p;\n\t.reg .u32 r;\n\tshfl.sync.up.b32 r|p, %0, %1, 0, -1;\n\t@p add.u32 %0, %0, r;}" : "+r"(sum) : "n"(lanes));
}

// Which elements of two groups are kept, and where their values will be. Returns how many the thread's group takes.
template <class S>
__device__ __forceinline__ uint32_t mark(const Sparse& p, uint64_t tile, const Blocks& blocks, uint32_t step, S& s, int turn) {
  uint32_t t = threadIdx.x, block = step * THREADS + t;
  uint2* marks = s.marks[turn];
  Words w = keys(p, blocks, block);
  uint32_t bits = 0, real = inRows(p, blocks, block, s.real);
#pragma unroll
  for (int k = 0; k < 4; k++) bits = lop3<0xf2>(bits >> 1, less(w.word[k], s.cuts[k]), HIGH_BITS);  // a | ~b & c
  marks[t].x = bits & real;
  listTies(s, ties(w, s) & real, turn);
  __syncthreads();
  eachTie(p, tile, step, s, turn, [&](uint32_t at, uint32_t column, uint64_t order) {
    if (order < s.columns[column].low) atomicAnd(&marks[at / KEYS].x, ~(1u << bitOf(at & KEYS - 1)));
  });
  __syncthreads();
  uint32_t own = __popc(marks[t].x), sum = own;
  addFrom<1>(sum);
  addFrom<2>(sum);
  addFrom<4>(sum);
  addFrom<8>(sum);
  addFrom<16>(sum);
  if ((t & 31) == 31) reinterpret_cast<uint32_t*>(s.warps)[t / 32] = sum;
  __syncthreads();
  uint4 all = s.warps[t / 128];
  uint32_t warp = t / 32 & 3, before = (t / 128) * GROUP_KEYS + (warp > 0 ? all.x : 0) + (warp > 1 ? all.y : 0) + (warp > 2 ? all.z : 0);
  marks[t].y = before + sum - own;
  return all.x + all.y + all.z + all.w;
}

// The thread's share of the values that a group takes: its block of the group's normals, and each 128th behind it.
template <class T>
__device__ __forceinline__ void drawValues(const Sparse& p, uint64_t block, uint32_t needed, Shared<T>& s) {
  using Real = typename T::Compute;
  constexpr int N = PER_BLOCK<T>;
  Real* values = s.values + (threadIdx.x / 128) * GROUP_KEYS;
#pragma unroll 1
  for (uint32_t i = (threadIdx.x & 127) * N; i < needed; i += 128 * N) {
    Words w = philox(p.source, N == 2 ? blockOfDoubles(p.source.start, block) : block);
    Real x[N];
    normals<T>(w, Real(0), Real(p.std), x);
#pragma unroll
    for (int k = 0; k < N; k++) values[i + k] = x[k];
    block += 128;
  }
}

// The value at an address of shared memory, which then is the next one's, or 0 where a bit of them is not set. No branch.
__device__ __forceinline__ void takeValue(uint32_t isKept, uint32_t& address, float& x) {
  asm volatile("{.reg .pred p;\n\tsetp.ne.u32 p, %2, 0;\n\tmov.f32 %0, 0f00000000;\n\t@p ld.shared.f32 %0, [%1];\n\t@p add.u32 %1, %1, 4;}"
               : "=&f"(x), "+r"(address) : "r"(isKept) : "memory");
}

__device__ __forceinline__ void takeValue(uint32_t isKept, uint32_t& address, double& x) {
  asm volatile("{.reg .pred p;\n\tsetp.ne.u32 p, %2, 0;\n\tmov.f64 %0, 0d0000000000000000;\n\t@p ld.shared.f64 %0, [%1];\n\t@p add.u32 %1, %1, 8;}"
               : "=&d"(x), "+r"(address) : "r"(isKept) : "memory");
}

// N elements of a step from index i on, a multiple of N.
template <int N, class T>
__device__ __forceinline__ void elements(const Shared<T>& s, int turn, uint32_t i, typename T::Compute* x) {
  uint2 mark = s.marks[turn][i / KEYS];
  uint32_t j = i & KEYS - 1, bits = mark.x >> (j >> 2) + 8 * (j & 3);
  uint32_t value = uint32_t(__cvta_generic_to_shared(s.values + mark.y + __popc(mark.x & before(j))));
#pragma unroll
  for (int k = 0; k < N; k++) takeValue(bits & 1u << bitOf(k), value, x[k]);
}

// How a tile's elements are written: as one run, from its first column to its last without gaps; in rows of full width; one
// by one.
enum Way : uint32_t { RUN, ROWS_OF_GROUPS, ONE_BY_ONE };

// Where the elements of a tile are, and in what the thread writes of the step that is next.
template <class T>
struct Place {
  static constexpr int N = GROUP<T>, BYTES = sizeof(typename T::Stored);
  static constexpr int ROWS = THREADS * N / WIDEST;  // of a tile of full width, at a time
  Region region;    // a row of it, or all of it where that is one run
  Way way;
  Row first;
  uint64_t pitch;   // bytes from a row to the next
  bool isWhole;     // of a tile of full width: all of the thread's groups are, in rows of the region
  uint32_t below;   // and the first row of them in a step, from the region's first on; wraps for a row above it
  uint64_t memory;  // and where that is

  __device__ __forceinline__ Place(const Sparse& p, uint64_t tile, uint32_t step) : first(0, 0, 0, 0, 0) {
    uint64_t width = 1ull << p.log2Width, column = tile << p.log2Width;
    uint64_t from = p.firstColumn > column ? p.firstColumn - column : 0;
    uint64_t right = p.firstColumn + p.regionColumns - column, to = right < width ? right : width;
    uint64_t start = p.memory + (column + from - p.firstColumn) * p.columnStride * BYTES;
    region.length = to - from;
    region.stride = p.columnStride;
    bool isRun = region.length == width && p.rowStride == width * p.columnStride, isAligned = (p.rowStride * BYTES & 15) == 0;
    way = isRun ? RUN : width == WIDEST ? ROWS_OF_GROUPS : ONE_BY_ONE;
    if (isRun) region.length *= p.regionRows;
    first = rowAt<T>(region, start, isRun ? p.firstRow << p.log2Width : from, 0);
    pitch = p.rowStride * BYTES;
    isWhole = isAligned && group() - first.inner < first.whole;
    below = step * (STEP / WIDEST) + threadIdx.x * N / WIDEST - uint32_t(p.firstRow);
    memory = first.memory + int64_t(int32_t(below)) * pitch;
  }

  // The column of the thread's groups in a tile of full width.
  __device__ __forceinline__ uint64_t group() const { return threadIdx.x % (WIDEST / N) * N; }

  __device__ __forceinline__ void next(uint32_t steps) {
    below += steps * (STEP / WIDEST);
    memory += steps * (STEP / WIDEST) * pitch;
  }
};

template <class T>
__device__ __forceinline__ void write(const Sparse& p, const Place<T>& place, uint32_t step, int turn, const Shared<T>& s) {
  constexpr int N = GROUP<T>, ROWS = Place<T>::ROWS, GROUPS = STEP / N / THREADS;
  uint32_t t = threadIdx.x, rows = uint32_t(p.regionRows);
  uint64_t memory = place.memory, shift = (place.group() - place.first.start) * Place<T>::BYTES;
  typename T::Compute x[N];
  if (s.way == RUN) {
#pragma unroll 1
    for (uint32_t i = t; i < STEP / N; i += THREADS) {
      elements<N>(s, turn, i * N, x);
      store<T>(place.region, place.first, uint64_t(step) * STEP + i * N, x);
    }
  } else if (s.way == ONE_BY_ONE) {
    uint32_t last = (1u << p.log2Width) - 1;
#pragma unroll 1
    for (uint32_t i = t; i < STEP; i += THREADS) {
      uint64_t below = (uint64_t(step) * STEP + i >> p.log2Width) - p.firstRow, at = (i & last) - place.first.start;
      if (below >= p.regionRows || at >= place.region.length) continue;
      elements<1>(s, turn, i, x);
      reinterpret_cast<typename T::Stored*>(place.first.memory)[below * p.rowStride + at * p.columnStride] = T::round(x[0]);
    }
  } else if (place.isWhole && place.below < rows && place.below + (GROUPS - 1) * ROWS < rows) {
#pragma unroll
    for (int k = 0; k < GROUPS; k++) {
      elements<N>(s, turn, (k * THREADS + t) * N, x);
      storeWhole<T>(memory + shift, x);
      memory += ROWS * place.pitch;
    }
  } else {
#pragma unroll 1
    for (int k = 0; k < GROUPS; k++) {
      if (place.below + k * ROWS < rows) {
        elements<N>(s, turn, (k * THREADS + t) * N, x);
        if (place.isWhole) storeWhole<T>(memory + shift, x);
        else store<T>(place.region, rowAt<T>(place.region, memory, place.first.start, 0), place.group(), x);
      }
      memory += ROWS * place.pitch;
    }
  }
}

// The region's steps from `first` on. A step's marks and values are read until all threads are in the next one: those have
// another place, and these are written behind its barriers.
template <class T>
__device__ __forceinline__ void spread(const Sparse& p, uint64_t tile, Shared<T>& s, uint32_t first, uint32_t stride) {
  uint32_t step = uint32_t((p.firstRow << p.log2Width) / STEP) + first;
  uint32_t end = uint32_t(((p.firstRow + p.regionRows << p.log2Width) + STEP - 1) / STEP);
  uint64_t group = p.source.start + tile * p.perTile + uint64_t(step) * STEP + (threadIdx.x / 128) * GROUP_KEYS;
  uint64_t values = group / PER_BLOCK<T> + (threadIdx.x & 127);
  Blocks blocks(p, tile);
  Place<T> place(p, tile, step);
  clear(p, WRITE, s);
  pack(p, tile, s);
  if (threadIdx.x == 0) s.way = place.way;  // else each step would find it anew, so as to need fewer registers
  __syncthreads();
  int turn = 0;
  for (int left = int(end - step); left > 0; left -= int(stride)) {
    uint32_t needed = mark(p, tile, blocks, step, s, turn);
    drawValues(p, values, needed, s);
    __syncthreads();
    write(p, place, step, turn, s);
    turn ^= 1;
    step += stride;
    values += stride * (STEP / PER_BLOCK<T>);
    place.next(stride);
  }
  __syncthreads();
}
