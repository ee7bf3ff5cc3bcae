// SPDX-License-Identifier: Apache-2.0
// Uniforms of one tensor.
#include "elements.cuh"

LAW(uniform, Uniform)
