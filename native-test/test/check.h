// SPDX-License-Identifier: Apache-2.0
// A test runner in one header: TEST(name) { CHECK(..); CHECK_EQUAL(got, want); } in any number of files of a program.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <exception>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace check {

struct Case {
  std::string name;
  std::function<void()> body;
};
inline std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}
struct Register {
  Register(const char* name, void (*body)()) { cases().push_back({name, body}); }
};
inline long passed = 0, failed = 0, shown = 0;

inline bool that(bool ok, const char* file, int line, const std::string& what) {
  (ok ? passed : failed)++;
  if (!ok && shown++ < 50) std::printf("%s:%d: FAILED: %s\n", file, line, what.c_str());
  return ok;
}

template <class T> std::string show(const T& v) {
  std::ostringstream out;
  out << v;
  return out.str();
}
template <class T> std::string hex(T v) {
  std::ostringstream out;
  out << "0x" << std::hex << +v;
  return out.str();
}

// A new, empty folder of this test's own, in the system's place for temporary files (TMPDIR). It goes when the test ends.
struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / "initium-soft-XXXXXX").string();
  Folder() {
    if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("no temporary folder: " + path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const std::string& name) const { return path + "/" + name; }
};

inline int run() {
  for (const Case& c : cases()) {
    const long before = failed;
    try {
      c.body();
    } catch (const std::exception& e) {
      that(false, c.name.c_str(), 0, std::string("threw ") + e.what());
    }
    if (failed != before) std::printf("FAILED test %s: %ld checks\n", c.name.c_str(), failed - before);
  }
  std::printf("%ld passed, %ld failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace check

#define TEST(name)                                              \
  static void test_##name();                                    \
  static const check::Register register_##name(#name, test_##name); \
  static void test_##name()
#define CHECK(condition) check::that(bool(condition), __FILE__, __LINE__, #condition)
#define CHECK_EQUAL(got, want)                                                                                           \
  do {                                                                                                                   \
    const auto got_ = (got);                                                                                             \
    const auto want_ = (want);                                                                                           \
    check::that(got_ == want_, __FILE__, __LINE__, std::string(#got " == " #want ": ") + check::show(got_) + " != " + check::show(want_)); \
  } while (false)
