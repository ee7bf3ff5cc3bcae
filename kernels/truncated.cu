// N(mean, std^2) conditioned on [a, b]: laws Truncated32 and Truncated64. The inverse distribution function is a table of
// short series, one for each sixteenth of an octave of the distance, in probability, from the nearer bound; a word (two
// for f64) chooses the side, the row and the place in it. The table stays in the L1 cache: 16 kB, or 190 kB for f64.
#include "region.cuh"

struct Truncated {
  Region region;
  Source source;
  uint64_t table;
  double least, greatest;
};

constexpr int SEGMENTS32 = 513, SEGMENTS64 = 848, COEFFICIENTS64 = 11;

__device__ __forceinline__ float truncated(uint32_t word, const float4* table) {
  int flip = int(word) >> 31;
  uint32_t bits = __float_as_uint(float(int(word) ^ flip) + 0.5f);
  int row = int(bits >> 19) - (0x3f000000 >> 19) + (flip & SEGMENTS32);
  float s = __uint_as_float(bits << 4 & 0x7fffff | 0x3f800000) - 1.5f;
  float4 c = __ldg(table + row);
  return fmaf(fmaf(fmaf(c.w, s, c.z), s, c.y), s, c.x);
}

__device__ __forceinline__ double truncated(uint64_t bits53, const double* table) {
  bool upper = bits53 >> 52;
  uint64_t m = upper ? (1ull << 53) - 1 - bits53 : bits53;
  uint64_t bits = uint64_t(__double_as_longlong(__ull2double_rn(m) + 0.5));
  const double* c = table + (int(bits >> 48) - 0x3fe0 + (upper ? SEGMENTS64 : 0)) * COEFFICIENTS64;
  double s = __longlong_as_double(int64_t(bits << 4 & (1ull << 52) - 1 | 0x3ffull << 52)) - 1.5;
  double x = __ldg(c + COEFFICIENTS64 - 1);
#pragma unroll
  for (int n = COEFFICIENTS64 - 2; n >= 0; n--) x = fma(x, s, __ldg(c + n));
  return x;
}

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
        for (int k = 0; k < 2; k++) x[k] = clamp(truncated(bits53(w.word[2 * k], w.word[2 * k + 1]), table));
      } else {
        const float4* table = reinterpret_cast<const float4*>(p.table);
#pragma unroll
        for (int k = 0; k < 4; k++) x[at + k] = clamp(truncated(w.word[k], table));
      }
    });
  });
}

FOR_EACH_TYPE(truncated, Truncated)
