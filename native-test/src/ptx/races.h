// SPDX-License-Identifier: Apache-2.0
// Races. Each granule of global and shared memory remembers its last writer and its readers in the
// launch as a tag: who (launch, block, thread) and in which phase of the block, a counter that
// every barrier advances. Two accesses are ordered when they are of different launches, of one
// thread, or of one block with a bar.sync (or, in one warp, a bar.warp.sync) between them; two that
// are not, of which one writes and one is not atomic or volatile, race.
#pragma once
#include <algorithm>
#include <atomic>
#include <string>

#include "warp.h"

namespace initium::soft {

// 36 owner (launch and block) | 10 thread | 15 phase | 3 flags
struct Tag {
  enum : uint64_t { kBlocks = 1, kThreads = 2, kStrong = 4 };  // by several blocks, several threads
  static constexpr uint32_t kLastPhase = 0x7fff;
  uint64_t bits = 0;

  static Tag of(uint64_t owner, uint32_t thread, uint32_t phase, bool strong) {
    const uint64_t last = std::min(phase, kLastPhase);
    return {owner << 28 | uint64_t{thread} << 18 | last << 3 | uint64_t{strong} << 2};
  }
  uint64_t owner() const { return bits >> 28; }
  uint32_t thread() const { return bits >> 18 & 1023; }
  uint32_t phase() const { return bits >> 3 & kLastPhase; }
};

struct Accessor {
  const Warp& w;
  Tag me;
  uint64_t launchMask;  // of an owner: tags that differ there are of different launches
  bool write;

  bool ordered(Tag tag) const {
    if ((tag.owner() ^ me.owner()) & launchMask) return true;
    if (tag.owner() != me.owner() || (tag.bits & Tag::kBlocks)) return false;
    const uint32_t phase = tag.phase();
    if (phase < w.block->barrierPhase || phase == Tag::kLastPhase) return true;
    if (tag.bits & Tag::kThreads) return false;
    return tag.thread() == me.thread() || (tag.thread() / kLanes == w.index && phase < w.phase);
  }
  bool conflict(Tag tag) const {
    return tag.bits != 0 && !ordered(tag) && !(me.bits & tag.bits & Tag::kStrong);
  }

  // Returns the tag that the access races with, or none. Relaxed atomics: two workers that touch a
  // granule within nanoseconds can miss each other, no more.
  Tag touch(uint64_t* granule) const {
    const std::atomic_ref<uint64_t> writer(granule[0]), readers(granule[1]);
    const Tag wrote{writer.load(std::memory_order_relaxed)};
    const Tag read{readers.load(std::memory_order_relaxed)};
    if (conflict(wrote)) return wrote;
    if (write) {
      if (conflict(read)) return read;
      writer.store(me.bits, std::memory_order_relaxed);
      return {};
    }
    uint64_t merged = me.bits;
    if (read.bits != 0 && !ordered(read)) {
      merged |= read.bits & (Tag::kThreads | Tag::kBlocks);
      if (!(read.bits & Tag::kStrong)) merged &= ~uint64_t{Tag::kStrong};
      if (read.owner() != me.owner()) merged |= Tag::kBlocks;
      else if (read.thread() != me.thread()) merged |= Tag::kThreads;
    }
    if (merged != read.bits) readers.store(merged, std::memory_order_relaxed);
    return {};
  }

  std::string describe(Tag other) const {
    const std::string thread = "thread " + std::to_string(other.thread());
    std::string what = std::string(write ? "write" : "read") + " not ordered with an access by ";
    if (other.bits & Tag::kBlocks) return what + "several blocks";
    if (other.owner() != me.owner())
      return what + "block " + std::to_string(other.owner() & 0x3fffff) + " (linear), " + thread;
    if (other.bits & Tag::kThreads)
      return what + "several threads of this block, " + thread + " among them";
    return what + thread + " of this block";
  }
};

}  // namespace initium::soft
