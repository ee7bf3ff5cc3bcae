// SPDX-License-Identifier: Apache-2.0
// Constants: one kernel for each size of an element.
#include "elements.cuh"

#define CONSTANT(family, bytes) \
  extern "C" __global__ void __launch_bounds__(256) family##_##bytes(const __grid_constant__ Constant<Region> p) { constant<bytes>(p); }
SIZES(CONSTANT, constant)
