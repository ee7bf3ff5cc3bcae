// The sanitizer: every access of a kernel passes here.
//
// Races. Each granule of global and shared memory remembers its last writer and its readers in the launch as a tag: who
// (launch, block, thread) and in which phase of the block, a counter that every barrier advances. Two accesses are
// ordered when they are of different launches, of one thread, or of one block with a bar.sync (or, in one warp, a
// bar.warp.sync) between them; two that are not, of which one writes and one is not atomic or volatile, race.
#include <algorithm>
#include <atomic>
#include <cstring>

#include "warp.h"

namespace initium::soft {

namespace {

struct Tag {  // 14 launch | 22 block (shared memory: 36 serial) | 10 thread | 15 phase | strong | several threads | several blocks
  static constexpr uint64_t kStrong = 4, kThreads = 2, kBlocks = 1;
  static constexpr uint32_t kLastPhase = 0x7fff;
  static uint64_t make(uint64_t owner, uint32_t thread, uint32_t phase) { return owner << 28 | uint64_t{thread} << 18 | uint64_t{std::min(phase, kLastPhase)} << 3; }
  static uint64_t owner(uint64_t t) { return t >> 28; }
  static uint32_t thread(uint64_t t) { return t >> 18 & 1023; }
  static uint32_t phase(uint64_t t) { return t >> 3 & kLastPhase; }
};

struct Accessor {
  Warp& w;
  uint64_t me, launchMask;  // of an owner: two tags that differ there are of different launches (shared: blocks)
  bool write, strong;

  bool ordered(uint64_t tag) const {
    if ((Tag::owner(tag) ^ Tag::owner(me)) & launchMask) return true;
    if (Tag::owner(tag) != Tag::owner(me) || (tag & Tag::kBlocks)) return false;
    const uint32_t phase = Tag::phase(tag);
    if (phase < w.block->barrierPhase || phase == Tag::kLastPhase) return true;
    if (tag & Tag::kThreads) return false;
    return Tag::thread(tag) == Tag::thread(me) || (Tag::thread(tag) / kLanes == w.index && phase < w.phase);
  }
  bool conflict(uint64_t tag) const { return tag != 0 && !ordered(tag) && !(strong && (tag & Tag::kStrong)); }

