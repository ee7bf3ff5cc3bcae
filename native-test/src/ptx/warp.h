// SPDX-License-Identifier: Apache-2.0
// The state of 32 threads while they run, and the ways to fail.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "../memory.h"
#include "module.h"
#include "program.h"

namespace initium::soft {

// Thrown by a handler; the scheduler adds kernel, line, block and thread.
struct Fault {
  Code code;
  std::string what;
  int lane;
  uint64_t address = 0;
  std::string allocation = {};
};

// The windows of the generic address space: the highest byte of an address. Host addresses have 0.
constexpr int kSpaceShift = 56;
constexpr uint64_t kSharedSpace = 1, kLocalSpace = 2, kParamSpace = 3;

struct Bytes {  // memory with its "written" marks
  std::vector<std::byte> data, written;
  void reset(size_t n) {
    data.resize(n, std::byte{0xA5});
    written.assign(n, std::byte{0});
  }
};

struct Block {
  Dim3 id{0, 0, 0};
  uint64_t number = 0;  // in the grid, linear
  Bytes shared;
  std::vector<uint64_t> sharedTags;  // races.h; two for each byte
  // Program order that barriers make: an access is known by the phase it happened in.
  uint32_t phase = 1, barrierPhase = 1;
  std::vector<Warp> warps;
};

struct Launch {
  const Kernel& kernel;
  const LaunchConfig& config;
  Memory& memory;
  uint32_t number = 0;     // for race records
  size_t sharedBytes = 0;  // static and dynamic
};

struct Warp {
  const Launch* launch = nullptr;
  Block* block = nullptr;
  uint32_t index = 0;  // in the block
  std::vector<uint64_t> file;
  Mask live = 0, atBarrier = 0, waiting = 0, carry = 0;
  uint32_t pc[kLanes] = {};
  uint32_t phase = 0;  // at the last bar.warp.sync
  Bytes local;         // 32 frames, one after the other
  uint32_t turn = 0;   // see Worker::pick
  bool fair = false;
  Allocation* recent = nullptr;  // the last one that an access hit
  KernelCount* count = nullptr;

  uint64_t* slot(uint32_t i) { return file.data() + size_t{i} * kLanes; }
  Mask runnable() const { return live & ~atBarrier & ~waiting; }
  uint32_t thread(int lane) const { return index * kLanes + lane; }
};

enum class Access : uint8_t { Read, Write, Atomic };

// Checks one lane's access and returns where the bytes are; throws Fault. access.cpp.
std::byte* access(Warp&, const Instr&, int lane, uint64_t address, unsigned size, Access);

}  // namespace initium::soft
