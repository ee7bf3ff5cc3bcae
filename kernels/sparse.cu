// N(0, std^2) with exactly so many zeros in each column: org.initium.law.ColumnKeys, which says what the keys are, the tie
// words, the groups and the values. A block of threads finds the cut of each column of a tile by counting, a digit of 8
// bits at a time: the key, then the four bytes of the tie word, then those of the row, until no tie is left; three passes
// over the keys for usual matrices, drawn anew in each. Then it goes through the groups: whose keys are below the cut,
// how many are before each, the normals that are needed, and all elements in stores of 16 bytes.
// Where there are too few tiles for all multiprocessors, blocks share a tile: `digit` is launched for each of the nine
// digits, and `spread` for the values.
#include "region.cuh"

constexpr int WIDEST = 16, BINS = 256, KEYS = 16, GROUP_KEYS = 2048, BLOCKS = GROUP_KEYS / KEYS, DIGITS = 9;

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
  uint64_t scratch;      // of type Shared, one for each tile, where blocks share it
  uint64_t digit;
};

// Where the zeros of a column end, as far as it is known: those with a key below `key` are zero, and those with just that
// key and a tie below `tie`. So many are left to find among the ties that agree with it in the digits so far.
struct Cut {
  uint32_t key, left;
  uint64_t tie;
};

struct Shared {
  Cut cuts[DIGITS + 1][WIDEST];  // before each digit, and after the last
  uint32_t counts[WIDEST * BINS];
  uint32_t done;                 // blocks that have counted
};

__device__ __forceinline__ uint32_t key(const Words& w, int j) { return w.word[j >> 2] >> 8 * (j & 3) & 0xff; }

// The tie word of an index in a tile, and below it the row.
__device__ __forceinline__ uint64_t tie(const Sparse& p, uint64_t tile, uint64_t inTile) {
  uint64_t i = tile * p.perTile + inTile;
  Words w = philox(p.source, p.tieBlock + (i >> 2));
  uint32_t lane = uint32_t(i) & 3, word = w.word[0];
#pragma unroll
  for (int k = 1; k < 4; k++) word = lane == k ? w.word[k] : word;
  return uint64_t(word) << 32 | inTile >> p.log2Width;
}

__device__ __forceinline__ Cut firstCut(const Sparse& p, uint64_t tile, int column) {
  // columns that only fill a tile up are all zero
  bool real = (tile << p.log2Width) + column < p.columns;
  return real ? Cut{0, uint32_t(p.zeros), 0} : Cut{BINS, 0, 0};
}

// Adds to how often each column has each value of a digit, among the keys that agree with the cuts so far: those of the
// Philox blocks from `first` on in steps.
__device__ __forceinline__ void count(const Sparse& p, uint64_t tile, int digit, const Cut* cuts, uint32_t* counts, uint64_t first, uint64_t step) {
  uint64_t keys = p.rows << p.log2Width, base = p.keyBlock + tile * p.perTile / KEYS;
  uint32_t last = (1u << p.log2Width) - 1;
  for (uint64_t b = first; b < p.perTile / KEYS; b += step) {
    Words w = philox(p.source, base + b);
    uint32_t ties = 0;  // a bit for each key that is a cut's; few are, and their tie words are drawn in a loop
#pragma unroll
    for (int j = 0; j < KEYS; j++) {
      uint32_t column = j & last, value = key(w, j);
      if (b * KEYS + j >= keys) continue;
      if (digit == 0) atomicAdd(&counts[column * BINS + value], 1);
      else if (value == cuts[column].key && cuts[column].left != 0) ties |= 1u << j;
    }
    for (; ties != 0; ties &= ties - 1) {
      int j = __ffs(ties) - 1, shift = 8 * (DIGITS - 1 - digit);
      uint32_t column = j & last;
      uint64_t order = tie(p, tile, b * KEYS + j);
      if (digit > 1 && (order ^ cuts[column].tie) >> shift + 8 != 0) continue;
      atomicAdd(&counts[column * BINS + (uint32_t(order >> shift) & 0xff)], 1);
    }
  }
}

