#include "findings.h"

#include <cstdio>
#include <fstream>

#include "environment.h"

namespace initium::soft {

Findings& Findings::get() {
  static Findings* findings = new Findings;
  return *findings;
}

void Findings::add(const std::string& text) { keep("software CUDA device: " + text, false); }

void Findings::add(const Finding& finding, const std::string& call, bool printed) {
  keep(call + ": " + finding.report(), printed);
}

void Findings::keep(std::string text, bool printed) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::lock_guard guard(mutex_);
  if (!printed) std::fprintf(stderr, "%s\n", text.c_str());
  if (const std::string& log = Environment::get().log; !log.empty()) {
    std::ofstream(log, std::ios::app) << text << '\n';
  }
  texts_.push_back(std::move(text));
}

std::vector<std::string> Findings::all() {
  std::lock_guard guard(mutex_);
  return texts_;
}

void Findings::clear() {
  std::lock_guard guard(mutex_);
  texts_.clear();
}

}  // namespace initium::soft
