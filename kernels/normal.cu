// N(mean, std^2): laws Normal32 and Normal64, Box-Muller on pairs of words. One word an element, two for f64.
#include "region.cuh"

struct Normal {
  Region region;
  Source source;
  double mean, std;
};

template <class T>
__device__ __forceinline__ void normal(const Normal& p) {
  using Real = typename T::Compute;
  Real mean = Real(p.mean), std = Real(p.std);
  fill<T>(p.region, [&](uint64_t group, Real* x) {
    words<T>(p.source, group, [&](int at, const Words& w) { normals<T>(w, mean, std, x + at); });
  });
}

FOR_EACH_TYPE(normal, Normal)
