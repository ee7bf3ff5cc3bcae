// SPDX-License-Identifier: Apache-2.0
// What a test may choose before the process starts: the variables INITIUM_SOFT_*.
#pragma once
#include <cstdint>
#include <string>

namespace initium::soft {

struct Environment {
  int devices = 1;               // INITIUM_SOFT_DEVICES: how many devices there are
  uint64_t memory = 1ull << 30;  // INITIUM_SOFT_MEMORY: bytes on each device (suffix k, m, g)
  uint64_t seed = 0;             // INITIUM_SOFT_SEED: 0 = as late as possible, else shuffled
  int driver = 12060;            // INITIUM_SOFT_DRIVER: the CUDA version it says it has
  int capability = 80;           // INITIUM_SOFT_CAPABILITY: compute capability, 75 is 7.5
  int workers = 0;               // INITIUM_SOFT_WORKERS: host threads for blocks, 0 = all
  std::string faults, report;    // INITIUM_SOFT_FAULT: see calls.h; INITIUM_SOFT_REPORT: a file

  // Reads the variables once. A value that cannot be read ends the process with one line that
  // names it: a test that runs with other settings than it asked for proves nothing.
  static const Environment& get();
};

}  // namespace initium::soft
