// SPDX-License-Identifier: Apache-2.0
// Normals of one tensor.
#include "elements.cuh"

LAW(normal, Normal)