  // Returns the tag that the access races with, or 0. Relaxed atomics: two workers that touch a granule within
  // nanoseconds can miss each other, no more.
  uint64_t touch(uint64_t* granule) const {
    std::atomic_ref<uint64_t> writer(granule[0]), readers(granule[1]);
    const uint64_t w0 = writer.load(std::memory_order_relaxed), r0 = readers.load(std::memory_order_relaxed);
    if (conflict(w0)) return w0;
    const uint64_t mine = me | (strong ? Tag::kStrong : 0);
    if (write) {
      if (conflict(r0)) return r0;
      writer.store(mine, std::memory_order_relaxed);
    } else {
      uint64_t merged = mine;
      if (r0 != 0 && !ordered(r0)) {
        merged |= r0 & (Tag::kThreads | Tag::kBlocks) & ~Tag::kStrong;
        if (!(r0 & Tag::kStrong)) merged &= ~Tag::kStrong;
        if (Tag::owner(r0) != Tag::owner(me)) merged |= Tag::kBlocks;
        else if (Tag::thread(r0) != Tag::thread(me)) merged |= Tag::kThreads;
      }
      if (merged != r0) readers.store(merged, std::memory_order_relaxed);
    }
    return 0;
  }
};

[[noreturn]] void raced(int lane, uint64_t address, uint64_t other, bool shared, bool write, bool sameOwner, std::string where) {
  std::string what = std::string("race in ") + (shared ? "shared" : "global") + " memory: " + (write ? "write" : "read") + " not ordered with an access by ";
  if (other & Tag::kBlocks) what += "several blocks";
  else if (!sameOwner) what += "block " + std::to_string(Tag::owner(other) & 0x3fffff) + " (linear), thread " + std::to_string(Tag::thread(other));
  else if (other & Tag::kThreads) what += "several threads of this block, thread " + std::to_string(Tag::thread(other)) + " among them";
  else what += "thread " + std::to_string(Tag::thread(other)) + " of this block";
  throw Fault{Code::LaunchFailed, what, lane, address, std::move(where)};
}

std::string sized(const char* text, unsigned size, Access kind) {
  const char* verbs[] = {"-byte read", "-byte write", "-byte atomic"};
  return std::string(text) + std::to_string(size) + verbs[int(kind)];
}

bool allWritten(const std::byte* marks, unsigned size) {
  uint64_t v = 0;
  switch (size) {
    case 4: { uint32_t x; std::memcpy(&x, marks, 4); return x == 0x01010101; }
    case 8: std::memcpy(&v, marks, 8); return v == 0x0101010101010101;
    default: return std::memchr(marks, 0, size) == nullptr;
  }
}
void markWritten(std::byte* marks, unsigned size) {
  switch (size) {
    case 4: std::memset(marks, 1, 4); break;
    case 8: std::memset(marks, 1, 8); break;
    case 16: std::memset(marks, 1, 16); break;
    default: std::memset(marks, 1, size);
  }
}

// Shared and local memory: offset into bytes that the block or thread owns.
std::byte* owned(Bytes& bytes, size_t base, size_t limit, uint64_t offset, unsigned size, Access kind, int lane, const char* name) {
  if (offset > limit || size > limit - offset)
    throw Fault{Code::IllegalAddress, sized("out of bounds: ", size, kind) + " at offset " + std::to_string(offset) + " of " + name + " memory", lane, offset, std::to_string(limit) + " bytes of " + name + " memory"};
  std::byte* marks = bytes.written.data() + base + offset;
  if (kind != Access::Write && !allWritten(marks, size))
    throw Fault{Code::LaunchFailed, sized("read of memory never written: ", size, kind) + " at offset " + std::to_string(offset) + " of " + name + " memory", lane, offset, std::to_string(limit) + " bytes of " + name + " memory"};
  if (kind != Access::Read) markWritten(marks, size);
  return bytes.data.data() + base + offset;
}

[[noreturn]] void noAllocation(Warp& w, int lane, uint64_t address, unsigned size, Access kind) {
  const Allocation* near = w.launch->memory.below(address);
  std::string where, what = "out of bounds: ";
  if (near != nullptr && near->device == -1 && !near->contains(address, 0)) near = nullptr;
  if (near != nullptr) {
    where = near->describe();
    const uint64_t end = near->base + near->size;
    if (near->state == State::Freed && address < end) what = "use after free: ";
    else if (near->device >= 0 && near->device != w.launch->kernel.device) what = "memory of another device: ", where += ", the kernel runs on device " + std::to_string(w.launch->kernel.device);
    else if (near->space == Space::Const && near->contains(address, size)) what = "write to constant memory: ";
    else if (address >= end) where = std::to_string(address - end) + " bytes past the end of " + where;
  } else where = address < 4096 ? "null pointer" : "address of no allocation";
  throw Fault{Code::IllegalAddress, sized(what.c_str(), size, kind), lane, address, where};
}

std::byte* global(Warp& w, int lane, uint64_t address, unsigned size, Access kind, bool strong) {
  Allocation* a = w.recent;
  if (a == nullptr || !a->contains(address, size)) {
    a = w.launch->memory.find(address);
    if (a == nullptr || !a->contains(address, size) || a->state == State::Freed || (a->device >= 0 && a->device != w.launch->kernel.device)) noAllocation(w, lane, address, size, kind);
    w.recent = a;
  }
  if (a->space == Space::Const && kind != Access::Read) noAllocation(w, lane, address, size, kind);
  const uint64_t offset = address - a->base;
  if (a->written) {
    std::byte* marks = a->written->data() + offset;
    if (kind != Access::Write && !allWritten(marks, size)) throw Fault{Code::LaunchFailed, sized("read of memory never written: ", size, kind), lane, address, a->describe()};
    if (kind != Access::Read) markWritten(marks, size);
  }
  if (a->space != Space::Const) {
    RaceShadow& races = *a->races;
    if (size < 4 && !races.narrow.load(std::memory_order_relaxed)) races.narrow = true;
    const bool narrow = races.narrow.load(std::memory_order_relaxed);
    const uint64_t from = address - (a->base & ~uint64_t{3});
    auto* tags = reinterpret_cast<uint64_t*>((narrow ? races.fine : races.coarse).data()) + 2 * (narrow ? from : from / 4);
    const uint64_t owner = uint64_t{w.launch->number} << 22 | (w.block->number & 0x3fffff);
    const Accessor who{w, Tag::make(owner, w.thread(lane), w.block->phase), ~uint64_t{0x3fffff}, kind != Access::Read, strong};
    for (unsigned k = 0, n = narrow ? size : size / 4; k < n; k++)
      if (const uint64_t other = who.touch(tags + 2 * k)) raced(lane, address, other, false, who.write, Tag::owner(other) == owner, a->describe());
  }
  if (kind != Access::Write) w.bytesRead += size;
  if (kind != Access::Read) w.bytesWritten += size;
  return reinterpret_cast<std::byte*>(address);
}

std::byte* shared(Warp& w, int lane, uint64_t offset, unsigned size, Access kind, bool strong) {
  Block& b = *w.block;
  std::byte* p = owned(b.shared, 0, b.shared.data.size(), offset, size, kind, lane, "shared");
  uint64_t* tags = b.sharedTags + 2 * offset;
  const uint64_t owner = b.serial & 0xfffffffff;
  const Accessor who{w, Tag::make(owner, w.thread(lane), b.phase), ~uint64_t{0}, kind != Access::Read, strong};
  for (unsigned k = 0; k < size; k++)
    if (const uint64_t other = who.touch(tags + 2 * k)) raced(lane, offset + k, other, true, who.write, true, std::to_string(b.shared.data.size()) + " bytes of shared memory");
  return p;
}

}  // namespace

std::byte* access(Warp& w, const Instr& i, int lane, uint64_t address, unsigned size, Access kind) {
  // Shared and local addresses have 32 bits: nvcc counts on it that [r + 8] wraps where r is -8.
  if (i.where == Where::Shared || i.where == Where::Local) address = uint32_t(address);
  if (address & (size - 1)) throw Fault{Code::MisalignedAddress, sized("misaligned: ", size, kind), lane, address};
  Where where = i.where;
  if (where == Where::Generic) {
    switch (address >> 56) {
      case 1: where = Where::Shared, address -= kSharedWindow; break;
      case 2: where = Where::Local, address -= kLocalWindow; break;
      case 3: where = Where::Param, address -= kParamWindow; break;
      default: where = Where::Global;
    }
  }
  switch (where) {
    case Where::Shared: return shared(w, lane, address, size, kind, i.strong);
    case Where::Local: {
      const size_t frame = w.launch->program.localBytes;
      return owned(w.local, frame * lane, frame, address, size, kind, lane, "local");
    }
    case Where::Param: {
      const size_t limit = w.launch->program.paramBytes;
      if (address >= kParamWindow) address -= kParamWindow;
      if (kind != Access::Read || address > limit || size > limit - address)
        throw Fault{Code::IllegalAddress, sized("out of bounds: ", size, kind) + " at offset " + std::to_string(address) + " of the parameters", lane, address, std::to_string(limit) + " bytes of parameters"};
      return const_cast<std::byte*>(w.launch->config.params) + address;
    }
    default: return global(w, lane, address, size, kind, i.strong);
  }
}

}  // namespace initium::soft
