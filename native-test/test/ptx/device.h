// SPDX-License-Identifier: Apache-2.0
// A software device for a test: PTX in, buffers in and out.
#pragma once
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "../../src/ptx/module.h"
#include "../check.h"

namespace initium::soft::test {

constexpr const char* kHeader = ".version 6.3\n.target sm_75\n.address_size 64\n";

struct Device {
  Memory memory{2, size_t{256} << 20};
  Counters counters;
  std::unique_ptr<Module> module;
  std::string log;
  uint64_t seed = 0;
  int workers = 1;
  bool cooperative = false;

  Device() = default;
  explicit Device(const std::string& ptx) { load(ptx); }
  bool load(std::string ptx) {
    if (ptx.find(".version") == ptx.npos) ptx = kHeader + ptx;
    if (const char* seeds = std::getenv("INITIUM_SOFT_SEEDS")) std::ofstream(seeds + ("/" + std::to_string(std::hash<std::string>{}(ptx)))) << ptx;
    module = Module::load(ptx, memory, 0, log);
    if (!module) std::printf("load: %s\n", log.c_str());
    return module != nullptr;
  }

  template <class T> uint64_t upload(const std::vector<T>& v) {
    const uint64_t at = memory.allocate(0, std::max<size_t>(1, v.size() * sizeof(T)), "input");
    CHECK(!memory.write(at, v.data(), v.size() * sizeof(T)));
    return at;
  }
  template <class T> uint64_t room(size_t n) { return memory.allocate(0, n * sizeof(T), "output"); }
  template <class T> std::vector<T> download(uint64_t at, size_t n) {
    std::vector<T> v(n);
    const auto finding = memory.read(v.data(), at, n * sizeof(T));
    if (finding) std::printf("%s", finding->report().c_str());
    CHECK(!finding);
    return v;
  }

  // Parameters are laid out as C does: each at a multiple of its size.
  template <class... P> std::optional<Finding> run(const std::string& kernel, Dim3 grid, Dim3 block, size_t shared, P... parameters) {
    std::vector<std::byte> bytes;
    [[maybe_unused]] const auto add = [&](auto p) {
      const size_t at = (bytes.size() + sizeof p - 1) / sizeof p * sizeof p;
      bytes.resize(at + sizeof p);
      std::memcpy(bytes.data() + at, &p, sizeof p);
    };
    (add(parameters), ...);
    const Kernel* k = module->find(kernel);
    if (k == nullptr) throw std::runtime_error("no kernel " + kernel);
    const LaunchConfig config{grid, block, shared, bytes.data(), cooperative, seed, workers};
    if (auto no = refusal(*k, config)) return no;
    return launch(*k, config, memory, counters);
  }
};

}  // namespace initium::soft::test
