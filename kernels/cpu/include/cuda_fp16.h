// CUDA's header of this name; device.h has what the kernels take from it.
#pragma once
#include "../device.h"
