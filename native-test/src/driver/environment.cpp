#include "environment.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace initium::soft {
namespace {

[[noreturn]] void refuse(const char* name, const char* value, const char* right) {
  std::fprintf(stderr, "software CUDA device: %s=%s is not understood; right is %s\n", name, value,
               right);
  std::_Exit(2);
}

std::uint64_t number(const char* name, std::uint64_t otherwise, std::uint64_t least,
                     std::uint64_t most, const char* right) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return otherwise;
  char* end = nullptr;
  std::uint64_t value = std::strtoull(text, &end, 0);
  if (end == text || *text == '-') refuse(name, text, right);
  if (*end != '\0') {
    std::size_t unit = std::string_view("kmg").find(static_cast<char>(*end | 0x20));
    if (unit == std::string_view::npos) refuse(name, text, right);
    value <<= 10 * (unit + 1);
    ++end;
  }
  if (*end != '\0' || value < least || value > most) refuse(name, text, right);
  return value;
}

std::string text(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Environment read() {
  Environment e;
  e.devices = static_cast<int>(number("INITIUM_SOFT_DEVICES", 1, 0, 16, "a count from 0 to 16"));
  e.memory = number("INITIUM_SOFT_MEMORY", e.memory, 1, 1ull << 40, "bytes, as 65536, 64k, 512m, 2g");
  e.seed = number("INITIUM_SOFT_SEED", 0, 0, ~0ull, "a whole number");
  e.workers = static_cast<int>(number("INITIUM_SOFT_WORKERS", 0, 0, 256, "a count from 0 to 256"));
  e.faults = text("INITIUM_SOFT_FAULT");
  e.log = text("INITIUM_SOFT_LOG");
  if (std::string cc = text("INITIUM_SOFT_COMPUTE_CAPABILITY"); !cc.empty()) {
    char rest = 0;
    if (std::sscanf(cc.c_str(), "%d.%d%c", &e.major, &e.minor, &rest) != 2 || e.major < 5 ||
        e.major > 12 || e.minor < 0 || e.minor > 9) {
      refuse("INITIUM_SOFT_COMPUTE_CAPABILITY", cc.c_str(), "major.minor, as 7.5");
    }
  }
  if (std::string leaks = text("INITIUM_SOFT_LEAKS"); !leaks.empty()) {
    if (leaks != "fail" && leaks != "report") {
      refuse("INITIUM_SOFT_LEAKS", leaks.c_str(), "fail or report");
    }
    e.failOnLeaks = leaks == "fail";
  }
  return e;
}

}  // namespace

const Environment& Environment::get() {
  static const Environment* environment = new Environment(read());
  return *environment;
}

}  // namespace initium::soft
