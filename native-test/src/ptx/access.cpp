// SPDX-License-Identifier: Apache-2.0
// The sanitizer: every access of a kernel passes here.
#include <cstring>

#include "races.h"
#include "warp.h"

namespace initium::soft {

namespace {

struct Lane {
  Warp& w;
  int lane;
  uint64_t address;
  unsigned size;
  Access kind;
  bool strong;

  bool reads() const { return kind != Access::Write; }
  bool writes() const { return kind != Access::Read; }

  // "out of bounds: 4-byte write at offset 12 of shared memory"
  [[noreturn]] void fault(Code code, const std::string& what, const std::string& allocation,
                          const char* space = nullptr) const {
    static constexpr const char* kVerbs[] = {"-byte read", "-byte write", "-byte atomic"};
    std::string text = what + std::to_string(size) + kVerbs[int(kind)];
    if (space != nullptr) text += " at offset " + std::to_string(address) + " of " + space;
    throw Fault{code, text, lane, address, allocation};
  }
};

bool allWritten(const std::byte* marks, unsigned n) { return std::memchr(marks, 0, n) == nullptr; }

// Memory that a block, a thread or a launch owns, from an offset.
std::byte* owned(const Lane& a, std::byte* data, std::byte* marks, size_t limit,
                 const char* space) {
  const auto where = [&] { return std::to_string(limit) + " bytes of " + space; };
  if (a.address > limit || a.size > limit - a.address)
    a.fault(Code::IllegalAddress, "out of bounds: ", where(), space);
  if (marks != nullptr && a.reads() && !allWritten(marks + a.address, a.size))
    a.fault(Code::LaunchFailed, "read of memory never written: ", where(), space);
  if (a.writes()) std::memset(marks + a.address, 1, a.size);
  return data + a.address;
}

std::byte* shared(const Lane& a) {
  Block& b = *a.w.block;
  const size_t limit = b.shared.data.size();
  std::byte* p = owned(a, b.shared.data.data(), b.shared.written.data(), limit, "shared memory");
  const Tag me = Tag::of(1, a.w.thread(a.lane), b.phase, a.strong);
  const Accessor who{a.w, me, ~uint64_t{0}, a.writes()};
  for (unsigned k = 0; k < a.size; k++)
    if (const Tag other = who.touch(&b.sharedTags[2 * (a.address + k)]); other.bits != 0)
      throw Fault{Code::LaunchFailed, "race in shared memory: " + who.describe(other), a.lane,
                  a.address + k, std::to_string(limit) + " bytes of shared memory"};
  return p;
}

[[noreturn]] void noAllocation(const Lane& a) {
  const int device = a.w.launch->kernel.device;
  const Allocation* near = a.w.launch->memory.below(a.address);
  if (near != nullptr && near->onHost() && !near->contains(a.address, 0)) near = nullptr;
  if (near == nullptr)
    a.fault(Code::IllegalAddress,
            "out of bounds: ", a.address < 4096 ? "null pointer" : "address of no allocation");
  std::string where = near->describe();
  const char* what = "out of bounds: ";
  const uint64_t end = near->base + near->size;
  if (near->state == State::Freed && a.address < end) {
    what = "use after free: ";
  } else if (!near->onHost() && near->device != device) {
    what = "memory of another device: ";
    where += ", the kernel runs on device " + std::to_string(device);
  } else if (near->space == Space::Const && near->contains(a.address, a.size)) {
    what = "write to constant memory: ";
  } else if (a.address >= end) {
    where = std::to_string(a.address - end) + " bytes past the end of " + where;
  }
  a.fault(Code::IllegalAddress, what, where);
}

Allocation& allocationOf(const Lane& a) {
  if (a.w.recent != nullptr && a.w.recent->contains(a.address, a.size)) return *a.w.recent;
  Allocation* found = a.w.launch->memory.find(a.address);
  const bool sound = found != nullptr && found->contains(a.address, a.size) &&
                     found->state != State::Freed &&
                     (found->onHost() || found->device == a.w.launch->kernel.device);
  if (!sound) noAllocation(a);
  return *(a.w.recent = found);
}

void checkRaces(const Lane& a, const Allocation& allocation) {
  RaceShadow& races = *allocation.races;
  if (a.size < 4 && !races.narrow.load(std::memory_order_relaxed)) races.narrow = true;
  const bool narrow = races.narrow.load(std::memory_order_relaxed);
  const uint64_t from = a.address - (allocation.base & ~uint64_t{3});
  auto* tags = reinterpret_cast<uint64_t*>((narrow ? races.fine : races.coarse).data());
  tags += 2 * (narrow ? from : from / 4);
  const uint64_t block = a.w.block->number & 0x3fffff, launch = a.w.launch->number;
  const Tag me = Tag::of(launch << 22 | block, a.w.thread(a.lane), a.w.block->phase, a.strong);
  const Accessor who{a.w, me, ~uint64_t{0x3fffff}, a.writes()};
  for (unsigned k = 0, n = narrow ? a.size : a.size / 4; k < n; k++)
    if (const Tag other = who.touch(tags + 2 * k); other.bits != 0)
      throw Fault{Code::LaunchFailed, "race in global memory: " + who.describe(other), a.lane,
                  a.address, allocation.describe()};
}

std::byte* global(const Lane& a) {
  const Allocation& allocation = allocationOf(a);
  if (allocation.space == Space::Const && a.writes()) noAllocation(a);
  if (allocation.written) {
    std::byte* marks = allocation.written->data() + (a.address - allocation.base);
    if (a.reads() && !allWritten(marks, a.size))
      a.fault(Code::LaunchFailed, "read of memory never written: ", allocation.describe());
    if (a.writes()) std::memset(marks, 1, a.size);
  }
  if (allocation.space != Space::Const) checkRaces(a, allocation);
  if (a.reads()) a.w.count->bytesRead += a.size;
  if (a.writes()) a.w.count->bytesWritten += a.size;
  return reinterpret_cast<std::byte*>(a.address);
}

}  // namespace

std::byte* access(Warp& w, const Instr& i, int lane, uint64_t address, unsigned size, Access kind) {
  // Shared and local addresses have 32 bits: nvcc counts on it that [r + 8] wraps where r is -8.
  if (i.where == Where::Shared || i.where == Where::Local) address = uint32_t(address);
  Lane a{w, lane, address, size, kind, i.strong};
  if (address & (size - 1)) a.fault(Code::MisalignedAddress, "misaligned: ", "");
  Where where = i.where;
  const uint64_t space = address >> kSpaceShift;
  if (space != 0 && (where == Where::Generic || where == Where::Param)) {
    if (space == kSharedSpace) where = Where::Shared;
    if (space == kLocalSpace) where = Where::Local;
    if (space == kParamSpace) where = Where::Param;
    if (space <= kParamSpace) a.address -= space << kSpaceShift;
  }
  if (where == Where::Shared) return shared(a);
  if (where == Where::Local) {
    const size_t frame = w.launch->kernel.localBytes, at = frame * lane;
    return owned(a, w.local.data.data() + at, w.local.written.data() + at, frame, "local memory");
  }
  if (where == Where::Param) {
    if (kind != Access::Read)
      a.fault(Code::IllegalAddress, "write to a parameter: ", "", "the parameters");
    auto* params = const_cast<std::byte*>(w.launch->config.params);
    return owned(a, params, nullptr, w.launch->kernel.paramBytes, "the parameters");
  }
  return global(a);
}

}  // namespace initium::soft
