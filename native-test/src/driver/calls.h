// SPDX-License-Identifier: Apache-2.0
// Counts the calls of every entry point and makes chosen ones fail.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace initium::soft {

class Calls {
 public:
  static Calls& get();

  // One call of an entry point: counts it, and answers the status that it must fail with, or 0.
  // A call that fails by order has no effect at all.
  int enter(const std::string& name);

  // "name:k:status" parts joined by commas: the k-th call (from 1, counted from here on) of `name`
  // fails with `status`. `name` may leave the suffix _v2 away; "*" is any entry point. Empty: no
  // faults. Answers what is wrong with the text, or "" when it was taken.
  std::string setFaults(const std::string& text);

  // How often `name` ("*": anything) was called since the start or the last reset.
  long count(const std::string& name);
  void resetCounts();

 private:
  struct Fault {
    std::string name;
    long remaining;
    int status;
  };
  std::mutex mutex_;
  std::map<std::string, long> counts_;
  std::vector<Fault> faults_;
};

}  // namespace initium::soft
