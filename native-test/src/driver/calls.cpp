#include "calls.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "environment.h"

namespace initium::soft {
namespace {

// "cuMemAlloc" for "cuMemAlloc_v2": the name that the documentation uses.
std::string_view plain(std::string_view name) {
  std::size_t n = name.size();
  return n > 3 && name.substr(n - 3, 2) == "_v" ? name.substr(0, n - 3) : name;
}

}  // namespace

Calls& Calls::get() {
  static Calls* calls = new Calls;
  return *calls;
}

Calls::Calls() {
  if (std::string wrong = setFaults(Environment::get().faults); !wrong.empty()) {
    std::fprintf(stderr, "software CUDA device: INITIUM_SOFT_FAULT: %s\n", wrong.c_str());
    std::_Exit(2);
  }
}

int Calls::enter(const char* name) {
  std::lock_guard guard(mutex_);
  // "cusolverDnSgeqrf.info" is no call, but a place where a test may order a value by that very name.
  bool call = std::string_view(name).find('.') == std::string_view::npos;
  ++counts_[name];
  total_ += call;
  int status = 0;
  for (Fault& fault : faults_) {
    if (!(fault.name == "*" && call) && fault.name != name && fault.name != plain(name)) continue;
    if (--fault.remaining == 0 && status == 0) status = fault.status;
  }
  return status;
}

std::string Calls::setFaults(const std::string& text) {
  std::vector<Fault> faults;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find(',', at), text.size());
    std::string part = text.substr(at, end - at);
    at = end + 1;
    char name[128], rest = 0;
    long k = 0;
    int status = 0;
    if (std::sscanf(part.c_str(), " %127[A-Za-z0-9_*.]:%ld:%d%c", name, &k, &status, &rest) != 3 ||
        k < 1 || status == 0) {
      return "'" + part + "' is not NAME:K:STATUS with K from 1 and STATUS not 0, as cuMemAlloc:3:2";
    }
    faults.push_back({name, k, status});
  }
  std::lock_guard guard(mutex_);
  faults_ = std::move(faults);
  return "";
}

long Calls::count(const std::string& name) {
  std::lock_guard guard(mutex_);
  if (name == "*") return total_;
  long sum = 0;
  for (const auto& [key, n] : counts_) {
    if (key == name || plain(key) == name) sum += n;
  }
  return sum;
}

void Calls::resetCounts() {
  std::lock_guard guard(mutex_);
  counts_.clear();
  total_ = 0;
}

}  // namespace initium::soft
