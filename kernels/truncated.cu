// N(mean, std^2) conditioned on [a, b]: laws Truncated32 and Truncated64. The inverse distribution function is a table of
// short series, one for each sixteenth of an octave of the distance, in probability, from the nearer bound; a word (two
// for f64) chooses the side, the row and the place in it. The table stays in the L1 cache: 16 kB, or 190 kB for f64.
#include "quantile.cuh"
#include "region.cuh"

struct Truncated {
  Region region;
  Source source;
  uint64_t table;
  double least, greatest;
};

template <class T>
__device__ __forceinline__ void truncated(const Truncated& p) {
  using Real = typename T::Compute;
  Real least = Real(p.least), greatest = Real(p.greatest);
  // Not min and max, which take -0 for less than 0.
  auto clamp = [&](Real x) {
    x = x > greatest ? greatest : x;
    return x < least ? least : x;
  };
  fill<T>(p.region, [&](uint64_t group, Real* x) {
    words<T>(p.source, group, [&](int at, const Words& w) {
      if constexpr (sizeof(Real) == 8) {
        const double* table = reinterpret_cast<const double*>(p.table);
#pragma unroll
        for (int k = 0; k < 2; k++) x[k] = clamp(quantile(bits53(w.word[2 * k], w.word[2 * k + 1]), table));
      } else {
        const float4* table = reinterpret_cast<const float4*>(p.table);
#pragma unroll
        for (int k = 0; k < 4; k++) x[at + k] = clamp(quantile(w.word[k], table));
      }
    });
  });
}

FOR_EACH_TYPE(truncated, Truncated)
