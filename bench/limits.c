// SPDX-License-Identifier: Apache-2.0
/* What the memory takes: GB/s of stores to memory that was written before, regular and
 * non-temporal, the medians of 9 passes. What the arithmetic units take: ns a word of Philox4x32-10 by
 * intrinsics, left in the L1 cache, which no fill of that stream can be faster than; the least of two
 * versions and of many passes of 0.3 ms by the clock, of which some are undisturbed on a busy machine
 * too. Usage: limits THREADS; prints a JSON object. cc -O3 -march=native -pthread limits.c -o limits */
#define _GNU_SOURCE
#include <immintrin.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

typedef struct {
  float *from;
  size_t count;
} part;

static inline void store(float *to, __m256 value, int streams) {
  streams ? _mm256_stream_ps(to, value) : _mm256_store_ps(to, value);
}

static inline __attribute__((always_inline)) void *stores(part *p, int streams) {
  __m256 value = _mm256_set1_ps(0.5f);
  for (size_t i = 0; i < p->count; i += 16) {
    store(p->from + i, value, streams);
    store(p->from + i + 8, value, streams);
  }
  _mm_sfence();
  return NULL;
}

static void *regular(void *argument) { return stores(argument, 0); }

static void *streaming(void *argument) { return stores(argument, 1); }

#ifdef __AVX512F__
typedef __m512i vector;
#define OP(name, kind) _mm512_##name##_##kind
#define XOR(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0x96)
#define ALL _mm512_set1_epi64
#define ZERO _mm512_setzero_si512()
#else
typedef __m256i vector;
#define OP(name, kind) _mm256_##name##_##kind
#define XOR(a, b, c) _mm256_xor_si256(_mm256_xor_si256(a, b), c)
#define ALL _mm256_set1_epi64x
#define ZERO _mm256_setzero_si256()
#endif

enum { GROUPS = 4, LANES = sizeof(vector) / 8, BLOCKS = 512 };

typedef struct {
  vector words[4][BLOCKS / LANES]; /* each in the lower half of a lane */
  int repeats;
} blocks;

/* The upper halves of lanes in the lower ones. Which way is the faster depends on the processor. */
static inline __attribute__((always_inline)) vector upper(vector a, int shuffles) {
  return shuffles ? OP(shuffle, epi32)(a, 0xf5) : OP(srli, epi64)(a, 32);
}

/* Philox of counters (0, 0, i, 0) with key 0; the halves of rounds 0 and 1 that all share are constant, and the first
 * product ascends as the counters do. */
static inline __attribute__((always_inline)) void *philox(void *argument, int shuffles) {
  blocks *b = argument;
  vector m0 = ALL(0xD2511F53), m1 = ALL(0xCD9E8D57), w0 = ALL(0x9E3779B9), w1 = ALL(0xBB67AE85);
  for (int repeat = 0; repeat < b->repeats; repeat++) {
    vector first = ZERO;
    for (int i = 0; i < LANES; i++) ((long long *)&first)[i] = i * 0xCD9E8D57;
    for (int i = 0; i < BLOCKS / LANES; i += GROUPS) {
      vector x0[GROUPS], x1[GROUPS], x2[GROUPS], x3[GROUPS];
      for (int g = 0; g < GROUPS; g++) {
        vector q = OP(mul, epu32)(upper(first, shuffles), m0);
        x0[g] = XOR(first, w0, ZERO);
        x1[g] = ZERO;
        x2[g] = XOR(upper(q, shuffles), w1, ZERO);
        x3[g] = q;
        first = OP(add, epi64)(first, ALL(LANES * 0xCD9E8D57));
      }
      vector k0 = OP(add, epi64)(w0, w0), k1 = OP(add, epi64)(w1, w1);
      for (int round = 2; round < 10; round++) {
        for (int g = 0; g < GROUPS; g++) {
          vector p = OP(mul, epu32)(x2[g], m1), q = OP(mul, epu32)(x0[g], m0);
          x0[g] = XOR(upper(p, shuffles), x1[g], k0);
          x2[g] = XOR(upper(q, shuffles), x3[g], k1);
          x1[g] = p;
          x3[g] = q;
        }
        k0 = OP(add, epi64)(k0, w0);
        k1 = OP(add, epi64)(k1, w1);
      }
      for (int g = 0; g < GROUPS; g++) {
        b->words[0][i + g] = x0[g];
        b->words[1][i + g] = x1[g];
        b->words[2][i + g] = x2[g];
        b->words[3][i + g] = x3[g];
      }
    }
    __asm__ volatile("" ::: "memory");
  }
  return NULL;
}

