// SPDX-License-Identifier: Apache-2.0
// Launches: what is refused, and the worker threads that share a grid.
#include <algorithm>
#include <mutex>
#include <thread>

#include "worker.h"

namespace initium::soft {

namespace {

constexpr uint32_t kLaunches = (1u << 14) - 1;    // as many as race records tell apart
constexpr size_t kMaxShared = size_t{228} << 10;  // most devices allow less; the driver knows

}  // namespace

std::optional<Finding> refusal(const Kernel& k, const LaunchConfig& c) {
  const auto no = [&](const std::string& what, Code code = Code::InvalidValue) {
    return Finding{code, what, 0, "", k.name};
  };
  const auto text = [](Dim3 d) {
    return std::to_string(d.x) + " x " + std::to_string(d.y) + " x " + std::to_string(d.z);
  };
  const Dim3 g = c.grid, b = c.block;
  const std::string threads = "a block of " + text(b) + " threads; ";
  const size_t shared = k.sharedBytes + c.dynamicShared;
  if (g.count() == 0 || b.count() == 0) return no("a dimension is 0");
  if (g.x > 0x7fffffffu || g.y > 65535 || g.z > 65535)
    return no("the grid is too large: " + text(g));
  if (b.x > 1024 || b.y > 1024 || b.z > 64 || b.count() > 1024)
    return no("the block is too large: " + text(b));
  if (b.count() > k.maxThreads)
    return no(threads + "the kernel allows " + std::to_string(k.maxThreads), Code::OutOfResources);
  if (k.required.count() != 0 && k.required != b)
    return no(threads + "the kernel requires " + text(k.required));
  if (shared > kMaxShared) return no("more than the shared memory: " + std::to_string(shared));
  return {};
}

std::optional<Finding> launch(const Kernel& kernel, const LaunchConfig& config, Memory& memory,
                              Counters& counters) {
  static std::mutex one;  // the device runs one kernel at a time; race records rely on it
  std::lock_guard running(one);
  const auto held = memory.hold();
  Launch l{kernel, config, memory, memory.nextLaunch(kLaunches), kernel.sharedBytes};
  if (config.dynamicShared != 0)
    l.sharedBytes = (kernel.sharedBytes + 15) / 16 * 16 + config.dynamicShared;
  const Order order(config.grid.count(), config.seed);
  std::atomic<uint64_t> next = 0;
  std::atomic<bool> stop = false;
  const uint64_t cores = std::max(1u, std::thread::hardware_concurrency());
  const uint64_t n = std::min(config.workers > 0 ? uint64_t(config.workers) : cores, order.n);
  const uint64_t resident = config.cooperative ? (order.n + n - 1) / n : 1;
  std::optional<Finding> first;
  KernelCount count;
  std::mutex results;
  const auto work = [&] {
    Worker worker(l, next, order, stop);
    auto finding = worker.run(resident);
    std::lock_guard guard(results);
    count.add(worker.count());
    if (!finding) return;
    stop = true;
    if (!first) first = std::move(finding);
  };
  std::vector<std::thread> others;
  for (uint64_t k = 1; k < n; k++) others.emplace_back(work);
  work();
  for (std::thread& t : others) t.join();
  count.launches = 1;
  counters.add(kernel.name, count);
  return first;
}

}  // namespace initium::soft
