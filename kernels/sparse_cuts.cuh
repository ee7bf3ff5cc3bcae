// SPDX-License-Identifier: Apache-2.0
// Where the zeros of a tile's columns end: the passes over the keys that find it, for one block of threads or for some.
//
// A pass counts the keys below the span in which the cuts almost surely are, and has a counter for each key in it; where
// a cut is not there, another pass has counters for all. The next collects the ties of each column, or where they are too
// many those around the place that the cut should have, until they are few enough to be ranked.
#pragma once
#include "region.cuh"
#include "sparse.cuh"

constexpr int KEYS = 16, THREADS = 256, STEP = THREADS * KEYS, LIST = 2048, PARTS = 8;
constexpr uint32_t EACH_BYTE = 0x01010101, HIGH_BITS = 0x80808080;

enum Pass : uint32_t { NEAR_KEYS, ALL_KEYS, TIES, WRITE };

// What is known of where the zeros of a column end: at the tie of rank `left` among those that have the key.
struct Column {
  uint64_t low, high;  // the tie is one of those from low to high
  uint64_t from, to;   // the next pass collects these; none where `low` is the tie
  uint32_t below, end; // ties below low, and up to high
  uint32_t key, left;

  __device__ bool isOpen() const { return from <= to; }
  __device__ void settle(uint64_t tie) {
    low = high = tie;
    from = 1;
    to = 0;
  }
};

// What the blocks of threads that share a tile have in common; zero before the first of them.
struct Tile {
  union {
    uint32_t counts[WIDEST * BINS];
    uint64_t list[LIST];
  };
  uint32_t below[WIDEST], size[WIDEST];
  Column columns[WIDEST];
  uint32_t ticket;  // how many were taken
  uint32_t done;    // parts of this pass
  uint32_t state;   // 4 * passes done + the pass that is next
};

template <class T>
struct Shared {
  union {
    uint32_t counts[WIDEST * BINS];            // for each column, of the keys of the span
    uint64_t list[LIST];                       // ties of each column
    typename T::Compute values[2 * GROUP_KEYS];  // of two groups
  };
  uint32_t below[WIDEST], size[WIDEST];  // what is less than the span or the collected ties; how many those are
  Column columns[WIDEST];
  uint32_t cuts[KEYS / 4];  // the columns' keys, as those of a Philox block
  uint32_t real;            // which keys of a Philox block are of columns that there are
  uint32_t waiting[2];      // how many of `ties` there are, in turns
  union {
    uint4 words[THREADS];   // of each thread, whose bytes it reads
    uint16_t ties[STEP];    // where in a step
  };
  uint2 marks[2][THREADS];  // in turns, of 16 elements: which are not zero, and where the first of their values is
  uint4 warps[2];           // of each group, how many values the elements of each warp take
  uint2 keys[10];           // of Philox
  uint32_t way;             // that the tile is written
  uint32_t part, state;     // of a ticket
  bool isLast;
};

// Sets of a Philox block's keys: bit 8 * (j & 3) + 4 + j / 4 is for key j.
__device__ __forceinline__ uint32_t bitOf(uint32_t j) { return 8 * (j & 3) + 4 + (j >> 2); }
__device__ __forceinline__ uint32_t keyOf(uint32_t bit) { return 4 * (bit & 3) + (bit >> 3); }

// Those before key j.
__device__ __forceinline__ uint32_t before(uint32_t j) {
  return EACH_BYTE * ((1u << (j >> 2)) - 1) << 4 | (EACH_BYTE & (1u << 8 * (j & 3)) - 1) << 4 + (j >> 2);
}

// Takes one of a set's keys.
__device__ __forceinline__ uint32_t takeKey(uint32_t& set) {
  uint32_t bit = 31 - __clz(set);
  set ^= 1u << bit;
  return keyOf(bit);
}

template <int table>
__device__ __forceinline__ uint32_t lop3(uint32_t a, uint32_t b, uint32_t c) {
  uint32_t d;
  asm("lop3.b32 %0, %1, %2, %3, %4;" : "=r"(d) : "r"(a), "r"(b), "r"(c), "n"(table));
  return d;
}

// The high bit of each byte: whether it is less than that of b. The other bits are of no use.
__device__ __forceinline__ uint32_t less(uint32_t a, uint32_t b) {
  return lop3<0x4d>(a, b, (a | HIGH_BITS) - (b & ~HIGH_BITS));
}

// The same: whether they are equal.
__device__ __forceinline__ uint32_t equal(uint32_t a, uint32_t b) {
  uint32_t low = lop3<0x28>(a, b, ~HIGH_BITS);  // (a ^ b) & c
  return lop3<0x41>(a, b, low + ~HIGH_BITS);    // ~(a ^ b | c)
}

