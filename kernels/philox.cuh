// SPDX-License-Identifier: Apache-2.0
// Philox4x32-10 (Salmon et al., SC'11), laid out as cuRAND's host API does: words 4b to 4b+3 of a seed.
#pragma once
#include <cstdint>

struct Words {
  uint32_t word[4];
};

struct Product {
  uint32_t low, high;
};

#ifdef __CUDACC__
// One wide multiplication; left to itself, nvcc computes in 64 bits throughout.
__device__ __forceinline__ Product multiply(uint32_t a, uint32_t b) {
  uint64_t wide;
  asm("mul.wide.u32 %0, %1, %2;" : "=l"(wide) : "r"(a), "r"(b));
  Product p;
  asm("mov.b64 {%0, %1}, %2;" : "=r"(p.low), "=r"(p.high) : "l"(wide));
  return p;
}

__device__ __forceinline__ uint32_t exclusiveOr(uint32_t a, uint32_t b, uint32_t c) {
  uint32_t d;
  asm("lop3.b32 %0, %1, %2, %3, 0x96;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
  return d;
}
#else
__device__ __forceinline__ Product multiply(uint32_t a, uint32_t b) {
  uint64_t wide = uint64_t(a) * b;
  return {uint32_t(wide), uint32_t(wide >> 32)};
}

__device__ __forceinline__ uint32_t exclusiveOr(uint32_t a, uint32_t b, uint32_t c) { return a ^ b ^ c; }
#endif

// Where a fill draws from. The keys of the ten rounds are the host's work: here they are operands, and cost nothing.
struct Source {
  uint64_t start;       // the fill's first word
  uint32_t keys[10][2]; // the seed, and what it grows to
};

// The rounds from `from` on, unrolled.
template <int from>
__device__ __forceinline__ Words rounds(const Source& source, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3) {
#pragma unroll
  for (int round = from; round < 10; round++) {
    Product p0 = multiply(c0, 0xD2511F53), p1 = multiply(c2, 0xCD9E8D57);
    c0 = exclusiveOr(p1.high, c1, source.keys[round][0]);
    c1 = p1.low;
    c2 = exclusiveOr(p0.high, c3, source.keys[round][1]);
    c3 = p0.low;
  }
  return {{c0, c1, c2, c3}};
}

// The words that the bijection makes of a counter.
__device__ __forceinline__ Words philox(const Source& source, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3) {
  return rounds<0>(source, c0, c1, c2, c3);
}

__device__ __forceinline__ Words philox(const Source& source, uint64_t block) {
  return philox(source, uint32_t(block >> 16), uint32_t(block >> 48), uint32_t(block) & 0xffff, 0);
}

// Blocks that are a multiple of 2^16 apart differ in the counter's first word alone, as long as that does not overflow: what
// the first two rounds make of the others is computed once for all of them.
struct Lane {
  uint32_t first;
  uint32_t c0, c2, c3;  // of the second round, but for what `first` adds
};

__device__ __forceinline__ Lane lane(const Source& source, uint64_t block) {
  Product p1 = multiply(uint32_t(block) & 0xffff, 0xCD9E8D57);
  Product p0 = multiply(exclusiveOr(p1.high, uint32_t(block >> 48), source.keys[0][0]), 0xD2511F53);
  return {uint32_t(block >> 16), p1.low ^ source.keys[1][0], p0.high ^ source.keys[1][1], p0.low};
}

__device__ __forceinline__ Words philox(const Source& source, const Lane& lane) {
  Product p0 = multiply(lane.first, 0xD2511F53), p1 = multiply(p0.high ^ source.keys[0][1], 0xCD9E8D57);
  return rounds<2>(source, p1.high ^ lane.c0, p1.low, p0.low ^ lane.c2, lane.c3);
}

// The block of two doubles from position 2 * pair on, as cuRAND's double calls have it: Philox.blockOfDouble.
__device__ __forceinline__ uint64_t blockOfDoubles(uint64_t start, uint64_t pair) {
  uint64_t group = pair >> 1;
  uint64_t draw = (group >> 16) + (group - (start >> 2) >> 16) + (pair & 1);
  return draw << 16 | group & 0xffff;
}
