// N(0, std^2) with exactly so many zeros in each column: org.initium.law.ColumnKeys, which says what the keys are, the tie
// words, the groups and the values. Keys are drawn anew in each pass over a tile, 4 to a word, and compared so.
//
// A pass counts the keys below the span in which the cuts almost surely are, and has a counter for each key in it; where
// a cut is not there, another pass has counters for all. The next collects the ties of each column, or where they are too
// many those around the place that the cut should have, until they are few enough to be ranked. Then the tile is
// written, two groups at a time: which keys are kept, how many are before each, the normals that are needed, and all
// elements in stores of 16 bytes.
//
// `sparse` has a block of threads for a tile. Where there are too few tiles for all multiprocessors, the blocks of `tall`
// share them, in one launch: a block takes a ticket for a part of a pass, and waits until the pass before has ended. All
// tickets before its own have been taken, by blocks that run: so they end, however few blocks the device holds.
#include "region.cuh"

constexpr int WIDEST = 16, BINS = 256, KEYS = 16, GROUP_KEYS = 2048, THREADS = 256, STEP = THREADS * KEYS, LIST = 2048, PARTS = 8;
constexpr uint32_t EACH_BYTE = 0x01010101, HIGH_BITS = 0x80808080;

struct Sparse {
  uint64_t memory;       // address of the region's first element
  Source source;         // of the normals
  uint64_t keyBlock;     // Philox block of the first keys
  uint64_t tieBlock;     // Philox block of the first tie words
  uint64_t rows, columns;  // of the whole
  uint64_t zeros;        // in each column
  uint64_t log2Width;    // of a tile
  uint64_t perTile;      // keys
  uint64_t firstTile, tiles;       // that have columns of the region
  uint64_t firstRow, firstColumn;  // of the region
  uint64_t regionRows, regionColumns;
  uint64_t rowStride, columnStride;  // in elements
  double std;
  uint64_t lowest, highest;  // the span in which the cuts almost surely are
  uint64_t scratch;      // of type Tile, one for each, where blocks share tiles
};

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
  uint16_t ties[STEP];      // where in a step
  uint2 marks[THREADS];     // of 16 elements: which are not zero, and how many of their group are not before them
  uint32_t warps[THREADS / 32], needed[2];
  typename T::Compute zero;
  uint32_t part, state;     // of a ticket
  bool isLast;
};

// Sets of a Philox block's keys: bit 8 * (j & 3) + j / 4 is for key j.
__device__ __forceinline__ uint32_t bitOf(uint32_t j) { return 8 * (j & 3) + (j >> 2); }
__device__ __forceinline__ uint32_t keyOf(uint32_t bit) { return 4 * (bit & 7) + (bit >> 3); }

