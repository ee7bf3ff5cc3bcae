// SPDX-License-Identifier: Apache-2.0
#include "calls.h"

#include <cstdio>
#include <cstdlib>

#include "environment.h"

namespace initium::soft {

namespace {

// "cuMemAlloc" for "cuMemAlloc_v2": the name that the documentation uses.
std::string plain(const std::string& name) {
  const size_t n = name.size();
  return n > 3 && name.compare(n - 3, 2, "_v") == 0 ? name.substr(0, n - 3) : name;
}

bool means(const std::string& pattern, const std::string& name) {
  // "cusolverDnSgeqrf.info" is no call, but a place where a test may order a value by that name.
  if (pattern == "*") return name.find('.') == name.npos;
  return pattern == name || pattern == plain(name);
}

}  // namespace

Calls& Calls::get() {
  static Calls* calls = [] {
    auto* made = new Calls;
    const std::string wrong = made->setFaults(Environment::get().faults);
    if (wrong.empty()) return made;
    std::fprintf(stderr, "software CUDA device: INITIUM_SOFT_FAULT: %s\n", wrong.c_str());
    std::_Exit(2);
  }();
  return *calls;
}

int Calls::enter(const std::string& name) {
  std::lock_guard guard(mutex_);
  ++counts_[name];
  int status = 0;
  for (Fault& fault : faults_)
    if (means(fault.name, name) && --fault.remaining == 0 && status == 0) status = fault.status;
  return status;
}

std::string Calls::setFaults(const std::string& text) {
  std::vector<Fault> faults;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, end - at);
    at = end + 1;
    char name[128], rest = 0;
    long k = 0;
    int status = 0;
    const char* format = " %127[A-Za-z0-9_*.]:%ld:%d%c";
    if (std::sscanf(part.c_str(), format, name, &k, &status, &rest) != 3 || k < 1 || status == 0)
      return "'" + part + "' is not NAME:K:STATUS, K from 1 and STATUS not 0, as cuMemAlloc:3:2";
    faults.push_back({name, k, status});
  }
  std::lock_guard guard(mutex_);
  faults_ = std::move(faults);
  return "";
}

long Calls::count(const std::string& name) {
  std::lock_guard guard(mutex_);
  long sum = 0;
  for (const auto& [key, n] : counts_) sum += means(name, key) ? n : 0;
  return sum;
}

void Calls::resetCounts() {
  std::lock_guard guard(mutex_);
  counts_.clear();
}

}  // namespace initium::soft