static void *philox_by_shifts(void *argument) { return philox(argument, 0); }

static void *philox_by_shuffles(void *argument) { return philox(argument, 1); }

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

enum { PASSES = 9, MOST_THREADS = 64 };

/* ns a word, all threads together. */
static double philox_rate(void *(*philox)(void *), int threads) {
  /* One thread: passes so short that some are not interrupted. More: so long that their start does not count. */
  const int repeats = threads == 1 ? 500 : 20000, passes = threads == 1 ? 400 : 20;
  static blocks scratch[MOST_THREADS] __attribute__((aligned(64)));
  pthread_t thread[MOST_THREADS];
  double least = INFINITY;
  for (int pass = 0; pass < passes; pass++) {
    double start = now();
    for (int t = 0; t < threads; t++) {
      scratch[t].repeats = repeats;
      if (t > 0) pthread_create(&thread[t], NULL, philox, &scratch[t]);
    }
    philox(&scratch[0]);
    for (int t = 1; t < threads; t++) pthread_join(thread[t], NULL);
    double words = (double)repeats * threads * BLOCKS * 4;
    double taken = (now() - start) * 1e9 / words;
    least = taken < least ? taken : least;
  }
  unsigned known[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}; /* Random123's kat_vectors */
  for (int i = 0; i < 4; i++) {
    long long first;
    memcpy(&first, &scratch[threads - 1].words[i][0], sizeof first);
    if ((unsigned)first != known[i]) {
      fprintf(stderr, "limits: this Philox is wrong\n");
      exit(1);
    }
  }
  return least;
}

static double rate(void *(*store)(void *), float *memory, size_t count, int threads) {
  double rates[PASSES];
  pthread_t thread[MOST_THREADS];
  part parts[MOST_THREADS];
  size_t each = count / threads / 16 * 16;
  int repeats = count < 50000000 ? 20 : 3;
  for (int pass = 0; pass < PASSES; pass++) {
    double start = now();
    for (int r = 0; r < repeats; r++) {
      for (int t = 0; t < threads; t++) {
        parts[t] = (part){memory + t * each, each};
        if (t > 0) pthread_create(&thread[t], NULL, store, &parts[t]);
      }
      store(&parts[0]);
      for (int t = 1; t < threads; t++) pthread_join(thread[t], NULL);
    }
    rates[pass] = 4.0 * each * threads * repeats / (now() - start) / 1e9;
  }
  qsort(rates, PASSES, sizeof(double), ascending);
  return rates[PASSES / 2];
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 1;
  size_t count = 100000000;
  size_t bytes = (count * 4 + (1 << 21) - 1) & ~(size_t)((1 << 21) - 1);
  float *memory = aligned_alloc(1 << 21, bytes);
  madvise(memory, bytes, MADV_HUGEPAGE);
  part all = {memory, count / 16 * 16};
  regular(&all);
  double shifts = philox_rate(philox_by_shifts, threads), shuffles = philox_rate(philox_by_shuffles, threads);
  double philox = shifts < shuffles ? shifts : shuffles;
  printf("{\"philox\": %.3f, ", philox);
  printf("\"regular-1e7\": %.2f, ", rate(regular, memory, 10000000, threads));
  printf("\"streaming-1e7\": %.2f, ", rate(streaming, memory, 10000000, threads));
  printf("\"regular-1e8\": %.2f, ", rate(regular, memory, count, threads));
  printf("\"streaming-1e8\": %.2f}\n", rate(streaming, memory, count, threads));
  return memory[count / 2] == 0.5f ? 0 : 1;
}
