// SPDX-License-Identifier: Apache-2.0
// Philox for many blocks at a time: a 32-bit word in each 64-bit lane, since that is what vector multipliers take. The
// compiler cuts these vectors into the processor's: some of them under way at a time hide a multiplication's latency.
#pragma once
#include "law.cuh"
#include "philox.cuh"

#if defined(__AVX512F__)
constexpr int LANES = 16;
#elif defined(__AVX2__)
constexpr int LANES = 8;
#else
constexpr int LANES = 4;
#endif
typedef uint64_t Wide __attribute__((vector_size(8 * LANES), aligned(8)));

// Blocks whose words are made before they are used; what is made of them stays in the L1 cache.
constexpr int BLOCKS = 256;

// The words of blocks, in lanes whose upper halves mean nothing.
struct Lanes {
  Wide x0, x1, x2, x3;
};

constexpr uint64_t LOW = 0xffffffff;

INLINE Wide product(Wide a, uint64_t b) { return (a & LOW) * b; }

// As philox() of philox.cuh, round by round: a loop would only be unrolled together with all others, for no gain. Where
// counters are the same in all lanes, the compiler computes what follows from them once.
template <int round = 0>
INLINE Lanes philox(const Source& source, Wide c0, Wide c1, Wide c2, Wide c3) {
  if constexpr (round == 10) {
    return {c0, c1, c2, c3};
  } else {
    Wide p0 = product(c0, 0xD2511F53), p1 = product(c2, 0xCD9E8D57);
    return philox<round + 1>(source, p1 >> 32 ^ c1 ^ source.keys[round][0], p1, p0 >> 32 ^ c3 ^ source.keys[round][1], p0);
  }
}

INLINE Wide ascending() {
  Wide v;
  for (int i = 0; i < LANES; i++) v[i] = uint64_t(i);
  return v;
}

// What the laws take: words in order, or first and second words of pairs; for f64 the 53 bits of two words each.
union Bits {
  uint32_t words[4 * BLOCKS + 4 * LANES];
  uint64_t longs[2 * BLOCKS + 2 * LANES];
  struct {
    uint64_t first[BLOCKS + LANES], second[BLOCKS + LANES];  // words: of two pairs each
  };
};

template <int... i>
struct Indices {};
template <int n, int... i>
struct Counting : Counting<n - 1, n - 1, i...> {};
template <int... i>
struct Counting<0, i...> {
  using type = Indices<i...>;
};

// a0 b0 a1 b1 ...
template <int... i>
INLINE void storeAlternating(uint64_t* to, Wide a, Wide b, Indices<i...>) {
  *reinterpret_cast<Wide*>(to) = __builtin_shufflevector(a, b, (i / 2 + i % 2 * LANES)...);
  *reinterpret_cast<Wide*>(to + LANES) = __builtin_shufflevector(a, b, (LANES / 2 + i / 2 + i % 2 * LANES)...);
}

// Stores the words of LANES blocks, which are those from `block` on of a batch.
template <bool pairs>
INLINE void store(const Lanes& w, int block, Bits& bits) {
  if constexpr (pairs) {
    *reinterpret_cast<Wide*>(bits.first + block) = (w.x0 & LOW) | w.x2 << 32;
    *reinterpret_cast<Wide*>(bits.second + block) = (w.x1 & LOW) | w.x3 << 32;
  } else {
    Wide a = (w.x0 & LOW) | w.x1 << 32, b = (w.x2 & LOW) | w.x3 << 32;
    storeAlternating(bits.longs + 2 * block, a, b, typename Counting<LANES>::type());
  }
}

// Blocks whose counters differ in one word alone, which ascends.
template <bool pairs>
static __attribute__((noinline)) void draw(const Source& source, uint32_t c0, uint32_t c1, uint64_t c2, int count,
                                           Bits& bits) {
  Wide zero = {}, a = zero + c0, b = zero + c1, c = ascending() + c2;
  for (int i = 0; i < count; i += LANES, c += LANES) store<pairs>(philox(source, a, b, c, zero), i, bits);
}

// Blocks from one on, up to the next multiple of 65536.
template <bool pairs>
INLINE void draw(const Source& source, uint64_t first, int count, Bits& bits) {
  draw<pairs>(source, uint32_t(first >> 16), uint32_t(first >> 48), first & 0xffff, count, bits);
}

// Any blocks.
template <bool pairs>
static __attribute__((noinline)) void draw(const Source& source, const uint64_t* blocks, int count, Bits& bits) {
  for (int i = 0; i < count; i += LANES) {
    Wide block = *reinterpret_cast<const Wide*>(blocks + i);
    store<pairs>(philox(source, block >> 16, block >> 48, block & 0xffff, Wide{}), i, bits);
  }
}

INLINE uint64_t both(uint64_t first, uint64_t second) { return bits53(uint32_t(first), uint32_t(second)); }

// Makes 53 bits of two words each.
template <bool pairs>
static __attribute__((noinline)) void widen(Bits& bits, int count) {
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
