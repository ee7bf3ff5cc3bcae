// SPDX-License-Identifier: Apache-2.0
// Elements of one tensor by an inverse distribution function.
#include "elements.cuh"

LAW(quantile, Quantile)
