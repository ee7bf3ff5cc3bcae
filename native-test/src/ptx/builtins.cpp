// The two functions that CUDA programs call and the driver provides: printf and assert.
#include <cstdio>
#include <cstring>

#include "compiler.h"
#include "lanes.h"

namespace initium::soft {

namespace {

template <class T> T fetch(Warp& w, const Instr& i, int lane, uint64_t address) {
  T v;
  std::memcpy(&v, access(w, i, lane, address, sizeof(T), Access::Read), sizeof(T));
  return v;
}

std::string text(Warp& w, int lane, uint64_t address) {
  std::string out;
  const Instr generic;
  while (out.size() < 4096)
    if (const char c = fetch<char>(w, generic, lane, address + out.size())) out += c;
    else break;
  return out;
}

std::string format(Warp& w, int lane, const std::string& f, uint64_t arguments) {
  std::string out;
  const Instr generic;
  for (size_t k = 0; k < f.size();) {
    if (f[k] != '%' || f.compare(k, 2, "%%") == 0) {
      out += f[k];
      k += f[k] == '%' ? 2 : 1;
      continue;
    }
    const size_t end = f.find_first_of("diouxXcsfFeEgGaAp", k + 1);
    if (end == f.npos) break;
    const char kind = f[end];
    std::string spec = f.substr(k, end - k);
    const bool wide = spec.find('l') != spec.npos;
    std::erase_if(spec, [](char c) { return c == 'l' || c == 'h' || c == '*'; });
    k = end + 1;
    const bool real = std::strchr("fFeEgGaA", kind) != nullptr, string = kind == 's', big = real || string || kind == 'p' || wide;
    if (big) arguments = (arguments + 7) & ~uint64_t{7};
    const uint64_t v = big ? fetch<uint64_t>(w, generic, lane, arguments) : fetch<uint32_t>(w, generic, lane, arguments);
    arguments += big ? 8 : 4;
    char buffer[512];
    if (real) std::snprintf(buffer, sizeof buffer, (spec + kind).c_str(), std::bit_cast<double>(v));
    else if (string) std::snprintf(buffer, sizeof buffer, (spec + kind).c_str(), text(w, lane, v).c_str());
    else if (kind == 'c') std::snprintf(buffer, sizeof buffer, (spec + kind).c_str(), int(v));
    else if (kind == 'p') std::snprintf(buffer, sizeof buffer, "0x%llx", static_cast<unsigned long long>(v));
    else std::snprintf(buffer, sizeof buffer, (spec + "ll" + kind).c_str(), (kind == 'd' || kind == 'i') && !wide ? static_cast<long long>(int32_t(v)) : static_cast<long long>(v));
    out += buffer;
  }
  return out;
}

}  // namespace

// op: where the result, the format and the arguments' address are in local memory
void printLanes(Warp& w, const Instr& i, Mask m) {
  each(m, [&](int l) {
    const auto parameter = [&](int k) { return fetch<uint64_t>(w, i, l, w.slot(i.op[k])[l]); };
    const uint64_t arguments = parameter(2);
    const std::string out = format(w, l, text(w, l, parameter(1)), arguments);
    std::fwrite(out.data(), 1, out.size(), stdout);
    const auto n = int32_t(out.size());
    std::memcpy(access(w, i, l, w.slot(i.op[0])[l], 4, Access::Write), &n, 4);
  });
}

// op: where message, file, line and function are
void assertFails(Warp& w, const Instr& i, Mask m) {
  const int l = std::countr_zero(m);
  const auto string = [&](int k) { return text(w, l, fetch<uint64_t>(w, i, l, w.slot(i.op[k])[l])); };
  throw Fault{Code::Assert, "assertion failed: " + string(0) + " (" + string(1) + ":" + std::to_string(fetch<uint32_t>(w, i, l, w.slot(i.op[2])[l])) + ", " + string(3) + ")", l};
}

}  // namespace initium::soft
