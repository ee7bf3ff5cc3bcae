/* What the memory takes: GB/s of stores to memory that was written before, regular and
 * non-temporal. Usage: limits THREADS; prints a JSON object of medians over 9 passes.
 * cc -O3 -march=native -pthread limits.c -o limits */
#define _GNU_SOURCE
#include <immintrin.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

typedef struct {
  float *from;
  size_t count;
} part;

static void *regular(void *argument) {
  part *p = argument;
  __m256 value = _mm256_set1_ps(0.5f);
  for (size_t i = 0; i < p->count; i += 16) {
    _mm256_store_ps(p->from + i, value);
    _mm256_store_ps(p->from + i + 8, value);
  }
  return NULL;
}

static void *streaming(void *argument) {
  part *p = argument;
  __m256 value = _mm256_set1_ps(0.5f);
  for (size_t i = 0; i < p->count; i += 16) {
    _mm256_stream_ps(p->from + i, value);
    _mm256_stream_ps(p->from + i + 8, value);
  }
  _mm_sfence();
  return NULL;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double rate(void *(*store)(void *), float *memory, size_t count, int threads) {
  enum { PASSES = 9 };
  double rates[PASSES];
  pthread_t thread[64];
  part parts[64];
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
  printf("{\"regular-1e7\": %.2f, ", rate(regular, memory, 10000000, threads));
  printf("\"streaming-1e7\": %.2f, ", rate(streaming, memory, 10000000, threads));
  printf("\"regular-1e8\": %.2f, ", rate(regular, memory, count, threads));
  printf("\"streaming-1e8\": %.2f}\n", rate(streaming, memory, count, threads));
  return memory[count / 2] == 0.5f ? 0 : 1;
}
