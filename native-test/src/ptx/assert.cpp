// SPDX-License-Identifier: Apache-2.0
// __assertfail: what assert() of a CUDA program calls, and the driver provides.
#include <cstring>

#include "compiler.h"

namespace initium::soft {

// op: where in local memory the message, the file, the line and the function are
void assertFails(Warp& w, const Instr& i, Mask m) {
  const int lane = std::countr_zero(m);
  const auto fetch = [&]<class T>(T v, const Instr& how, uint64_t address) {
    std::memcpy(&v, access(w, how, lane, address, sizeof v, Access::Read), sizeof v);
    return v;
  };
  const auto text = [&](int k) {
    std::string out;
    const uint64_t from = fetch(uint64_t{0}, i, w.slot(i.op[k])[lane]);
    while (out.size() < 4096)
      if (const char c = fetch('\0', Instr{}, from + out.size())) out += c;
      else break;
    return out;
  };
  const uint32_t line = fetch(uint32_t{0}, i, w.slot(i.op[2])[lane]);
  throw Fault{Code::Assert,
              "assertion failed: " + text(0) + " (" + text(1) + ":" + std::to_string(line) + ", " +
                  text(3) + ")",
              lane};
}

}  // namespace initium::soft
