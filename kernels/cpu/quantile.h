// SPDX-License-Identifier: Apache-2.0
// quantile() of quantile.cuh for many words: rows of the table are loaded whole and transposed, since to gather numbers from
// them one by one is slower on every processor that was tried.
#pragma once
#include "laws.cuh"

typedef float Four __attribute__((vector_size(16), aligned(4)));
typedef float Eight __attribute__((vector_size(32), aligned(4)));

#if defined(__FMA__) || defined(__aarch64__)
INLINE Eight fmaOfEight(Eight a, Eight b, Eight c) { return __builtin_elementwise_fma(a, b, c); }
#else
INLINE Eight fmaOfEight(Eight a, Eight b, Eight c) {
  for (int i = 0; i < 8; i++) a[i] = fmaf(a[i], b[i], c[i]);
  return a;
}
#endif

constexpr int LOOKED_UP = 256;  // words whose rows stay in the L1 cache, with all else

// The law's values of `count` words, whole LANES of blocks; so few at a time that the table stays in the L1 cache.
static NOINLINE void lookUp(const uint32_t* words, const Quantile::Law<float>& law, int count, float* __restrict x) {
  const char* rows = reinterpret_cast<const char*>(law.table);
  alignas(64) uint32_t row[LOOKED_UP];  // in bytes
  Eight least = Eight{} + law.least, greatest = Eight{} + law.greatest;
  for (int n; count > 0; count -= n, words += n, x += n) {
    n = (count < LOOKED_UP ? count : LOOKED_UP) & -(4 * LANES);
    VECTORIZED
    for (int i = 0; i < n; i++) {
      Place32 p = place(words[i]);
      row[i] = uint32_t(p.row) * sizeof(Four);
      x[i] = p.s;
    }
    ROLLED
    for (int i = 0; i < n; i += 8) {
      auto load = [&](int k) { return *reinterpret_cast<const Four*>(rows + row[i + k]); };
      auto both = [&](int k) { return __builtin_shufflevector(load(k), load(k + 4), 0, 1, 2, 3, 4, 5, 6, 7); };
      Eight a = both(0), b = both(1), c = both(2), d = both(3);
      Eight ab = __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13), AB = __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
      Eight cd = __builtin_shufflevector(c, d, 0, 8, 1, 9, 4, 12, 5, 13), CD = __builtin_shufflevector(c, d, 2, 10, 3, 11, 6, 14, 7, 15);
      Eight c0 = __builtin_shufflevector(ab, cd, 0, 1, 8, 9, 4, 5, 12, 13), c1 = __builtin_shufflevector(ab, cd, 2, 3, 10, 11, 6, 7, 14, 15);
      Eight c2 = __builtin_shufflevector(AB, CD, 0, 1, 8, 9, 4, 5, 12, 13), c3 = __builtin_shufflevector(AB, CD, 2, 3, 10, 11, 6, 7, 14, 15);
      Eight& at = *reinterpret_cast<Eight*>(x + i);
      Eight y = fmaOfEight(fmaOfEight(fmaOfEight(c3, at, c2), at, c1), at, c0);  // and Law.clamp
      y = y > greatest ? greatest : y;
      at = y < least ? least : y;
    }
  }
}