// The Philox blocks of a tile's keys: a column has at most 2^31 rows.
struct Blocks {
  uint64_t first;
  uint32_t count, whole;  // those that the last row does not end in

  __device__ __forceinline__ Blocks(const Sparse& p, uint64_t tile)
      : first(p.keyBlock + tile * (p.perTile / KEYS)), count(uint32_t(p.perTile / KEYS)), whole(uint32_t((p.rows << p.log2Width) / KEYS)) {}
};

// The keys of one of them.
__device__ __forceinline__ Words keys(const Sparse& p, const Blocks& blocks, uint32_t block) {
  return philox(p.source, blocks.first + block);
}

// How many of the keys of the block in which the last row ends, or of one behind it, are not behind that row.
__device__ __forceinline__ uint32_t keysLeft(const Sparse& p, const Blocks& blocks, uint32_t block) {
  return block == blocks.whole ? uint32_t(p.rows << p.log2Width) & KEYS - 1 : 0;
}

// The tie word of an index in a tile, and below it the row.
__device__ __forceinline__ uint64_t tie(const Sparse& p, uint64_t tile, uint64_t inTile) {
  uint64_t i = tile * p.perTile + inTile;
  Words w = philox(p.source, p.tieBlock + (i >> 2));
  uint32_t lane = uint32_t(i) & 3, word = w.word[0];
#pragma unroll
  for (int k = 1; k < 4; k++) word = lane == k ? w.word[k] : word;
  return uint64_t(word) << 32 | inTile >> p.log2Width;
}

// Adds the bytes of all threads of a warp, at most 7 in each, to their columns' sums.
__device__ __forceinline__ void addBytes(uint32_t* bytes, uint32_t lastColumn, uint32_t* sums) {
  uint32_t lane = threadIdx.x & 31, half[2];
  bool high = lane & 16, odd = lane & 8;  // which words the thread goes on with
#pragma unroll
  for (int k = 0; k < 2; k++) {
    uint32_t other = __shfl_xor_sync(0xffffffff, high ? bytes[k] : bytes[k + 2], 16);
    half[k] = (high ? bytes[k + 2] : bytes[k]) + other;
  }
  uint32_t sum = (odd ? half[1] : half[0]) + __shfl_xor_sync(0xffffffff, odd ? half[0] : half[1], 8);
#pragma unroll
  for (int d = 4; d > 0; d /= 2) sum += __shfl_xor_sync(0xffffffff, sum, d);
  uint32_t word = lane >> 3, byte = lane & 3;
  if ((lane & 4) == 0) atomicAdd(&sums[4 * word + byte & lastColumn], sum >> 8 * byte & 0xff);
#pragma unroll
  for (int k = 0; k < 4; k++) bytes[k] = 0;
}

// Counts the keys of steps from `first` on.
template <class S>
__device__ __forceinline__ void countKeys(const Sparse& p, uint64_t tile, uint32_t lowest, uint32_t highest, S& s, uint32_t first, uint32_t stride) {
  Blocks blocks(p, tile);
  uint32_t last = (1u << p.log2Width) - 1, span = highest - lowest, t = threadIdx.x;
  uint32_t low = lowest * EACH_BYTE, high = highest * EACH_BYTE, below[4] = {0, 0, 0, 0};
  uint32_t* counts = s.counts - lowest;
  const uint8_t* bytes = reinterpret_cast<const uint8_t*>(&s.words[t]);
  int steps = 0;
  for (uint32_t begin = first * THREADS; begin < blocks.count; begin += stride * THREADS) {
    Words w = keys(p, blocks, begin + t);
    if (begin + t >= blocks.whole) {  // the highest key is never counted
      uint32_t left = keysLeft(p, blocks, begin + t);
#pragma unroll
      for (int j = 0; j < KEYS; j++) w.word[j / 4] |= j < left ? 0 : 0xffu << 8 * (j & 3);
    }
    uint32_t hits = 0;
#pragma unroll
    for (int k = 0; k < 4; k++) {
      uint32_t under = less(w.word[k], low) & HIGH_BITS;
      below[k] += under >> 7;
      hits = hits >> 1 | lop3<0x20>(less(w.word[k], high), under, HIGH_BITS);  // a & ~b & c
    }
    s.words[t] = make_uint4(w.word[0], w.word[1], w.word[2], w.word[3]);
    while (hits != 0) {
      uint32_t j = takeKey(hits);
      atomicAdd(&counts[(j & last) * span + bytes[j]], 1);
    }
    if (++steps == 7 || begin + stride * THREADS >= blocks.count) {
      addBytes(below, last, s.below);
      steps = 0;
    }
  }
}