// A warp's part of a column: adds the digit's value for which at most `left` are less, the highest of those.
__device__ __forceinline__ Cut advance(Cut cut, int digit, const uint32_t* counts) {
  constexpr int EACH = BINS / 32;
  int lane = threadIdx.x & 31;
  uint32_t up[EACH], sum = 0;
#pragma unroll
  for (int i = 0; i < EACH; i++) up[i] = sum += counts[lane * EACH + i];
  uint32_t before = sum;
#pragma unroll
  for (int d = 1; d < 32; d *= 2) {
    uint32_t other = __shfl_up_sync(0xffffffff, before, d);
    if (lane >= d) before += other;
  }
  before -= sum;
  uint32_t value = 0, below = 0;
#pragma unroll
  for (int i = 0; i < EACH; i++) {
    if (before + up[i] <= cut.left) {
      value++;
      below = before + up[i];
    }
  }
#pragma unroll
  for (int d = 16; d > 0; d /= 2) {
    value += __shfl_xor_sync(0xffffffff, value, d);
    below = max(below, __shfl_xor_sync(0xffffffff, below, d));
  }
  if (cut.key == BINS || cut.left == 0 && digit > 0) return cut;
  cut.left -= below;
  if (digit == 0) cut.key = value;
  else cut.tie |= uint64_t(value) << 8 * (DIGITS - 1 - digit);
  return cut;
}

// Of all columns, by the whole block of threads.
__device__ __forceinline__ void advance(const Sparse& p, int digit, const Cut* from, Cut* to, uint32_t* counts) {
  for (int column = threadIdx.x / 32; column < 1 << p.log2Width; column += blockDim.x / 32) {
    Cut cut = advance(from[column], digit, counts + column * BINS);
    if ((threadIdx.x & 31) == 0) to[column] = cut;
  }
}

__device__ __forceinline__ bool isOpen(const Sparse& p, const Cut* cuts) {
  return threadIdx.x < 1 << p.log2Width && cuts[threadIdx.x].left != 0;
}

// The keys of a thread's 16 elements of a group: a bit for each that is not zero.
__device__ __forceinline__ uint32_t kept(const Sparse& p, uint64_t tile, uint64_t first, const Cut* cuts) {
  uint64_t keys = p.rows << p.log2Width;
  uint32_t last = (1u << p.log2Width) - 1, bits = 0, ties = 0;
  if (first >= keys) return 0;
  Words w = philox(p.source, p.keyBlock + (tile * p.perTile + first) / KEYS);
#pragma unroll
  for (int j = 0; j < KEYS; j++) {
    uint32_t cut = cuts[j & last].key, value = key(w, j);
    if (first + j >= keys) continue;
    if (value > cut) bits |= 1u << j;
    if (value == cut) ties |= 1u << j;
  }
  for (; ties != 0; ties &= ties - 1) {
    int j = __ffs(ties) - 1;
    if (tie(p, tile, first + j) >= cuts[j & last].tie) bits |= 1u << j;
  }
  return bits;
}

// What a group's threads share.
template <class T>
struct Spread {
  typename T::Compute values[GROUP_KEYS];
  uint32_t bits[BLOCKS], before[BLOCKS];  // of 16 elements: which are not zero, and how many are not before them
  uint32_t warps[BLOCKS / 32];
};

template <class T>
__device__ __forceinline__ void mark(const Sparse& p, uint64_t tile, uint64_t base, const Cut* cuts, Spread<T>& s) {
  int t = threadIdx.x;
  uint32_t bits = 0, sum = 0, own = 0;
  if (t < BLOCKS) {
    bits = kept(p, tile, base + t * KEYS, cuts);
    sum = own = __popc(bits);
#pragma unroll
    for (int d = 1; d < 32; d *= 2) {
      uint32_t other = __shfl_up_sync(0xffffffff, sum, d);
      if ((t & 31) >= d) sum += other;
    }
    if ((t & 31) == 31) s.warps[t / 32] = sum;
  }
  __syncthreads();
  if (t < BLOCKS) {
    for (int w = 0; w < t / 32; w++) sum += s.warps[w];
    s.bits[t] = bits;
    s.before[t] = sum - own;
  }
}

