// What the sanitizer says: one defect of a program under test, with everything needed to go and look.
#pragma once
#include <cstdint>
#include <string>

namespace initium::soft {

struct Dim3 {
  uint32_t x = 1, y = 1, z = 1;
  uint64_t count() const { return uint64_t{x} * y * z; }
};

// The status that a call fails with. The values are CUresult's; all but InvalidValue and OutOfResources are sticky:
// after one of them a real context is lost, and so must ours be.
enum class Code : int {
  InvalidValue = 1,
  IllegalAddress = 700,
  OutOfResources = 701,
  Timeout = 702,
  Assert = 710,
  IllegalInstruction = 715,
  MisalignedAddress = 716,
  LaunchFailed = 719,  // also what a GPU cannot see: races, reads of memory never written, barrier divergence
};

struct Finding {
  Code code = Code::LaunchFailed;
  std::string what;        // "out of bounds: 4-byte write"
  std::string kernel;      // empty for a finding outside a kernel
  int line = 0;            // in the PTX text; 0: none
  Dim3 block{0, 0, 0}, thread{0, 0, 0};
  uint64_t address = 0;
  std::string allocation;  // "allocation 7 'weights' of 4096 bytes at 0x..., freed"
  std::string report() const;  // several lines, ready to print
};

// Writes the report to standard error in one piece, so that reports of several threads do not mix.
void print(const Finding&);

}  // namespace initium::soft