// Chooses the ties that the next pass collects: all, or as many as half of the list holds, around the place that the
// rank has among those that there are.
__device__ __forceinline__ void aim(Column& c, uint32_t most) {
  c.from = c.low;
  c.to = c.high;
  uint32_t ties = c.end - c.below;
  if (ties <= most) return;
  uint64_t range = c.high - c.low;
  uint64_t at = c.low + __umul64hi(range, ~0ull / ties * (c.left - c.below));
  uint64_t half = __umul64hi(range, ~0ull / ties * (most / 4));
  if (at - c.low > half) c.from = at - half;
  if (c.high - at > half) c.to = at + half;
}

// From the counts, by PARTS threads for each column. Returns whether the cut is not in the span.
template <class S>
__device__ __forceinline__ bool cutKeys(const Sparse& p, uint32_t lowest, uint32_t highest, S& s) {
  uint32_t column = threadIdx.x / PARTS, part = threadIdx.x % PARTS, span = highest - lowest, each = (span + PARTS - 1) / PARTS;
  if (column >= WIDEST) return false;
  bool is = column < 1u << p.log2Width;
  const uint32_t* counts = s.counts + column * span;
  uint32_t begin = min(part * each, span), end = min(begin + each, span), zeros = uint32_t(p.zeros), sum = 0;
  if (is) {
    for (uint32_t i = begin; i < end; i++) sum += counts[i];
  }
  uint32_t up = sum;
#pragma unroll
  for (int d = 1; d < PARTS; d *= 2) {
    uint32_t other = __shfl_up_sync(0xffffffff, up, d, PARTS);
    if (part >= d) up += other;
  }
  if (!is) return false;
  uint32_t below = s.below[column], at = below + up - sum, key, ties;
  if (below > zeros) return true;
  if (at <= zeros && zeros < at + sum) {
    uint32_t i = begin;
    for (; at + counts[i] <= zeros; i++) at += counts[i];
    key = lowest + i;
    ties = counts[i];
  } else if (part == PARTS - 1 && at + sum <= zeros) {
    if (highest < BINS - 1) return true;
    at += sum;
    key = BINS - 1;
    ties = uint32_t(p.rows) - at;
  } else {
    return false;
  }
  Column c = {0, ~0ull, 0, 0, 0, ties, key, zeros - at};
  if (c.left == 0) c.settle(0);
  else aim(c, LIST >> p.log2Width);
  s.columns[column] = c;
  return false;
}

// What the comparison of a Philox block's keys needs, from the columns; by the first warp.
template <class S>
__device__ __forceinline__ void pack(const Sparse& p, uint64_t tile, S& s) {
  uint32_t lane = threadIdx.x, last = (1u << p.log2Width) - 1;
  if (lane >= 32) return;
  uint32_t column = keyOf(lane) & last;
  uint32_t real = __ballot_sync(0xffffffff, (lane & 4) != 0 && (tile << p.log2Width) + column < p.columns);
  if (lane == 0) s.real = real;
  if (lane >= KEYS / 4) return;
  uint32_t cuts = 0;
  for (int i = 0; i < 4; i++) cuts |= s.columns[(4 * lane + i) & last].key << 8 * i;
  s.cuts[lane] = cuts;
}

// Of a set of a block's keys, those that are not behind the last row.
__device__ __forceinline__ uint32_t inRows(const Sparse& p, const Blocks& blocks, uint32_t block, uint32_t set) {
  return block < blocks.whole ? set : set & before(keysLeft(p, blocks, block));
}

// Those of a block that equal the cuts of their columns, or would.
template <class S>
__device__ __forceinline__ uint32_t ties(const Words& w, const S& s) {
  uint32_t set = 0;
#pragma unroll
  for (int k = 0; k < 4; k++) set = lop3<0xf8>(set >> 1, equal(w.word[k], s.cuts[k]), HIGH_BITS);  // a | b & c
  return set;
}

// Lists them; after the next barrier, all threads have them.
template <class S>
__device__ __forceinline__ void listTies(S& s, uint32_t set, int turn) {
  while (set != 0) {
    uint32_t j = takeKey(set);
    s.ties[atomicAdd(&s.waiting[turn], 1)] = uint16_t(threadIdx.x * KEYS + j);
  }
}

// Calls each(index in the step, column, tie) for those that were listed.
template <class S, class Each>
__device__ __forceinline__ void eachTie(const Sparse& p, uint64_t tile, uint32_t step, S& s, int turn, Each each) {
  uint32_t n = s.waiting[turn], last = (1u << p.log2Width) - 1;
  if (threadIdx.x == 0) s.waiting[turn ^ 1] = 0;
  for (uint32_t i = threadIdx.x; i < n; i += THREADS) {
    uint32_t at = s.ties[i];
    each(at, at & last, tie(p, tile, uint64_t(step) * STEP + at));
  }
}

