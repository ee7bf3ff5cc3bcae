// SPDX-License-Identifier: Apache-2.0
// PTX instructions a second: a Philox fill of 1e6 floats, in one thread and on all cores, sanitizer on as always.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <thread>

#include "../src/ptx/module.h"

using namespace initium::soft;

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: %s FILE.ptx KERNEL(float* out, uint64 n, uint64 seed, float lo, float scale)\n", argv[0]), 2;
  std::ifstream file(argv[1]);
  const std::string ptx((std::istreambuf_iterator<char>(file)), {});
  Memory memory(1, size_t{1} << 30);
  std::string log;
  const auto module = Module::load(ptx, memory, 0, log);
  const Kernel* kernel = module ? module->find(argv[2]) : nullptr;
  if (kernel == nullptr) return std::fprintf(stderr, "no kernel %s: %s\n", argv[2], log.c_str()), 1;
  constexpr uint64_t n = 1'000'000;
  struct { uint64_t out, n, seed; float lo, scale; } params{memory.allocate(0, n * 4, "out"), n, 42, 0, 1.0f / 4294967296};
  for (const int workers : {1, int(std::thread::hardware_concurrency())}) {
    double best = 1e9, cpu = 1e9;
    uint64_t instructions = 0;
    for (int k = 0; k < 5; k++) {
      Counters counters;
      LaunchConfig config{{512, 1, 1}, {256, 1, 1}, 0, reinterpret_cast<const std::byte*>(&params), false, 0, workers};
      const auto start = std::chrono::steady_clock::now();
      const std::clock_t before = std::clock();
      if (launch(*kernel, config, memory, counters)) return 1;
      best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
      cpu = std::min(cpu, double(std::clock() - before) / CLOCKS_PER_SEC);
      instructions = counters.of(kernel->name).instructions;
    }
    std::printf("%d thread%s: %.1f ms, %llu PTX instructions, %.0f million a second, %.0f million a second of processor time\n", workers, workers == 1 ? "" : "s", best * 1e3, static_cast<unsigned long long>(instructions), double(instructions) / best / 1e6, double(instructions) / cpu / 1e6);
  }
}