template <class T>
__device__ __forceinline__ void draw(const Sparse& p, uint64_t tile, uint64_t base, Spread<T>& s) {
  using Real = typename T::Compute;
  constexpr int N = sizeof(Real) == 8 ? 2 : 4;
  uint32_t needed = s.before[BLOCKS - 1] + __popc(s.bits[BLOCKS - 1]);
  uint64_t first = (p.source.start + tile * p.perTile + base) / N;
  for (uint32_t i = threadIdx.x; i * N < needed; i += blockDim.x) {
    Words w = philox(p.source, N == 2 ? blockOfDoubles(p.source.start, first + i) : first + i);
    Real x[N];
    normals<T>(w, Real(0), Real(p.std), x);
#pragma unroll
    for (int k = 0; k < N; k++) s.values[i * N + k] = x[k];
  }
}

template <class T>
__device__ __forceinline__ typename T::Compute element(const Spread<T>& s, uint32_t i) {
  uint32_t bits = s.bits[i / KEYS], bit = i % KEYS;
  return bits >> bit & 1 ? s.values[s.before[i / KEYS] + __popc(bits & (1u << bit) - 1)] : typename T::Compute(0);
}

template <class T>
__device__ __forceinline__ void write(const Sparse& p, uint64_t tile, uint64_t base, const Spread<T>& s) {
  constexpr int BYTES = sizeof(typename T::Stored);
  // groups of 16 bytes are of one row only where a row of the tile has 16 elements
  constexpr int N = GROUP<T>;
  int width = 1 << p.log2Width;
  uint64_t column = tile << p.log2Width, row = base >> p.log2Width;
  uint64_t from = p.firstColumn > column ? p.firstColumn - column : 0;
  uint64_t right = p.firstColumn + p.regionColumns - column, to = right < width ? right : width;
  Region region;
  region.length = to - from;
  region.stride = p.columnStride;
  uint64_t left = p.memory + (column + from - p.firstColumn) * p.columnStride * BYTES;
  for (uint32_t i = threadIdx.x; i < GROUP_KEYS / N; i += blockDim.x) {
    if (width == WIDEST) {
      uint64_t below = row + i * N / WIDEST - p.firstRow;  // wraps for a row above the region
      if (below >= p.regionRows) continue;
      typename T::Compute x[N];
#pragma unroll
      for (int k = 0; k < N; k++) x[k] = element(s, i * N + k);
      Row at = rowAt<T>(region, left + below * p.rowStride * BYTES, from);
      store<T>(region, at, i % (WIDEST / N), x);
    } else {
      for (int k = 0; k < N; k++) {
        uint32_t e = k * (GROUP_KEYS / N) + i;
        uint64_t below = row + (e >> p.log2Width) - p.firstRow, at = (e & width - 1) - from;
        if (below >= p.regionRows || at >= region.length) continue;
        reinterpret_cast<typename T::Stored*>(left)[below * p.rowStride + at * p.columnStride] = T::round(element(s, e));
      }
    }
  }
}

// The groups of the region from `first` on in steps.
template <class T>
__device__ __forceinline__ void groups(const Sparse& p, uint64_t tile, const Cut* cuts, Spread<T>& s, uint64_t first, uint64_t step) {
  uint64_t begin = (p.firstRow << p.log2Width) / GROUP_KEYS, end = (p.firstRow + p.regionRows) << p.log2Width;
  for (uint64_t base = (begin + first) * GROUP_KEYS; base < end; base += step * GROUP_KEYS) {
    mark(p, tile, base, cuts, s);
    __syncthreads();
    draw(p, tile, base, s);
    __syncthreads();
    write(p, tile, base, s);
    __syncthreads();
  }
}

