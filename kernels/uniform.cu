// U[a, b): laws Uniform32 and Uniform64. One word an element, two for f64.
#include "region.cuh"

struct Uniform {
  Region region;
  Source source;
  double low, range;       // x = low + u * range
  double least, greatest;  // the values of the dtype that bound [a, b); neither is -0
};

template <class T>
__device__ __forceinline__ void uniform(const Uniform& p) {
  using Real = typename T::Compute;
  Real low = Real(p.low), range = Real(p.range), least = Real(p.least), greatest = Real(p.greatest);
  auto affine = [&](Real u) { return max(min(fma(u, range, low), greatest), least); };
  fill<T>(p.region, [&](uint64_t group, Real* x) {
    words<T>(p.source, group, [&](int at, const Words& w) {
      if constexpr (sizeof(Real) == 8) {
#pragma unroll
        for (int k = 0; k < 2; k++) x[k] = affine(unit(bits53(w.word[2 * k], w.word[2 * k + 1])));
      } else {
#pragma unroll
        for (int k = 0; k < 4; k++) x[at + k] = affine(unit(w.word[k]));
      }
    });
  });
}

FOR_EACH_TYPE(uniform, Uniform)
