// SPDX-License-Identifier: Apache-2.0
// Kept values between zeros: sixteen elements, of which a set says which are kept.
#pragma once
#include "device.h"

typedef uint32_t S8x32 __attribute__((vector_size(32)));
typedef uint32_t S16x32 __attribute__((vector_size(64)));
typedef uint16_t S8x16 __attribute__((vector_size(16), aligned(2)));
typedef uint16_t S16x16 __attribute__((vector_size(32), aligned(2)));
typedef uint8_t S16x8 __attribute__((vector_size(16), aligned(1)));
typedef uint64_t S8x64 __attribute__((vector_size(64), aligned(8)));

// The first values, from the lowest lane on, in the lanes of the set; zeros in the others. As many as lanes can be read.
#if defined(__AVX512F__)
INLINE S16x32 expanded(S16x32 values, uint32_t kept) {
  typedef int V __attribute__((vector_size(64)));
  return S16x32(__builtin_ia32_expandsi512_mask(V(values), V{}, uint16_t(kept)));
}

template <class Stored>
INLINE S16x32 expanded(const Stored* values, uint32_t kept) {
  typedef Stored V __attribute__((vector_size(16 * sizeof(Stored)), aligned(sizeof(Stored))));
  return expanded(__builtin_convertvector(*reinterpret_cast<const V*>(values), S16x32), kept);
}

INLINE S8x64 expanded(const uint64_t* values, uint32_t kept) {
  typedef long long V __attribute__((vector_size(64), aligned(8)));
  return S8x64(__builtin_ia32_expanddi512_mask(*reinterpret_cast<const V*>(values), V{}, uint8_t(kept)));
}
#else
#if defined(__AVX2__)
// Of each set of eight, in which place among the kept each is.
struct Ranks {
  uint8_t of[256][8];
  constexpr Ranks() : of() {
    for (int set = 0; set < 256; set++) {
      for (int i = 0, rank = 0; i < 8; i++) {
        of[set][i] = uint8_t(rank);
        rank += set >> i & 1;
      }
    }
  }
};
static constexpr Ranks RANKS;

template <class Stored>
INLINE S8x32 eight(const Stored* values, uint32_t kept) {
  typedef Stored V __attribute__((vector_size(8 * sizeof(Stored)), aligned(sizeof(Stored))));
  typedef uint8_t R __attribute__((vector_size(8)));
  typedef int I __attribute__((vector_size(32)));
  I ranks = __builtin_convertvector(*reinterpret_cast<const R*>(RANKS.of[kept]), I);
  S8x32 x = __builtin_convertvector(*reinterpret_cast<const V*>(values), S8x32);
  S8x32 moved = S8x32(__builtin_ia32_permvarsi256(I(x), ranks));
  return moved & S8x32((kept & S8x32{1, 2, 4, 8, 16, 32, 64, 128}) != 0);
}

template <class Stored>
INLINE S16x32 expanded(const Stored* values, uint32_t kept) {
  S8x32 low = eight(values, kept & 255), high = eight(values + __builtin_popcount(kept & 255), kept >> 8);
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
#else
template <class Stored>
INLINE S16x32 expanded(const Stored* values, uint32_t kept) {
  S16x32 x;
  for (int i = 0; i < 16; i++) {
    x[i] = kept >> i & 1 ? *values : 0;
    values += kept >> i & 1;
  }
  return x;
}
#endif

INLINE S8x64 expanded(const uint64_t* values, uint32_t kept) {
  S8x64 x;
  for (int i = 0; i < 8; i++) {
    x[i] = kept >> i & 1 ? *values : 0;
    values += kept >> i & 1;
  }
  return x;
}
#endif

// To memory; past the caches where a line is written at once.
template <class V>
INLINE void put(V x, uint64_t address, bool streaming) {
  typedef V Unaligned __attribute__((aligned(1)));
  if (streaming && sizeof(V) == 64 && address % 64 == 0) {
    typedef V Line __attribute__((aligned(64)));
    __builtin_nontemporal_store(x, reinterpret_cast<Line*>(address));
  } else {
    *reinterpret_cast<Unaligned*>(address) = x;
  }
}

INLINE void spread(const uint32_t* values, uint32_t kept, uint64_t address, bool streaming) {
  put(expanded(values, kept), address, streaming);
}

INLINE void spread(const uint16_t* values, uint32_t kept, uint64_t address, bool) {
  put(__builtin_convertvector(expanded(values, kept), S16x16), address, false);
}

INLINE void spread(const uint8_t* values, uint32_t kept, uint64_t address, bool) {
  put(__builtin_convertvector(expanded(values, kept), S16x8), address, false);
}

INLINE void spread(const uint64_t* values, uint32_t kept, uint64_t address, bool streaming) {
  put(expanded(values, kept & 255), address, streaming);
  put(expanded(values + __builtin_popcount(kept & 255), kept >> 8), address + 64, streaming);
}
