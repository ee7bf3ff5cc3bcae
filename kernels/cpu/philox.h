// Philox for many blocks at a time: a 32-bit word in each 64-bit lane, since that is what vector multipliers take. The
// compiler cuts these vectors into the processor's: some of them under way at a time hide a multiplication's latency.
#pragma once
#include "philox.cuh"

#if defined(__AVX512F__)
constexpr int LANES = 32;
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

// As philox() of philox.cuh. Where counters are the same in all lanes, the compiler computes what follows from them once.
INLINE Lanes philox(const Source& source, Wide c0, Wide c1, Wide c2, Wide c3) {
#pragma unroll
  for (int round = 0; round < 10; round++) {
    Wide p0 = product(c0, 0xD2511F53), p1 = product(c2, 0xCD9E8D57);
    c0 = p1 >> 32 ^ c1 ^ source.keys[round][0];
    c1 = p1;
    c2 = p0 >> 32 ^ c3 ^ source.keys[round][1];
    c3 = p0;
  }
  return {c0, c1, c2, c3};
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
template <bool wide, bool pairs>
INLINE void store(const Lanes& w, int block, Bits& bits) {
  Wide a, b;
  if constexpr (wide) {
    a = (w.x0 & LOW) ^ (w.x1 & LOW) << 21;
    b = (w.x2 & LOW) ^ (w.x3 & LOW) << 21;
  } else if constexpr (pairs) {
    a = (w.x0 & LOW) | w.x2 << 32;
    b = (w.x1 & LOW) | w.x3 << 32;
  } else {
    a = (w.x0 & LOW) | w.x1 << 32;
    b = (w.x2 & LOW) | w.x3 << 32;
  }
  if constexpr (pairs) {
    *reinterpret_cast<Wide*>(bits.first + block) = a;
    *reinterpret_cast<Wide*>(bits.second + block) = b;
  } else {
    storeAlternating(bits.longs + 2 * block, a, b, typename Counting<LANES>::type());
  }
}

// Blocks from one on that are no multiple of 65536 apart: their counters differ in one word.
template <bool wide, bool pairs>
static __attribute__((noinline)) void draw(const Source& source, uint64_t first, int count, Bits& bits) {
  Wide zero = {}, c0 = zero + (first >> 16), c1 = zero + (first >> 48), c2 = ascending() + (first & 0xffff);
  for (int i = 0; i < count; i += LANES) {
    store<wide, pairs>(philox(source, c0, c1, c2, zero), i, bits);
    c2 += LANES;
  }
}

// Any blocks.
template <bool wide, bool pairs>
static __attribute__((noinline)) void draw(const Source& source, const uint64_t* blocks, int count, Bits& bits) {
  for (int i = 0; i < count; i += LANES) {
    Wide block = *reinterpret_cast<const Wide*>(blocks + i);
    store<wide, pairs>(philox(source, block >> 16, block >> 48, block & 0xffff, Wide{}), i, bits);
  }
}