template <class T>
__device__ __forceinline__ void sparse(const Sparse& p) {
  __shared__ union {
    uint32_t counts[WIDEST * BINS];
    Spread<T> spread;
  } s;
  __shared__ Cut both[2][WIDEST];  // before and after a digit, in turns
  for (uint64_t tile = p.firstTile + blockIdx.x; tile < p.firstTile + p.tiles; tile += gridDim.x) {
    Cut* cuts = both[0];
    if (threadIdx.x < 1 << p.log2Width) cuts[threadIdx.x] = firstCut(p, tile, threadIdx.x);
    bool open = true;
    for (int digit = 0; open; digit++) {
      for (int i = threadIdx.x; i < WIDEST * BINS; i += blockDim.x) s.counts[i] = 0;
      __syncthreads();
      count(p, tile, digit, cuts, s.counts, threadIdx.x, blockDim.x);
      __syncthreads();
      Cut* next = both[~digit & 1];
      advance(p, digit, cuts, next, s.counts);
      cuts = next;
      __syncthreads();
      open = __syncthreads_or(isOpen(p, cuts));
    }
    groups<T>(p, tile, cuts, s.spread, 0, 1);
  }
}

FOR_EACH_TYPE(sparse, Sparse)

// The values of tiles that blocks share.
template <class T>
__device__ __forceinline__ void spread(const Sparse& p) {
  __shared__ Spread<T> s;
  __shared__ Cut cuts[WIDEST];
  uint64_t slices = gridDim.x / p.tiles, slot = blockIdx.x % p.tiles, slice = blockIdx.x / p.tiles;
  const Shared& shared = reinterpret_cast<const Shared*>(p.scratch)[slot];
  if (threadIdx.x < 1 << p.log2Width) cuts[threadIdx.x] = shared.cuts[DIGITS][threadIdx.x];
  __syncthreads();
  if (slice < slices) groups<T>(p, p.firstTile + slot, cuts, s, slice, slices);
}

FOR_EACH_TYPE(spread, Sparse)

// One digit of the cuts of tiles that blocks share. The last block of a tile to have counted adds it to the cuts.
extern "C" __global__ void __launch_bounds__(256) digit(const __grid_constant__ Sparse p) {
  __shared__ uint32_t counts[WIDEST * BINS];
  __shared__ Cut cuts[WIDEST];
  __shared__ bool isLast;
  uint64_t slices = gridDim.x / p.tiles, slot = blockIdx.x % p.tiles, slice = blockIdx.x / p.tiles;
  uint64_t tile = p.firstTile + slot;
  Shared& shared = reinterpret_cast<Shared*>(p.scratch)[slot];
  int width = 1 << p.log2Width, digit = int(p.digit), t = threadIdx.x;
  if (slice >= slices) return;
  if (t < width) cuts[t] = digit == 0 ? firstCut(p, tile, t) : shared.cuts[digit][t];
  __syncthreads();
  if (!__syncthreads_or(isOpen(p, cuts)) && digit > 0) {
    if (slice == 0 && t < width) shared.cuts[digit + 1][t] = cuts[t];
    return;
  }
  for (int i = t; i < WIDEST * BINS; i += blockDim.x) counts[i] = 0;
  __syncthreads();
  count(p, tile, digit, cuts, counts, slice * blockDim.x + t, slices * blockDim.x);
  __syncthreads();
  for (int i = t; i < width * BINS; i += blockDim.x) {
    if (counts[i] != 0) atomicAdd(&shared.counts[i], counts[i]);
  }
  __threadfence();
  __syncthreads();
  if (t == 0) isLast = atomicAdd(&shared.done, 1) == slices - 1;
  __syncthreads();
  if (!isLast) return;
  __threadfence();
  for (int i = t; i < width * BINS; i += blockDim.x) counts[i] = atomicExch(&shared.counts[i], 0);
  if (t == 0) atomicExch(&shared.done, 0);
  __syncthreads();
  advance(p, digit, cuts, shared.cuts[digit + 1], counts);
}
