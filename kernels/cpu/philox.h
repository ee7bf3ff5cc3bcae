// SPDX-License-Identifier: Apache-2.0
// Philox for many blocks at a time: a 32-bit word in each 64-bit lane, since that is what vector multipliers take. The
// compiler cuts these vectors into the processor's: some of them under way at a time hide a multiplication's latency.
#pragma once
#include "law.cuh"
#include "philox.cuh"

#if defined(__AVX512F__)
constexpr int LANES = 32, LANES_OF_FLOATS = 16;
#elif defined(__AVX2__)
constexpr int LANES = 8, LANES_OF_FLOATS = 8;
#else
constexpr int LANES = 4, LANES_OF_FLOATS = 4;
#endif
typedef uint64_t Wide __attribute__((vector_size(8 * LANES), aligned(8)));

// Blocks whose words are made before they are used; what is made of them stays in the L1 cache.
constexpr int BLOCKS = 256;
static_assert(BLOCKS % LANES == 0);

// The words of blocks, in lanes whose upper halves mean nothing.
struct Lanes {
  Wide x0, x1, x2, x3;
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

typedef uint32_t Halves __attribute__((vector_size(8 * LANES)));
using AllHalves = typename Counting<2 * LANES>::type;

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

INLINE Wide product(Wide a, uint64_t b) { return (a & LOW) * b; }

// Upper halves, in both. A shift would do, but then the compiler finds out what is 0, and forgets it in the next moment.
template <int... i>
INLINE Wide upper(Wide a, Indices<i...>) {
  return Wide(__builtin_shufflevector(Halves(a), Halves(a), (i | 1)...));
}
INLINE Wide upper(Wide a) { return upper(a, AllHalves()); }

// As philox() of philox.cuh. Where counters are the same in all lanes, the compiler computes what follows from them once.
// Round by round, since a loop would only be unrolled together with all others; but not where all is slow.
#if defined(__AVX2__) || defined(__aarch64__)
template <int round = 0>
INLINE Lanes philox(const Keys& keys, Wide c0, Wide c1, Wide c2, Wide c3) {
  if constexpr (round == 10) {
    return {c0, c1, c2, c3};
  } else {
    Wide p0 = product(c0, 0xD2511F53), p1 = product(c2, 0xCD9E8D57);
    return philox<round + 1>(keys, upper(p1) ^ c1 ^ keys.of[round][0], p1, upper(p0) ^ c3 ^ keys.of[round][1], p0);
  }
}
#else
static NOINLINE Lanes philox(const Keys& keys, Wide c0, Wide c1, Wide c2, Wide c3) {
  ROLLED
  for (int round = 0; round < 10; round++) {
    Wide p0 = product(c0, 0xD2511F53), p1 = product(c2, 0xCD9E8D57);
    c0 = upper(p1) ^ c1 ^ keys.of[round][0], c1 = p1;
    c2 = upper(p0) ^ c3 ^ keys.of[round][1], c3 = p0;
  }
  return {c0, c1, c2, c3};
}
#endif

// The blocks of lanes, which words are stored by: in order, or 0 and half of LANES, 1 and half + 1 ...
template <bool pairs, int... i>
INLINE Wide blocksOfLanes(Indices<i...>) {
  return Wide{uint64_t(pairs ? i : i / 2 + i % 2 * LANES / 2)...};
}
template <int... i>
INLINE Wide inLanes(Wide blocks, Indices<i...>) {
  return __builtin_shufflevector(blocks, blocks, (i / 2 + i % 2 * LANES / 2)...);
}
using AllLanes = typename Counting<LANES>::type;

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

// Of each four 32-bit words, a's first and third or second and fourth, and then b's.
template <int odd, int... i>
INLINE Halves unzip(Halves a, Halves b, Indices<i...>) {
  return __builtin_shufflevector(a, b, (i / 4 * 4 + i % 2 * 2 + odd + i / 2 % 2 * 2 * LANES)...);
}

// Lower halves where they are.
template <int... i>
INLINE Wide evenTwice(Wide a, Indices<i...>) {
  return Wide(__builtin_shufflevector(Halves(a), Halves(a), (i & ~1)...));
}

// Stores the words of LANES blocks, which are those from `block` on of a batch.
template <bool pairs>
INLINE void store(const Lanes& w, int block, Bits& bits) {
  if constexpr (pairs) {
    *reinterpret_cast<Wide*>(bits.first + block) = (w.x0 & LOW) | (evenTwice(w.x2, AllHalves()) & ~LOW);
    *reinterpret_cast<Wide*>(bits.second + block) = (w.x1 & LOW) | (evenTwice(w.x3, AllHalves()) & ~LOW);
  } else {
    Halves a = unzip<0>(Halves(w.x0), Halves(w.x1), AllHalves()), b = unzip<0>(Halves(w.x2), Halves(w.x3), AllHalves());
    *reinterpret_cast<Wide*>(bits.longs + 2 * block) = Wide(unzip<0>(a, b, AllHalves()));
    *reinterpret_cast<Wide*>(bits.longs + 2 * block + LANES) = Wide(unzip<1>(a, b, AllHalves()));
  }
}

// Blocks whose counters differ in one word alone, which ascends.
template <bool pairs>
static NOINLINE void draw(const Keys& keys, uint32_t c0, uint32_t c1, uint64_t c2, int count,
                                           Bits& __restrict bits) {
  Wide zero = {}, a = zero + c0, b = zero + c1, c = blocksOfLanes<pairs>(AllLanes()) + c2;
  for (int i = 0; i < count; i += LANES, c += LANES) store<pairs>(philox(keys.again(), a, b, c, zero), i, bits);
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
      Wide block = inLanes(*reinterpret_cast<const Wide*>(blocks + i), AllLanes());
      store<false>(philox(keys.again(), block >> 16, block >> 48, block & 0xffff, Wide{}), i, bits);
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
