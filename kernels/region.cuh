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
  uint64_t stride;       // distance between neighbours of a row in memory, in elements
  uint64_t rows;         // how many rows
  uint64_t groups;       // groups of 16 bytes that a row touches at most
  uint64_t rank;         // dimensions of the array of rows
  uint64_t rowsFirst;    // 1: neighbouring threads go down the rows, since that is where memory is contiguous
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

// What is the same for all groups of 16 bytes that a row touches.
struct Row {
  uint64_t memory;  // address of its first element
  uint64_t start;   // its position
  uint64_t inner;   // the first group that the row has all of
  uint64_t inners;  // how many of those there are, 0 where they are not aligned in memory

  __device__ Row(uint64_t memory, uint64_t start, uint64_t inner, uint64_t inners)
      : memory(memory), start(start), inner(inner), inners(inners) {}
};

// The row of a region (its length and stride) that begins there.
template <class T, class Where>
__device__ __forceinline__ Row rowAt(const Where& r, uint64_t memory, uint64_t start) {
  constexpr int N = GROUP<T>;
  uint64_t inner = (start + N - 1) / N, end = (start + r.length) / N;
  uint64_t address = memory + (inner * N - start) * sizeof(typename T::Stored);
  bool aligned = r.stride == 1 && (address & 15) == 0;
  return {memory, start, inner, aligned && inner < end ? end - inner : 0};
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

// Writes the group of elements whose first has position group * GROUP<T>: those of them that the row has.
template <class T, class Where>
__device__ __forceinline__ void store(const Where& r, const Row& row, uint64_t group, const typename T::Compute* x) {
  constexpr int N = GROUP<T>;
  using Stored = typename T::Stored;
  if (group - row.inner < row.inners) {
    uint32_t packed[4];
    if constexpr (sizeof(Stored) == 8) {
#pragma unroll
      for (int k = 0; k < 2; k++) {
        uint64_t bits = T::round(x[k]);
        packed[2 * k] = uint32_t(bits);
        packed[2 * k + 1] = uint32_t(bits >> 32);
      }
    } else if constexpr (sizeof(Stored) == 4) {
#pragma unroll
      for (int k = 0; k < 4; k++) packed[k] = T::round(x[k]);
    } else {
#pragma unroll
      for (int k = 0; k < 4; k++) packed[k] = T::pack(x[2 * k], x[2 * k + 1]);
    }
    uint64_t origin = row.memory - row.start * sizeof(Stored);  // where position 0 would be
    storeGroup(origin + group * 16, packed);
  } else {
    Stored* memory = reinterpret_cast<Stored*>(row.memory);
    uint64_t first = group * N - row.start;  // index in the row; wraps below 0 where the row starts inside the group
#pragma unroll
    for (int k = 0; k < N; k++) {
      if (first + k < r.length) memory[(first + k) * r.stride] = T::round(x[k]);
    }
  }
}

// Every element once: law(group, x) gives the values of a group of positions.
template <class T, class Where, class Law>
__device__ __forceinline__ void fill(const Where& r, const Law& law) {
  uint64_t items = r.rows * r.groups;
  uint64_t step = uint64_t(gridDim.x) * blockDim.x;
  Row at = rowAt<T>(r, r.memory, r.start);
  for (uint64_t i = uint64_t(blockIdx.x) * blockDim.x + threadIdx.x; i < items; i += step) {
    uint64_t group = i;
    if constexpr (!Where::ONE_RUN) {
      if (r.rows != 1) {
        uint64_t inner = r.rowsFirst ? r.rows : r.groups;
        uint64_t outer = divide(i, inner), rest = i - outer * inner;
        uint64_t index = r.rowsFirst ? rest : outer;
        group = r.rowsFirst ? outer : rest;
        at = row<T>(r, index);
      }
    }
    group += at.start / GROUP<T>;
    typename T::Compute x[GROUP<T>];
    law(group, x);
    store<T>(r, at, group, x);
  }
}

#endif

// Calls each(index, w) with the words of a group: w are those of the elements from x[index] on. A block of four words is for
// four elements, or for two of f64.
template <class T, class Each>
__device__ __forceinline__ void words(const Source& source, uint64_t group, Each each) {
  if constexpr (sizeof(typename T::Stored) == 8) {
    each(0, philox(source, blockOfDoubles(source.start, group)));
  } else {
    constexpr int BLOCKS = sizeof(typename T::Stored) == 2 ? 2 : 1;
#pragma unroll
    for (int b = 0; b < BLOCKS; b++) each(4 * b, philox(source, group * BLOCKS + b));
  }
}

// The normals of a block of words, which is two pairs, or one for f64.
template <class T>
__device__ __forceinline__ void normals(const Words& w, typename T::Compute mean, typename T::Compute std, typename T::Compute* x) {
  if constexpr (sizeof(*x) == 8) {
    Point64 p = normals(bits53(w.word[0], w.word[1]), bits53(w.word[2], w.word[3]));
    x[0] = fma(p.sin, std, mean);
    x[1] = fma(p.cos, std, mean);
  } else {
#pragma unroll
    for (int k = 0; k < 4; k += 2) {
      Point32 p = normals(w.word[k], w.word[k + 1]);
      x[k] = fma(p.sin, std, mean);
      x[k + 1] = fma(p.cos, std, mean);
    }
  }
}

// One kernel for each dtype, named after its family.
#define KERNEL(family, suffix, Parameters, T) \
  extern "C" __global__ void __launch_bounds__(256) family##_##suffix(const __grid_constant__ Parameters p) { family<T>(p); }
#define FOR_EACH_TYPE(family, Parameters) \
  KERNEL(family, f32, Parameters, F32)    \
  KERNEL(family, f64, Parameters, F64)    \
  KERNEL(family, f16, Parameters, F16)    \
  KERNEL(family, bf16, Parameters, BF16)
