// SPDX-License-Identifier: Apache-2.0
// Where the elements of a tensor are, in memory and in the whole tensor that it is a region of, and the loop over them.
// Mirrored in Java by Region; every field is 8 bytes.
#pragma once
#include "law.cuh"
#include "philox.cuh"
#include "types.cuh"

constexpr int OUTER = 7;

// Rows that are contiguous in the whole tensor; element (row, i) of the region has position start + (the row's offset in
// the whole) + i. A position counts elements from the start of the random stream, or of the whole where nothing is random.
struct Region {
  static constexpr bool ONE_RUN = false;
  uint64_t memory;       // address of the first element
  uint64_t start;        // position of the first element
  uint64_t length;       // elements in a row
  uint64_t stride;       // distance between neighbors of a row in memory, in elements
  uint64_t rows;         // how many rows
  uint64_t groups;       // groups of 16 bytes that a row touches at most
  uint64_t rank;         // dimensions of the array of rows
  uint64_t rowsFirst;    // 1: neighboring threads go down the rows, since that is where memory is contiguous
  uint64_t sizes[OUTER]; // outermost first
  uint64_t memoryStrides[OUTER];  // in elements
  uint64_t wholeStrides[OUTER];
};

// A region of one row without gaps, of which a kernel can have many at hand.
struct Run {
  static constexpr bool ONE_RUN = true;
  static constexpr uint64_t stride = 1, rows = 1;
  uint64_t memory, start, length, groups;
};

// A division that is cheap where it can be.
__device__ __forceinline__ uint64_t divide(uint64_t a, uint64_t b) {
  return (a | b) >> 32 ? a / b : uint64_t(uint32_t(a) / uint32_t(b));
}

template <class T>
constexpr int GROUP = 16 / int(sizeof(typename T::Stored));

// Elements that the words of a Philox block are for.
template <class T>
constexpr int PER_BLOCK = 16 / int(sizeof(typename T::Compute));

// What is the same for all groups of 16 bytes that a row touches. Groups are of elements whose positions are next to each
// other; the first of a group is at a multiple of the group's size, or of smaller types of 4 elements, where memory is aligned so.
struct Row {
  uint64_t memory;  // address of its first element
  uint64_t start;   // its position
  uint64_t begin;   // position of the first group; wraps below 0
  uint64_t inner;   // position of the first group that the row has all of
  uint64_t whole;   // elements of those groups, 0 where they are not aligned in memory

  __device__ Row(uint64_t memory, uint64_t start, uint64_t begin, uint64_t inner, uint64_t whole)
      : memory(memory), start(start), begin(begin), inner(inner), whole(whole) {}
};

// How far behind a multiple of the group's size the groups begin: Region.phase.
template <class T>
__device__ __forceinline__ uint64_t phase(uint64_t memory, uint64_t start) {
  return GROUP<T> > 4 ? memory / sizeof(typename T::Stored) - start & GROUP<T> - 4 : 0;
}

// The row of a region (its length and stride) that begins there.
template <class T, class Where>
__device__ __forceinline__ Row rowAt(const Where& r, uint64_t memory, uint64_t start, uint64_t phase) {
  constexpr int N = GROUP<T>;
  uint64_t before = (start - phase) % N, begin = start - before, end = start + r.length;
  uint64_t inner = before == 0 ? begin : begin + N, address = memory + (inner - start) * sizeof(typename T::Stored);
  bool aligned = r.stride == 1 && (address & 15) == 0;
  return {memory, start, begin, inner, aligned && int64_t(end - inner) > 0 ? (end - inner) / N * N : 0};
}

template <class T, class Where>
__device__ __forceinline__ Row rowAt(const Where& r, uint64_t memory, uint64_t start) {
  return rowAt<T>(r, memory, start, phase<T>(memory, start));
}

template <class T>
__device__ __forceinline__ Row row(const Region& r, uint64_t index) {
  uint64_t memory = 0, whole = 0;
#pragma unroll 1
  for (int d = int(r.rank) - 1; d >= 0; d--) {
    uint64_t rest = divide(index, r.sizes[d]), at = index - rest * r.sizes[d];
    memory += at * r.memoryStrides[d];
    whole += at * r.wholeStrides[d];
    index = rest;
  }
  return rowAt<T>(r, r.memory + memory * sizeof(typename T::Stored), r.start + whole);
}

