// SPDX-License-Identifier: Apache-2.0
// N(0, std^2) with exactly so many zeros in each column: org.initium.law.ColumnKeys, which says what the keys are, the tie
// words, the groups and the values. Keys are drawn anew in each pass over a tile, 4 to a word, and compared so: those that
// find the cuts (sparse_cuts.cuh), and the one that writes (sparse_values.cuh).
//
// `sparse` has a block of threads for a tile. Where there are too few tiles for all multiprocessors, the blocks of `tall`
// share them, in one launch: a block takes a ticket for a part of a pass, and waits until the pass before has ended. All
// tickets before its own have been taken, by blocks that run: so they end, however few blocks the device holds.
#include "sparse_values.cuh"

// The parameters, with the keys of Philox in registers, through shared memory: from constant memory each block of words
// would load them anew, ten instructions of some seventy.
template <class S>
__device__ __forceinline__ Sparse withKeys(const Sparse& parameters, S& s) {
  Sparse p = parameters;
  uint32_t t = threadIdx.x;
  if (t < 10) s.keys[t] = make_uint2(parameters.source.keys[t][0], parameters.source.keys[t][1]);
  __syncthreads();
#pragma unroll
  for (int round = 0; round < 10; round++) {
    uint2 keys = s.keys[round];
    p.source.keys[round][0] = keys.x;
    p.source.keys[round][1] = keys.y;
  }
  return p;
}

template <class T>
__device__ __forceinline__ void sparse(const Sparse& parameters) {
  __shared__ Shared<T> s;
  Sparse p = withKeys(parameters, s);
  for (uint64_t tile = p.firstTile + blockIdx.x; tile < p.firstTile + p.tiles; tile += gridDim.x) {
    uint32_t pass = NEAR_KEYS;
    while (pass != WRITE) {
      count(p, tile, pass, s, s.list, s.size, 0, 1);
      pass = advance(p, pass, s);
    }
    spread(p, tile, s, 0, 1);
  }
}

// So many blocks of a multiprocessor may use all registers: left to itself, ptxas spills to make room for more.
template <class T>
constexpr int sparse_BLOCKS = sizeof(typename T::Compute) == 8 ? 2 : 3;
template <class T>
constexpr int tall_BLOCKS = sizeof(typename T::Compute) == 8 ? 1 : 2;

#undef KERNEL
#define KERNEL(family, Parameters, suffix, T) \
  extern "C" __global__ void __launch_bounds__(THREADS, family##_BLOCKS<T>) family##_##suffix(const __grid_constant__ Parameters p) { family<T>(p); }

TYPES(KERNEL, sparse, Sparse)

// Adds what a block has counted to what all have.
template <class S>
__device__ __forceinline__ void give(const Sparse& p, uint32_t pass, const S& s, Tile& all) {
  uint32_t t = threadIdx.x;
  if (t < WIDEST && s.below[t] != 0) atomicAdd(&all.below[t], s.below[t]);
  if (pass == TIES) return;
  uint32_t span = pass == NEAR_KEYS ? uint32_t(p.highest - p.lowest) : BINS - 1;
  for (uint32_t i = t; i < span << p.log2Width; i += THREADS) {
    if (s.counts[i] != 0) atomicAdd(&all.counts[i], s.counts[i]);
  }
}

// Takes what all have counted, and leaves zeros.
template <class S>
__device__ __forceinline__ void take(const Sparse& p, uint32_t pass, S& s, Tile& all) {
  uint32_t t = threadIdx.x, most = LIST >> p.log2Width;
  if (t < WIDEST) {
    s.below[t] = atomicExch(&all.below[t], 0);
    s.size[t] = atomicExch(&all.size[t], 0);
  }
  if (t == 0) atomicExch(&all.done, 0);
  __syncthreads();
  if (pass == TIES) {
    const volatile uint64_t* list = all.list;
    for (uint32_t i = t; i < LIST; i += THREADS) {
      if (i % most < s.size[i / most]) s.list[i] = list[i];
    }
  } else {
    uint32_t span = pass == NEAR_KEYS ? uint32_t(p.highest - p.lowest) : BINS - 1;
    for (uint32_t i = t; i < span << p.log2Width; i += THREADS) s.counts[i] = atomicExch(&all.counts[i], 0);
  }
  __syncthreads();
}

// A ticket: waits for the pass that it is of. False where the tile was written in an earlier one.
template <class S>
__device__ __forceinline__ bool takeTicket(S& s, Tile& all, uint32_t parts) {
  if (threadIdx.x == 0) {
    uint32_t ticket = atomicAdd(&all.ticket, 1), turn = ticket / parts, state;
    do state = *const_cast<volatile uint32_t*>(&all.state);
    while (state / 4 < turn && state % 4 != WRITE);
    __threadfence();
    s.part = ticket % parts;
    s.state = state / 4 < turn ? ~0u : state;
  }
  __syncthreads();
  if (s.state == ~0u) return false;
  const volatile uint64_t* columns = reinterpret_cast<uint64_t*>(all.columns);
  if (threadIdx.x < sizeof(all.columns) / 8) reinterpret_cast<uint64_t*>(s.columns)[threadIdx.x] = columns[threadIdx.x];
  __syncthreads();
  return true;
}

// There are at least as many blocks as tiles.
template <class T>
__device__ __forceinline__ void tall(const Sparse& parameters) {
  __shared__ Shared<T> s;
  Sparse p = withKeys(parameters, s);
  uint32_t tiles = uint32_t(p.tiles), slot = blockIdx.x % tiles;
  uint32_t parts = min(gridDim.x / tiles, uint32_t((p.perTile + STEP - 1) / STEP));
  uint64_t tile = p.firstTile + slot;
  Tile& all = reinterpret_cast<Tile*>(p.scratch)[slot];
  while (takeTicket(s, all, parts)) {
    if (s.state % 4 == WRITE) {
      spread(p, tile, s, s.part, parts);
      continue;
    }
    count(p, tile, s.state % 4, s, all.list, all.size, s.part, parts);
    give(p, s.state % 4, s, all);
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) s.isLast = atomicAdd(&all.done, 1) == parts - 1;
    __syncthreads();
    if (!s.isLast) continue;
    __threadfence();
    take(p, s.state % 4, s, all);
    uint32_t next = advance(p, s.state % 4, s);
    volatile uint64_t* columns = reinterpret_cast<uint64_t*>(all.columns);
    if (threadIdx.x < sizeof(all.columns) / 8) columns[threadIdx.x] = reinterpret_cast<uint64_t*>(s.columns)[threadIdx.x];
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) atomicExch(&all.state, (s.state / 4 + 1) * 4 + next);
  }
}

TYPES(KERNEL, tall, Sparse)
