// SPDX-License-Identifier: Apache-2.0
// PTX text made executable: what the driver needs of it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../finding.h"
#include "../memory.h"
#include "counters.h"

namespace initium::soft {

struct Program;  // decoded instructions; program.h

struct Parameter {
  std::string name;
  size_t offset = 0, size = 0;
};

struct Kernel {
  std::string name;
  std::vector<Parameter> parameters;
  size_t paramBytes = 0;
  size_t sharedBytes = 0;      // static
  size_t localBytes = 0;       // per thread
  uint32_t maxThreads = 1024;  // .maxntid, .reqntid or the device's limit
  Dim3 required{0, 0, 0};      // .reqntid, or zeros
  int device = 0;
  std::shared_ptr<const Program> program;
};

struct Variable {
  uint64_t address = 0;
  size_t size = 0;
};

class Module {
 public:
  // nullptr when the text is not PTX that we know how to execute: errorLog then says "line N: ..".
  static std::unique_ptr<Module> load(std::string_view ptx, Memory&, int device,
                                      std::string& errorLog);
  ~Module();  // frees its variables
  Module(const Module&) = delete;

  const Kernel* find(const std::string& name) const;
  const Variable* variable(const std::string& name) const;
  const std::map<std::string, Kernel>& kernels() const { return kernels_; }

 private:
  explicit Module(Memory& memory) : memory_(memory) {}
  Memory& memory_;
  std::map<std::string, Kernel> kernels_;
  std::map<std::string, Variable> variables_;
};

struct LaunchConfig {
  Dim3 grid{}, block{};
  size_t dynamicShared = 0;
  const std::byte* params = nullptr;  // as many bytes as the kernel has
  bool cooperative = false;           // all blocks are resident at once
  uint64_t seed = 0;                  // order of blocks and warps; 0: natural order
  int workers = 0;                    // 0: one for each core
};

// Why this cannot be launched; nothing when it can.
std::optional<Finding> refusal(const Kernel&, const LaunchConfig&);

// Runs the whole grid before it returns. A finding stops it.
std::optional<Finding> launch(const Kernel&, const LaunchConfig&, Memory&, Counters&);

}  // namespace initium::soft
