// SPDX-License-Identifier: Apache-2.0
// quantile() of quantile.cuh for many words: rows of the table are loaded whole and transposed, since to gather numbers from
// them one by one is slower on every processor that was tried.
#pragma once
#include "quantile.cuh"

typedef float Four __attribute__((vector_size(16), aligned(4)));
typedef float Eight __attribute__((vector_size(32), aligned(4)));

// Room for 8 values more than `count` is needed.
static void lookUp(const uint32_t* words, uint64_t table, int count, float* __restrict x) {
  const Four* rows = reinterpret_cast<const Four*>(table);
  int row[8 * BLOCKS];
  VECTORIZED
  for (int i = 0; i < count; i++) {
    Place32 p = place(words[i]);
    row[i] = p.row;
    x[i] = p.s;
  }
  for (int i = count; i < (count + 7 & -8); i++) row[i] = 0;
  for (int i = 0; i < count; i += 8) {
    auto both = [&](int k) { return __builtin_shufflevector(rows[row[i + k]], rows[row[i + k + 4]], 0, 1, 2, 3, 4, 5, 6, 7); };
    Eight a = both(0), b = both(1), c = both(2), d = both(3);
    Eight ab = __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13), AB = __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
    Eight cd = __builtin_shufflevector(c, d, 0, 8, 1, 9, 4, 12, 5, 13), CD = __builtin_shufflevector(c, d, 2, 10, 3, 11, 6, 14, 7, 15);
    Eight c0 = __builtin_shufflevector(ab, cd, 0, 1, 8, 9, 4, 5, 12, 13), c1 = __builtin_shufflevector(ab, cd, 2, 3, 10, 11, 6, 7, 14, 15);
    Eight c2 = __builtin_shufflevector(AB, CD, 0, 1, 8, 9, 4, 5, 12, 13), c3 = __builtin_shufflevector(AB, CD, 2, 3, 10, 11, 6, 7, 14, 15);
#pragma unroll
    for (int k = 0; k < 8; k++) {
      x[i + k] = fmaf(fmaf(fmaf(c3[k], x[i + k], c2[k]), x[i + k], c1[k]), x[i + k], c0[k]);
    }
  }
}

static void lookUp(const uint64_t* bits53, uint64_t table, int count, double* __restrict x) {
  for (int i = 0; i < count; i++) x[i] = quantile(bits53[i], reinterpret_cast<const double*>(table));
}
