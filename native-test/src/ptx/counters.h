// SPDX-License-Identifier: Apache-2.0
// What kernels did, for docs/kernels.md: instructions, approximate results, bytes moved.
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace initium::soft {

struct KernelCount {
  uint64_t launches = 0, threads = 0, instructions = 0;
  uint64_t approx = 0;                       // results where the ISA leaves the last bits open
  uint64_t bytesRead = 0, bytesWritten = 0;  // global memory
  std::map<std::string, uint64_t> byOpcode;  // instructions, as written: "ld.param.u64"
  std::map<int, uint64_t> byLine;            // of the PTX: how often a warp was given it, predicated off or not
  void add(const KernelCount&);
};

class Counters {
 public:
  void add(const std::string& kernel, const KernelCount&);
  KernelCount of(const std::string& kernel) const;
  std::string report() const;  // JSON, one line for each kernel

 private:
  mutable std::mutex lock_;
  std::map<std::string, KernelCount> kernels_;
};

}  // namespace initium::soft
