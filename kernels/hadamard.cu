// Hadamard matrices.
#include "fixed.cuh"

template <class T>
__device__ __forceinline__ void hadamard(const Hadamard& p) {
  fill<T>(p.region, [&](uint64_t group, typename T::Compute* x) { signs<GROUP<T>>(p, group * GROUP<T>, x); });
}

FOR_EACH_TYPE(hadamard, Hadamard)