template <class S>
__device__ __forceinline__ void countTies(const Sparse& p, uint64_t tile, S& s, uint64_t* list, uint32_t* size, uint32_t first, uint32_t stride) {
  Blocks blocks(p, tile);
  uint32_t most = LIST >> p.log2Width;
  int turn = 0;
  for (uint32_t step = first; step * THREADS < blocks.count; step += stride) {
    uint32_t block = step * THREADS + threadIdx.x;
    listTies(s, inRows(p, blocks, block, ties(keys(p, blocks, block), s)), turn);
    __syncthreads();
    eachTie(p, tile, step, s, turn, [&](uint32_t, uint32_t column, uint64_t order) {
      const Column& c = s.columns[column];
      if (order < c.from) atomicAdd(&s.below[column], 1);
      else if (order <= c.to) {
        uint32_t at = atomicAdd(&size[column], 1);
        if (at < most) const_cast<volatile uint64_t&>(list[column * most + at]) = order;
      }
    });
    __syncthreads();
    turn ^= 1;
  }
}

// From the collected ties, by PARTS threads for each column. Returns whether the cut is still open.
template <class S>
__device__ __forceinline__ bool cutTies(const Sparse& p, S& s) {
  uint32_t column = threadIdx.x / PARTS, part = threadIdx.x % PARTS, most = LIST >> p.log2Width;
  bool isOpen = false;
  Column c;
  if (column < 1u << p.log2Width) {
    c = s.columns[column];
    isOpen = c.isOpen();
  }
  __syncthreads();
  if (!isOpen) return false;
  uint32_t below = s.below[column], size = s.size[column], left = c.left, rank = left - below;
  if (left >= below && rank < size && size <= most) {
    const uint64_t* list = s.list + column * most;
    for (uint32_t i = part; i < size; i += PARTS) {
      uint64_t own = list[i];
      uint32_t less = 0;
      for (uint32_t k = 0; k < size; k++) less += list[k] < own ? 1 : 0;
      if (less == rank) s.columns[column].settle(own);
    }
    return false;
  }
  if (part != 0) return true;
  if (left < below) {
    c.high = c.from - 1;
    c.end = below;
  } else if (rank >= size) {
    c.low = c.to + 1;
    c.below = below + size;
  } else {
    c.low = c.from;
    c.high = c.to;
    c.below = below;
    c.end = below + size;
  }
  aim(c, most);
  s.columns[column] = c;
  return true;
}

template <class S>
__device__ __forceinline__ void clear(const Sparse& p, uint32_t pass, S& s) {
  if (threadIdx.x < WIDEST) s.below[threadIdx.x] = s.size[threadIdx.x] = 0;
  if (threadIdx.x < 2) s.waiting[threadIdx.x] = 0;
  uint32_t span = pass == NEAR_KEYS ? uint32_t(p.highest - p.lowest) : BINS - 1;
  if (pass >= TIES) return;
  for (uint32_t i = threadIdx.x; i < span << p.log2Width; i += THREADS) s.counts[i] = 0;
}

// A pass over steps from `first` on, by the whole block of threads.
template <class S>
__device__ __forceinline__ void count(const Sparse& p, uint64_t tile, uint32_t pass, S& s, uint64_t* list, uint32_t* size, uint32_t first, uint32_t stride) {
  clear(p, pass, s);
  if (pass == TIES) pack(p, tile, s);
  __syncthreads();
  if (pass == TIES) {
    countTies(p, tile, s, list, size, first, stride);
  } else {
    bool near = pass == NEAR_KEYS;
    countKeys(p, tile, near ? uint32_t(p.lowest) : 0, near ? uint32_t(p.highest) : BINS - 1, s, first, stride);
  }
  __syncthreads();
}

// What a pass found, and what is next.
template <class S>
__device__ __forceinline__ uint32_t advance(const Sparse& p, uint32_t pass, S& s) {
  if (pass != TIES) {
    bool near = pass == NEAR_KEYS;
    bool missed = cutKeys(p, near ? uint32_t(p.lowest) : 0, near ? uint32_t(p.highest) : BINS - 1, s);
    if (__syncthreads_or(missed)) return ALL_KEYS;
    bool open = threadIdx.x < 1u << p.log2Width && s.columns[threadIdx.x].isOpen();
    return __syncthreads_or(open) ? TIES : WRITE;
  }
  return __syncthreads_or(cutTies(p, s)) ? TIES : WRITE;
}
