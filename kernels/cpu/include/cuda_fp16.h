// SPDX-License-Identifier: Apache-2.0
// CUDA's header of this name; device.h has what the kernels take from it.
#pragma once
#include "../device.h"
