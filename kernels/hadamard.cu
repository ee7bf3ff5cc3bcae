// Sylvester's Hadamard matrix, scaled: element [i, j] is the value, negated where i & j has an odd number of bits.
#include "region.cuh"

struct Hadamard {
  Region region;   // positions are row-major indices in the whole
  uint64_t columns;  // of the whole
  double value;    // of the dtype
};

template <class T>
__device__ __forceinline__ void hadamard(const Hadamard& p) {
  using Real = typename T::Compute;
  Real value = Real(p.value);
  fill<T>(p.region, [&](uint64_t group, Real* x) {
    uint64_t i = divide(group * GROUP<T>, p.columns), j = group * GROUP<T> - i * p.columns;
#pragma unroll
    for (int k = 0; k < GROUP<T>; k++) {
      x[k] = __popcll(i & j) & 1 ? -value : value;
      if (++j == p.columns) {
        j = 0;
        i++;
      }
    }
  });
}

FOR_EACH_TYPE(hadamard, Hadamard)