#ifdef __CUDACC__
// One store of 16 bytes. Of an assignment of a uint4 whose parts were floats, nvcc 13 makes four stores of 4 bytes.
__device__ __forceinline__ void storeGroup(uint64_t address, const uint32_t* packed) {
  asm volatile("st.global.v4.u32 [%0], {%1, %2, %3, %4};" ::"l"(address), "r"(packed[0]), "r"(packed[1]), "r"(packed[2]), "r"(packed[3]) : "memory");
}

// Writes a group of elements to where there is all of it.
template <class T>
__device__ __forceinline__ void storeWhole(uint64_t address, const typename T::Compute* x) {
  uint32_t packed[4];
  if constexpr (sizeof(typename T::Stored) == 8) {
#pragma unroll
    for (int k = 0; k < 2; k++) {
      uint64_t bits = T::round(x[k]);
      packed[2 * k] = uint32_t(bits);
      packed[2 * k + 1] = uint32_t(bits >> 32);
    }
  } else if constexpr (sizeof(typename T::Stored) == 4) {
#pragma unroll
    for (int k = 0; k < 4; k++) packed[k] = T::round(x[k]);
  } else if constexpr (sizeof(typename T::Stored) == 2) {
#pragma unroll
    for (int k = 0; k < 4; k++) packed[k] = T::pack(x[2 * k], x[2 * k + 1]);
  } else {
    static_assert(sizeof(typename T::Stored) == 1);
#pragma unroll
    for (int k = 0; k < 4; k++) {
      packed[k] = 0;
#pragma unroll
      for (int b = 0; b < 4; b++) packed[k] |= uint32_t(T::round(x[4 * k + b])) << 8 * b;
    }
  }
  storeGroup(address, packed);
}

// Writes the group of elements whose first has that position: those of them that the row has.
template <class T, class Where>
__device__ __forceinline__ void store(const Where& r, const Row& row, uint64_t position, const typename T::Compute* x) {
  using Stored = typename T::Stored;
  uint64_t first = position - row.start;  // index in the row; wraps below 0 where the row starts inside the group
  if (position - row.inner < row.whole) {
    storeWhole<T>(row.memory + first * sizeof(Stored), x);
  } else {
    Stored* memory = reinterpret_cast<Stored*>(row.memory);
#pragma unroll
    for (int k = 0; k < GROUP<T>; k++) {
      if (first + k < r.length) memory[(first + k) * r.stride] = T::round(x[k]);
    }
  }
}

// Every element once: law(position, x) gives the values of a group from its first position on. With `edges`, of a single row
// only the groups that it has not all of.
template <class T, class Where, class Law>
__device__ __forceinline__ void fill(const Where& r, const Law& law, bool edges = false) {
  uint64_t items = edges ? 2 : r.rows * r.groups;
  uint64_t step = uint64_t(gridDim.x) * blockDim.x;
  Row at = rowAt<T>(r, r.memory, r.start);
  for (uint64_t i = uint64_t(blockIdx.x) * blockDim.x + threadIdx.x; i < items; i += step) {
    uint64_t group = edges && i != 0 ? (at.start + r.length - 1 - at.begin) / GROUP<T> : i;
    if constexpr (!Where::ONE_RUN) {
      if (r.rows != 1) {
        uint64_t inner = r.rowsFirst ? r.rows : r.groups;
        uint64_t outer = divide(i, inner), rest = i - outer * inner;
        at = row<T>(r, r.rowsFirst ? rest : outer);
        group = r.rowsFirst ? outer : rest;
      }
    }
    uint64_t position = at.begin + group * GROUP<T>;
    if (edges && position - at.inner < at.whole) continue;
    typename T::Compute x[GROUP<T>];
    law(position, x);
    store<T>(r, at, position, x);
  }
}

// Blocks of Philox for a group.
template <class T>
constexpr int BLOCKS = GROUP<T> / PER_BLOCK<T>;

// Groups that a thread makes in one turn of its loop.
template <class T>
constexpr int UNROLLED = BLOCKS<T> > 1 ? 1 : 2;

// The Philox block for the elements from a position on: four words are for four elements, or for two of f64.
template <class T>
__device__ __forceinline__ uint64_t blockAt(const Source& source, uint64_t position) {
  return PER_BLOCK<T> == 2 ? blockOfDoubles(source.start, position >> 1) : position >> 2;
}

// Elements in a line: a thread goes down lines, so that all its groups are of one Lane.
constexpr int LINE = 1 << 18, DEEPEST = 32;

