// Constants: one kernel for each size of an element.
#include "elements.cuh"

#define CONSTANT(bytes) \
  extern "C" __global__ void __launch_bounds__(256) constant_##bytes(const __grid_constant__ Constant<Region> p) { constant<bytes>(p); }
CONSTANT(2)
CONSTANT(4)
CONSTANT(8)