// Those before key j.
__device__ __forceinline__ uint32_t before(uint32_t j) {
  return EACH_BYTE * ((1u << (j >> 2)) - 1) | (EACH_BYTE & (1u << 8 * (j & 3)) - 1) << (j >> 2);
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

// The keys of a Philox block of a tile. Those behind the last row are the highest key.
__device__ __forceinline__ Words keys(const Sparse& p, uint64_t tile, uint64_t block) {
  Words w = philox(p.source, p.keyBlock + tile * (p.perTile / KEYS) + block);
  uint64_t left = (p.rows << p.log2Width) - block * KEYS;
  if (left < KEYS) {
#pragma unroll
    for (int j = 0; j < KEYS; j++) w.word[j / 4] |= j < int(left) ? 0 : 0xffu << 8 * (j & 3);
  }
  return w;
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
__device__ __forceinline__ void countKeys(const Sparse& p, uint64_t tile, uint32_t lowest, uint32_t highest, S& s, uint64_t first, uint64_t stride) {
  uint64_t blocks = p.perTile / KEYS;
  uint32_t last = (1u << p.log2Width) - 1, span = highest - lowest;
  uint32_t low = lowest * EACH_BYTE, high = highest * EACH_BYTE, below[4] = {0, 0, 0, 0};
  uint32_t* counts = s.counts - lowest;
  int steps = 0;
  for (uint64_t begin = first * THREADS; begin < blocks; begin += stride * THREADS) {
    uint64_t b = begin + threadIdx.x;
    if (b < blocks) {
      Words w = keys(p, tile, b);
      uint32_t hits = 0;
#pragma unroll
      for (int k = 0; k < 4; k++) {
        uint32_t under = less(w.word[k], low);
        below[k] += under >> 7 & EACH_BYTE;
        hits |= lop3<0x20>(less(w.word[k], high), under, HIGH_BITS) >> 7 - k;  // a & ~b & c
      }
      for (; hits != 0; hits &= hits - 1) {
        uint32_t bit = __ffs(hits) - 1, k = bit & 7;
        uint32_t even = k & 2 ? w.word[2] : w.word[0], odd = k & 2 ? w.word[3] : w.word[1];
        uint32_t key = (k & 1 ? odd : even) >> (bit & 24) & 0xff;
        atomicAdd(&counts[(keyOf(bit) & last) * span + key], 1);
      }
    }
    if (++steps == 7 || begin + stride * THREADS >= blocks) {
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
  uint32_t real = __ballot_sync(0xffffffff, (lane & 7) < 4 && (tile << p.log2Width) + column < p.columns);
  if (lane == 0) s.real = real;
  if (lane >= KEYS / 4) return;
  uint32_t cuts = 0;
  for (int i = 0; i < 4; i++) cuts |= s.columns[(4 * lane + i) & last].key << 8 * i;
  s.cuts[lane] = cuts;
}

// Lists the ties of a set of the thread's keys; after the next barrier, all threads have them.
template <class S>
__device__ __forceinline__ void listTies(S& s, uint32_t ties, int turn) {
  for (; ties != 0; ties &= ties - 1) {
    uint32_t j = keyOf(__ffs(ties) - 1);
    s.ties[atomicAdd(&s.waiting[turn], 1)] = uint16_t(threadIdx.x * KEYS + j);
  }
}

// Calls each(index in the step, column, tie) for those that were listed.
template <class S, class Each>
__device__ __forceinline__ void eachTie(const Sparse& p, uint64_t tile, uint64_t step, S& s, int turn, Each each) {
  uint32_t n = s.waiting[turn], last = (1u << p.log2Width) - 1;
  if (threadIdx.x == 0) s.waiting[turn ^ 1] = 0;
  for (uint32_t i = threadIdx.x; i < n; i += THREADS) {
    uint32_t at = s.ties[i];
    uint64_t inTile = step * STEP + at;
    if (inTile < p.rows << p.log2Width) each(at, at & last, tie(p, tile, inTile));
  }
}

template <class S>
__device__ __forceinline__ void countTies(const Sparse& p, uint64_t tile, S& s, uint64_t* list, uint32_t* size, uint64_t first, uint64_t stride) {
  uint64_t blocks = p.perTile / KEYS;
  uint32_t most = LIST >> p.log2Width;
  int turn = 0;
  for (uint64_t step = first; step * THREADS < blocks; step += stride) {
    uint64_t b = step * THREADS + threadIdx.x;
    if (b < blocks) {
      Words w = keys(p, tile, b);
      uint32_t ties = 0;
#pragma unroll
      for (int k = 0; k < 4; k++) ties |= (equal(w.word[k], s.cuts[k]) & HIGH_BITS) >> 7 - k;
      listTies(s, ties, turn);
    }
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
  bool isOpen = column < 1u << p.log2Width && s.columns[column].isOpen();
  __syncthreads();
  if (!isOpen) return false;
  uint32_t below = s.below[column], size = s.size[column], left = s.columns[column].left, rank = left - below;
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
  Column c = s.columns[column];
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
__device__ __forceinline__ void count(const Sparse& p, uint64_t tile, uint32_t pass, S& s, uint64_t* list, uint32_t* size, uint64_t first, uint64_t stride) {
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

  __device__ __forceinline__ Place(const Sparse& p, uint64_t tile) : first(0, 0, 0, 0) {
    uint64_t width = 1ull << p.log2Width, column = tile << p.log2Width;
    uint64_t from = p.firstColumn > column ? p.firstColumn - column : 0;
    uint64_t right = p.firstColumn + p.regionColumns - column, to = right < width ? right : width;
    uint64_t memory = p.memory + (column + from - p.firstColumn) * p.columnStride * BYTES;
    region.length = to - from;
    region.stride = p.columnStride;
    isRun = region.length == width && p.rowStride == width * p.columnStride;
    if (isRun) region.length *= p.regionRows;
    isAligned = (p.rowStride * BYTES & 15) == 0;
    first = rowAt<T>(region, memory, isRun ? p.firstRow << p.log2Width : from);
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
      store<T>(place.region, place.first, step * (STEP / N) + i, x);
    }
  } else if (1 << p.log2Width == WIDEST) {
    constexpr int ROWS = THREADS * N / WIDEST;  // at a time
    uint64_t below = step * (STEP / WIDEST) + t * N / WIDEST - p.firstRow;  // wraps for a row above the region
    uint64_t pitch = p.rowStride * BYTES, memory = place.first.memory + below * pitch, group = t % (WIDEST / N);
    bool isWhole = place.isAligned && group - place.first.inner < place.first.inners;
    uint64_t shift = (group * N - place.first.start) * BYTES;
#pragma unroll 1
    for (uint32_t i = t; i < STEP / N; i += THREADS) {
      if (below < p.regionRows) {
        elements<N>(s, i * N, x);
        if (isWhole) store<T>(place.region, Row(memory + shift, 0, 0, 1), 0, x);
        else store<T>(place.region, rowAt<T>(place.region, memory, place.first.start), group, x);
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

template <class T>
__device__ __forceinline__ void sparse(const Sparse& p) {
  __shared__ Shared<T> s;
  for (uint64_t tile = p.firstTile + blockIdx.x; tile < p.firstTile + p.tiles; tile += gridDim.x) {
    uint32_t pass = NEAR_KEYS;
    while (pass != WRITE) {
      count(p, tile, pass, s, s.list, s.size, 0, 1);
      pass = advance(p, pass, s);
    }
    spread(p, tile, s, 0, 1);
  }
}

// Two blocks of a multiprocessor may use all registers: left to itself, ptxas spills to make room for more.
#undef KERNEL
#define KERNEL(family, suffix, Parameters, T) \
  extern "C" __global__ void __launch_bounds__(THREADS, 2) family##_##suffix(const __grid_constant__ Parameters p) { family<T>(p); }

FOR_EACH_TYPE(sparse, Sparse)

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
__device__ __forceinline__ void tall(const Sparse& p) {
  __shared__ Shared<T> s;
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

FOR_EACH_TYPE(tall, Sparse)
