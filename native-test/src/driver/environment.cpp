// SPDX-License-Identifier: Apache-2.0
#include "environment.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace initium::soft {

namespace {

std::string text(const std::string& name) {
  const char* value = std::getenv(("INITIUM_SOFT_" + name).c_str());
  return value == nullptr ? "" : value;
}

void require(bool understood, const std::string& name, const char* right) {
  if (understood) return;
  std::fprintf(stderr, "software CUDA device: INITIUM_SOFT_%s=%s is not understood; right is %s\n",
               name.c_str(), text(name).c_str(), right);
  std::_Exit(2);
}

template <class T> void number(T& out, const std::string& name, uint64_t most, const char* right) {
  const std::string value = text(name);
  if (value.empty()) return;
  char* end = nullptr;
  uint64_t n = std::strtoull(value.c_str(), &end, 0);
  require(end != value.c_str() && value[0] != '-', name, right);
  const size_t unit = std::string_view("kmg").find(*end | 0x20);
  if (unit != std::string_view::npos) n <<= 10 * (unit + 1), ++end;
  require(*end == '\0' && n <= most, name, right);
  out = T(n);
}

Environment read() {
  Environment e;
  number(e.devices, "DEVICES", 16, "a count from 0 to 16");
  number(e.driver, "DRIVER", 99990, "a CUDA version, as 12060 for 12.6");
  number(e.capability, "CAPABILITY", 999, "a compute capability, as 75 for 7.5");
  number(e.memory, "MEMORY", 1ull << 40, "bytes, as 65536, 64k, 512m, 2g");
  number(e.seed, "SEED", ~0ull, "a whole number");
  number(e.workers, "WORKERS", 256, "a count from 0 to 256");
  e.faults = text("FAULT");
  e.report = text("REPORT");
  return e;
}

}  // namespace

const Environment& Environment::get() {
  static const Environment* environment = new Environment(read());
  return *environment;
}

}  // namespace initium::soft
