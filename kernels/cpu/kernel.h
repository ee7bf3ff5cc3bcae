// SPDX-License-Identifier: Apache-2.0
// A kernel and its name; each level of instructions has a list of them.
#pragma once
#include <stdint.h>

using Entry = void (*)(const void* parameters, uint64_t begin, uint64_t end, uint64_t flags);
struct Kernel {
  const char* name;
  Entry run;
};
