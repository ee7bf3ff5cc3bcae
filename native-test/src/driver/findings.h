// SPDX-License-Identifier: Apache-2.0
// What was found since the start: printed at once, kept for the tests that ask.
#pragma once
#include <mutex>
#include <string>
#include <vector>

#include "../finding.h"

namespace initium::soft {

class Findings {
 public:
  static Findings& get();
  void add(const std::string& misuse);  // that the driver itself sees
  void add(const Finding&, const std::string& where);
  std::vector<std::string> all();
  void clear();

 private:
  void keep(std::string text);
  std::mutex mutex_;
  std::vector<std::string> texts_;
};

}  // namespace initium::soft
