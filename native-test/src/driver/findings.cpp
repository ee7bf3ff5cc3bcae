// SPDX-License-Identifier: Apache-2.0
#include "findings.h"

#include <cstdio>

namespace initium::soft {

Findings& Findings::get() {
  static Findings* findings = new Findings;
  return *findings;
}

void Findings::add(const std::string& misuse) { keep("software CUDA device: " + misuse); }
void Findings::add(const Finding& f, const std::string& where) { keep(where + ": " + f.report()); }

void Findings::keep(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::lock_guard guard(mutex_);
  std::fprintf(stderr, "%s\n", text.c_str());
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
