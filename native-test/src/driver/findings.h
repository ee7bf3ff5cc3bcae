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

  // Misuse that the driver itself sees; to standard error and to the file INITIUM_SOFT_LOG.
  void add(const std::string& text);
  // A finding of a copy or a set. That of a kernel has been printed by the launch.
  void add(const Finding& finding, const std::string& call, bool printed);

  std::vector<std::string> all();
  void clear();

 private:
  void keep(std::string text, bool printed);
  std::mutex mutex_;
  std::vector<std::string> texts_;
};

}  // namespace initium::soft
