// SPDX-License-Identifier: Apache-2.0
// Philox for many blocks at a time: a 32-bit word in each 64-bit lane, since that is what vector multipliers take. Some
// vectors under way at a time hide a multiplication's latency.
#pragma once
#include "law.cuh"
#include "philox.cuh"

#if defined(__AVX512F__)
constexpr int WIDTH = 8, VECTORS = 4, LANES_OF_FLOATS = 16;
#elif defined(__AVX2__)
constexpr int WIDTH = 4, VECTORS = 2, LANES_OF_FLOATS = 8;
#else
constexpr int WIDTH = 2, VECTORS = 2, LANES_OF_FLOATS = 4;
#endif
constexpr int LANES = WIDTH * VECTORS;
typedef uint64_t Wide __attribute__((vector_size(8 * WIDTH), aligned(8)));
typedef uint32_t Halves __attribute__((vector_size(8 * WIDTH)));
#define FOR_VECTORS UNROLLED for (int v = 0; v < VECTORS; v++)

// Blocks whose words are made before they are used; what is made of them stays in the L1 cache.
constexpr int BLOCKS = 256;
static_assert(BLOCKS % LANES == 0);

// The words of blocks, in lanes whose upper halves mean nothing.
struct Lanes {
  Wide x0[VECTORS], x1[VECTORS], x2[VECTORS], x3[VECTORS];
};

constexpr uint64_t LOW = 0xffffffff;

template <int... i>
struct Indices {};
template <int n, int... i>
struct Counting : Counting<n - 1, n - 1, i...> {};
template <int... i>
struct Counting<0, i...> {
  using type = Indices<i...>;
};

using AllHalves = typename Counting<2 * WIDTH>::type;
using AllLanes = typename Counting<WIDTH>::type;

// A source's keys, each in a lane of its own.
struct Keys {
  uint64_t of[10][2];
  explicit __forceinline__ Keys(const Source& source) {
    ROLLED
    for (int i = 0; i < 20; i++) of[i / 2][i % 2] = source.keys[i / 2][i % 2];
  }
  // The same, of which the compiler does not know it: so keys are read where they are needed, and need no registers.
  __forceinline__ const Keys& again() const {
    const Keys* keys = this;
    __asm__ volatile("" : "+r"(keys));
    return *keys;
  }
};

constexpr uint64_t M0 = 0xD2511F53, M1 = 0xCD9E8D57;
INLINE Wide product(Wide a, uint64_t b) { return (a & LOW) * b; }

// Lanes of the halves that are named, 0 or 1: the lower of a's, the upper of b's.
template <int lower, int upper, int... i>
INLINE Wide halves(Wide a, Wide b, Indices<i...>) {
  return Wide(__builtin_shufflevector(Halves(a), Halves(b), (i % 2 ? i - 1 + upper + 2 * WIDTH : i + lower)...));
}
template <int lower, int upper>
INLINE Wide halves(Wide a, Wide b) { return halves<lower, upper>(a, b, AllHalves()); }

// A shift would do, but then the compiler finds out what is 0, and forgets it in the next moment.
INLINE Wide upper(Wide a) { return halves<1, 1>(a, a); }

// The rounds of philox.cuh from `first` on, but for the last. Unrolled, but not where all is slow.
#if defined(__AVX2__) || defined(__aarch64__)
#define ROUNDS INLINE
#define FOR_ROUNDS UNROLLED
#else
#define ROUNDS static NOINLINE
#define FOR_ROUNDS ROLLED
#endif
template <int first>
ROUNDS void rounds(const Keys& keys, Lanes& c) {
  FOR_ROUNDS
  for (int round = first; round < 9; round++) {
    FOR_VECTORS {
      Wide p0 = product(c.x0[v], M0), p1 = product(c.x2[v], M1);
      c.x0[v] = upper(p1) ^ c.x1[v] ^ keys.of[round][0], c.x1[v] = p1;
      c.x2[v] = upper(p0) ^ c.x3[v] ^ keys.of[round][1], c.x3[v] = p0;
    }
  }
}

// Words of WIDTH blocks: those of the first half of them, and of the second; or first and second words of pairs.
struct Ordered {
  Wide first, second;
};

// Of two lanes each, a's and b's even or odd ones.
template <int odd, int... i>
INLINE Wide lanes(Wide a, Wide b, Indices<i...>) {
  return __builtin_shufflevector(a, b, (i / 2 * 2 + odd + i % 2 * WIDTH)...);
}

// a ^ b ^ key in lower halves, a in upper ones. clang would take two instructions, the second to put them together.
INLINE Wide exclusiveOrBelow(Wide a, Wide b, uint64_t key) {
#if defined(__AVX512F__)
  __asm__("vpternlogd $0x96, %2, %1, %0%{%3%}" : "+v"(a) : "v"(b), "v"(Wide{} + key), "Yk"(uint16_t(0x5555)));
  return a;
#else
  return halves<0, 1>(a ^ b ^ key, a);
#endif
}

