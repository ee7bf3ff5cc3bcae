// SPDX-License-Identifier: Apache-2.0
// Runs blocks on one host thread: in a block one warp after the other, each until it waits or ends;
// in a warp the group of lanes with the lowest pc first, so that lanes that parted meet again.
#pragma once
#include <atomic>
#include <chrono>
#include <list>
#include <numeric>
#include <optional>
#include <random>
#include <vector>

#include "warp.h"

namespace initium::soft {

// A permutation of 0..n-1 without a table.
struct Order {
  uint64_t n, step = 1, start = 0;
  Order(uint64_t count, uint64_t seed) : n(count) {
    if (seed == 0 || n < 2) return;
    std::mt19937_64 random(seed);
    start = random() % n;
    do step = random() % n;
    while (std::gcd(step, n) != 1);
  }
  uint64_t operator[](uint64_t i) const {
    return (uint64_t((unsigned __int128)i * step % n) + start) % n;
  }
};

class Worker {
 public:
  Worker(const Launch&, std::atomic<uint64_t>& next, const Order&, std::atomic<bool>& stop);
  // Takes blocks until none is left; resident: how many at once.
  std::optional<Finding> run(uint64_t resident);
  KernelCount count() const;

 private:
  struct Group {
    Mask lanes = 0;
    uint32_t pc = ~0u, stop = ~0u;  // stop: where the nearest others wait to be joined
  };

  void start(Block&, uint64_t number);
  bool step(Block&);  // every warp once; true when the block is done
  Group pick(Warp&);
  void run(Warp&);  // until every lane waits or has left, or the slice is used up
  bool wait(Warp&, const Instr&, Mask lanes, Mask m, uint32_t pc);
  bool converge(Warp&, const Instr&, Mask lanes, Mask m, uint32_t pc);

  void dress(Warp&);

  // barriers.cpp
  template <class F> void atBarriers(Block&, F f);
  void release(Block&);
  [[noreturn]] void stuck(Block&);

  const Launch& launch_;
  const Program& program_;
  std::atomic<uint64_t>& next_;
  const Order& order_;
  std::atomic<bool>& stop_;
  std::vector<uint64_t> executed_, issued_;  // instructions of threads and of warps, by pc
  KernelCount count_;
  std::chrono::steady_clock::time_point deadline_;
  Warp* warp_ = nullptr;  // what runs now, for a report
  uint32_t pc_ = 0;
};

}  // namespace initium::soft
