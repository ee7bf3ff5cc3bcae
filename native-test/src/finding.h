// SPDX-License-Identifier: Apache-2.0
// What the sanitizer says: one defect of a program under test, with what is needed to go and look.
#pragma once
#include <cstdint>
#include <string>

namespace initium::soft {

struct Dim3 {
  uint32_t x = 1, y = 1, z = 1;
  uint64_t count() const { return uint64_t{x} * y * z; }
  bool operator==(const Dim3&) const = default;
};

// The status that a call fails with: the values are CUresult's. All but InvalidValue and
// OutOfResources are sticky: after one of them a real context is lost, and so must ours be.
enum class Code : int {
  InvalidValue = 1,
  IllegalAddress = 700,
  OutOfResources = 701,
  Timeout = 702,
  Assert = 710,
  IllegalInstruction = 715,
  MisalignedAddress = 716,
  LaunchFailed = 719,  // also what a GPU cannot see: races, memory never written, divergence
};

struct Finding {
  Code code = Code::LaunchFailed;
  std::string what;  // "out of bounds: 4-byte write"
  uint64_t address = 0;
  std::string allocation = {};  // "allocation 7 'weights' of 4096 bytes at 0x..., freed"
  std::string kernel = {};      // empty for a finding outside a kernel
  int line = 0;                 // in the PTX text; 0: none
  Dim3 block{0, 0, 0}, thread{0, 0, 0};
  std::string report() const;  // several lines, ready to print
};

}  // namespace initium::soft