// The last round, which leaves words where they are wanted: of a product's halves, exchanged, the lower one is that which
// is still to be mixed, and the upper one the next word.
template <bool pairs>
INLINE Ordered last(const Keys& keys, const Lanes& c, int v) {
  Wide p0 = product(c.x0[v], M0), p1 = product(c.x2[v], M1);
  uint64_t k0 = keys.of[9][0], k1 = keys.of[9][1];
  if constexpr (pairs) {
    return {halves<1, 1>(p1, p0) ^ halves<0, 0>(c.x1[v], c.x3[v]) ^ (k0 | k1 << 32), halves<0, 0>(p1, p0)};
  } else {
    Wide a = exclusiveOrBelow(halves<1, 0>(p1, p1), c.x1[v], k0), b = exclusiveOrBelow(halves<1, 0>(p0, p0), c.x3[v], k1);
    return {lanes<0>(a, b, AllLanes()), lanes<1>(a, b, AllLanes())};
  }
}

// The blocks of lanes, which words are stored by: in order, or 0 and half of WIDTH, 1 and half + 1 ...
template <bool pairs, int... i>
INLINE Wide blocksOfLanes(Indices<i...>) {
  return Wide{uint64_t(pairs ? i : i / 2 + i % 2 * WIDTH / 2)...};
}
template <int... i>
INLINE Wide inLanes(Wide blocks, Indices<i...>) {
  return __builtin_shufflevector(blocks, blocks, (i / 2 + i % 2 * WIDTH / 2)...);
}

// What the laws take: words in order, or first and second words of pairs; for f64 the 53 bits of two words each. Aligned,
// since a vector that crosses lines takes twice the time.
union alignas(64) Bits {
  uint32_t words[4 * BLOCKS + 4 * LANES];
  uint64_t longs[2 * BLOCKS + 2 * LANES];
  struct {
    alignas(64) uint64_t first[BLOCKS + LANES];  // words: of two pairs each
    alignas(64) uint64_t second[BLOCKS + LANES];
  };
};

// Stores the words of WIDTH blocks, which are those from `block` on of a batch.
template <bool pairs>
INLINE void store(const Ordered& w, int block, Bits& bits) {
  *reinterpret_cast<Wide*>(pairs ? bits.first + block : bits.longs + 2 * block) = w.first;
  *reinterpret_cast<Wide*>(pairs ? bits.second + block : bits.longs + 2 * block + WIDTH) = w.second;
}

// Blocks whose counters differ in one word alone, which ascends: its product does so in equal steps. What the first two
// rounds make of the other words is computed once.
template <bool pairs>
static NOINLINE void draw(const Keys& keys, uint32_t c0, uint32_t c1, uint64_t c2, int count, Bits& __restrict bits) {
  Wide q0 = product(Wide{} + c0, M0), q1 = product(upper(q0) ^ keys.of[0][1], M1);
  Wide x0 = Wide{} + (c1 ^ keys.of[0][0]), x1 = upper(q1) ^ keys.of[1][0], x2 = q0 ^ keys.of[1][1];
  Wide p1 = (blocksOfLanes<pairs>(AllLanes()) + c2) * M1;
  for (int i = 0; i < count; i += LANES) {
    const Keys& k = keys.again();
    Lanes c;
    FOR_VECTORS {
      Wide p0 = product(upper(p1) ^ x0, M0);
      c.x0[v] = p1 ^ x1, c.x1[v] = q1;
      c.x2[v] = upper(p0) ^ x2, c.x3[v] = p0;
      p1 += WIDTH * M1;
    }
    rounds<2>(k, c);
    FOR_VECTORS store<pairs>(last<pairs>(k, c, v), i + v * WIDTH, bits);
  }
}

// Blocks from one on, up to the next multiple of 65536.
template <bool pairs>
INLINE void draw(const Keys& keys, uint64_t first, int count, Bits& bits) {
  draw<pairs>(keys, uint32_t(first >> 16), uint32_t(first >> 48), first & 0xffff, count, bits);
}

// Any blocks; of pairs in two steps, which cost less than room for one more.
template <bool pairs>
static NOINLINE void draw(const Keys& keys, const uint64_t* blocks, int count, Bits& __restrict bits) {
  if constexpr (pairs) {
    Bits ordered;
    draw<false>(keys, blocks, count, ordered);
    for (int i = 0; i < ((count + LANES - 1) & -LANES); i++) {
      uint64_t x = ordered.longs[2 * i], y = ordered.longs[2 * i + 1];
      bits.first[i] = (x & LOW) | y << 32;
      bits.second[i] = x >> 32 | (y & ~LOW);
    }
  } else {
    for (int i = 0; i < count; i += LANES) {
      const Keys& k = keys.again();
      Lanes c;
      FOR_VECTORS {
        Wide block = inLanes(reinterpret_cast<const Wide*>(blocks + i)[v], AllLanes());
        c.x0[v] = block >> 16, c.x1[v] = block >> 48;
        c.x2[v] = block & 0xffff, c.x3[v] = Wide{};
      }
      rounds<0>(k, c);
      FOR_VECTORS store<false>(last<false>(k, c, v), i + v * WIDTH, bits);
    }
  }
}

INLINE uint64_t both(uint64_t first, uint64_t second) { return bits53(uint32_t(first), uint32_t(second)); }

// Makes 53 bits of two words each, of whole LANES.
template <bool pairs>
static NOINLINE void widen(Bits& bits, int count) {
  count = (count + LANES - 1) & -LANES;
  if constexpr (pairs) {
    for (int i = 0; i < count; i++) {
      uint64_t x = bits.first[i], y = bits.second[i];
      bits.first[i] = both(x, y);
      bits.second[i] = both(x >> 32, y >> 32);
    }
  } else {
    for (int i = 0; i < 2 * count; i++) bits.longs[i] = both(bits.longs[i], bits.longs[i] >> 32);
  }
}