// Every whole group of a single row: a block of threads takes a part of a line, and the same of some lines below it.
template <class T, class Law>
__device__ __forceinline__ void drawWhole(const Row& row, const Source& source, const Law& law) {
  constexpr int N = GROUP<T>, BYTES = sizeof(typename T::Stored);
  constexpr int PARTS = LINE / N / 256, STEP = LINE / PER_BLOCK<T> >> 16;
  uint64_t lines = (row.whole + LINE - 1) / LINE, depth = lines * PARTS / gridDim.x / 8;
  depth = depth < 1 ? 1 : depth > DEEPEST ? DEEPEST : depth;
  uint64_t tasks = (lines + depth - 1) / depth * PARTS;
  for (uint64_t task = blockIdx.x; task < tasks; task += gridDim.x) {
    uint64_t at = task / PARTS * depth * LINE + (task % PARTS * 256 + threadIdx.x) * N;
    if (at >= row.whole) continue;
    uint64_t below = (row.whole - at + LINE - 1) / LINE, position = row.inner + at;
    uint32_t left = uint32_t(below < depth ? below : depth);
    uint64_t address = row.memory + (position - row.start) * BYTES;
    do {
      Lane lanes[BLOCKS<T>];
      uint32_t more = left - 1;
#pragma unroll
      for (int b = 0; b < BLOCKS<T>; b++) {
        lanes[b] = lane(source, blockAt<T>(source, position + b * PER_BLOCK<T>));
        more = min(more, ~lanes[b].first / STEP);
      }
#pragma unroll UNROLLED<T>
      for (uint32_t i = 0; i <= more; i++) {
        Words w[BLOCKS<T>];
        typename T::Compute x[N];
#pragma unroll
        for (int b = 0; b < BLOCKS<T>; b++) {
          w[b] = philox(source, lanes[b]);
          lanes[b].first += STEP;
        }
        law(w, x);
        storeWhole<T>(address, x);
        address += LINE * BYTES;
      }
      left -= more + 1;
      position += (more + uint64_t(1)) * LINE;
    } while (left != 0);
  }
}

// Every element once: law(words, x) gives the values that the words of a group make.
template <class T, class Where, class Law>
__device__ __forceinline__ void draw(const Where& r, const Source& source, const Law& law) {
  bool edges = false;
  if constexpr (!Where::ONE_RUN) {
    Row row = rowAt<T>(r, r.memory, r.start);
    edges = r.rows == 1 && row.whole != 0;
    if (edges) drawWhole<T>(row, source, law);
  }
  fill<T>(r, [&](uint64_t position, typename T::Compute* x) {
    Words w[BLOCKS<T>];
#pragma unroll
    for (int b = 0; b < BLOCKS<T>; b++) w[b] = philox(source, blockAt<T>(source, position + b * PER_BLOCK<T>));
    law(w, x);
  }, edges);
}

// Calls law(first, second) with the bits of the pairs that blocks of words are: two of each, or one for f64.
template <class T, int blocks, class Law>
__device__ __forceinline__ void pairs(const Words* w, const Law& law) {
  constexpr bool WIDE = sizeof(typename T::Compute) == 8;
  constexpr int PAIRS = WIDE ? blocks : 2 * blocks;
  std::conditional_t<WIDE, uint64_t, uint32_t> first[PAIRS], second[PAIRS];
#pragma unroll
  for (int k = 0; k < PAIRS; k++) {
    if constexpr (WIDE) {
      first[k] = bits53(w[k].word[0], w[k].word[1]);
      second[k] = bits53(w[k].word[2], w[k].word[3]);
    } else {
      first[k] = w[k / 2].word[k % 2 * 2];
      second[k] = w[k / 2].word[k % 2 * 2 + 1];
    }
  }
  law(first, second);
}

// The normals of a block of words.
template <class T>
__device__ __forceinline__ void normals(const Words& w, typename T::Compute mean, typename T::Compute std, typename T::Compute* x) {
  pairs<T, 1>(&w, [&](const auto* first, const auto* second) { normals<PER_BLOCK<T> / 2>(first, second, mean, std, x); });
}

// Blocks of threads that a multiprocessor holds at least, so that ptxas may use their registers: left to itself, it spills.
template <class T>
constexpr int RESIDENT = BLOCKS<T> > 2 ? 2 : 3;

// One kernel for each dtype, named after its family.
#define KERNEL(family, Parameters, suffix, T) \
  extern "C" __global__ void __launch_bounds__(256, RESIDENT<T>) family##_##suffix(const __grid_constant__ Parameters p) { family<T>(p); }
#endif
