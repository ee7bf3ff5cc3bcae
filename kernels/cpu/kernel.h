// SPDX-License-Identifier: Apache-2.0
// A kernel and its name; each level of instructions has a list of them.
#pragma once
#include <stdint.h>

// How functions of ours are called: not as Windows has it, where each saves ten registers of 16 bytes that it uses.
// Tests, which another compiler makes there, call the library's doors alone.
#if defined(_WIN32) && defined(__clang__)
#define OURS __attribute__((sysv_abi))
#else
#define OURS
#endif

using Entry = void(OURS*)(const void* parameters, uint64_t begin, uint64_t end, uint64_t flags);
struct Kernel {
  const char* name;
  Entry run;
};
