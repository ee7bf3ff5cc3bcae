// SPDX-License-Identifier: Apache-2.0
// The Mersenne Twister MT19937 (Matsumoto and Nishimura, ACM TOMACS 8, 1998): class Mt19937 of org.initium.
#pragma once
#include "device.h"

constexpr int TWISTER_STATE = 624, TWISTER_MIDDLE = 397;

// Sixteen words at a time, anywhere in memory. Word i + 624 is made of words i, i + 1 and i + 397: none of sixteen in a row
// needs another of them.
typedef uint32_t Sixteen __attribute__((vector_size(64), aligned(4)));

INLINE Sixteen& sixteen(uint32_t* at) { return *reinterpret_cast<Sixteen*>(at); }
INLINE Sixteen sixteen(const uint32_t* at) { return *reinterpret_cast<const Sixteen*>(at); }

struct Twister {
  uint32_t* sequence;  // the state, and room for the words behind it, before they are tempered
  uint32_t* words;     // room for them
};

// Writes the next words behind a state, before they are tempered; a multiple of 16.
INLINE void twist(uint32_t* state, int64_t count) {
  for (int64_t i = 0; i < count; i += 16) {
    uint32_t* s = state + i;
    Sixteen y = (sixteen(s + 0) & 0x80000000u) | (sixteen(s + 1) & 0x7fffffffu);
    sixteen(s + TWISTER_STATE) = sixteen(s + TWISTER_MIDDLE) ^ y >> 1 ^ (-(y & 1u) & 0x9908b0dfu);
  }
}

INLINE void temper(const uint32_t* sequence, uint32_t* words, int64_t count) {
  for (int64_t i = 0; i < count; i += 16) {
    Sixteen y = sixteen(sequence + i);
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    sixteen(words + i) = y ^ y >> 18;
  }
}

// Makes words `begin` (0) to `end - 1` behind the state; `end` is a multiple of 16.
static OURS void twister(const Twister& p, uint64_t, uint64_t end, bool) {
  twist(p.sequence, int64_t(end));
  temper(p.sequence + TWISTER_STATE, p.words, int64_t(end));
}
