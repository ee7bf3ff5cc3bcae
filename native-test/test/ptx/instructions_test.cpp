// SPDX-License-Identifier: Apache-2.0
// Every form of the instruction table against its reference, on special and random operands.
#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "../../src/ptx/forms.h"
#include "device.h"
#include "reference.h"

using namespace initium::soft;
using namespace initium::soft::test;

namespace {

constexpr int kThreads = 1024;

uint64_t operand(Type t, std::mt19937_64& random) {
  static const std::vector<uint64_t> f32 = {0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x807fffff, 0x00800000, 0x80800000, 0x3f800000, 0xbf800000, 0x3f000000, 0x40490fdb, 0x7f7fffff, 0xff7fffff,
                                            0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345, 0x7fa00000, 0x4f000000, 0xcf000000, 0x4f800000, 0x5f000000, 0x3f7fffff, 0x3f800001, 0x41200000, 0x40200000, 0xc0200000, 0x33000000, 0x477ff000};
  static const std::vector<uint64_t> f64 = {0, 1ull << 63, 1, 0x000fffffffffffff, 0x0010000000000000, 0x3ff0000000000000, 0xbff0000000000000, 0x3fe0000000000000, 0x7fefffffffffffff, 0xffefffffffffffff, 0x7ff0000000000000,
                                            0xfff0000000000000, 0x7ff8000000000000, 0x41e0000000000000, 0x41dfffffffc00000, 0xc1e0000000200000, 0x43e0000000000000, 0x43f0000000000000, 0x4004000000000000, 0xc004000000000000,
                                            0x38100000a0000000, 0x47efffffe0000000, 0x47effffff0000000, 0x3ff0000010000000, 0x3ff0000030000000, 0x36a0000000000000, 0x369fffffffffffff};
  static const std::vector<uint64_t> f16 = {0, 0x8000, 1, 0x8001, 0x3ff, 0x400, 0x3c00, 0xbc00, 0x3c01, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0x3800, 0x4100};
  static const std::vector<uint64_t> bf16 = {0, 0x8000, 1, 0x8001, 0x7f, 0x80, 0x3f80, 0xbf80, 0x3f81, 0x7f7f, 0xff7f, 0x7f80, 0xff80, 0x7fc0, 0x3f00, 0x4020};
  static const std::vector<uint64_t> ints = {0, 1, 2, 3, 5, 7, 8, 15, 16, 17, 24, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff, 0x8000000000000000, ~0ull, 0x8000000000000001, 0x20000000000001};
  const auto pick = [&](const std::vector<uint64_t>& from) { return from[random() % from.size()]; };
  const bool special = random() % 2;
  switch (t) {
    case Type::Pred: return random() & 1;
    case Type::F32:
      if (special) return pick(f32);
      return random() % 2 ? uint32_t(random()) : uint32_t((random() & 0x807fffff) | (120 + random() % 16) << 23);
    case Type::F64:
      if (special) return pick(f64);
      return random() % 2 ? random() : (random() & 0x800fffffffffffff) | (1008 + random() % 70) << 52;
    case Type::F16: return special ? pick(f16) : random() & 0xffff;
    case Type::BF16: return special ? pick(bf16) : random() & 0xffff;
    case Type::F16x2: return operand(Type::F16, random) | operand(Type::F16, random) << 16;
    case Type::BF16x2: return operand(Type::BF16, random) | operand(Type::BF16, random) << 16;
    default: {
      const uint64_t v = special ? (random() % 4 ? pick(ints) : 0 - pick(ints)) : random() >> random() % 64;
      return bytes(t) == 8 ? v : v & ((uint64_t{1} << 8 * bytes(t)) - 1);
    }
  }
}

const char* registerType(Type t) { return t == Type::Pred ? "pred" : bytes(t) == 8 ? "b64" : bytes(t) == 4 ? "b32" : "b16"; }

// A kernel that loads the operands of its thread (8 bytes each), executes the instruction once and stores the results.
std::string kernelFor(const std::string& opcode, const Form& f) {
  std::string regs, loads, stores, list;
  const size_t results = f.results, sources = f.operands.size() - results;
  for (size_t k = 0; k < f.operands.size(); k++) {
    const Type t = f.operands[k];
    const std::string r = (t == Type::Pred ? "%p" : "%v") + std::to_string(k), n = std::to_string(k), narrow = bytes(t) == 1 ? "u16" : bytes(t) == 2 ? "u16" : "u32";
    regs += std::string("  .reg .") + registerType(t) + " " + r + ";\n";
    if (k < results) {
      const std::string at = "[%out+" + std::to_string(8 * k) + "]";
      if (t == Type::Pred) stores += "  selp.u64 %x, 1, 0, " + r + ";\n";
      else if (bytes(t) == 8) stores += "  mov.b64 %x, " + r + ";\n";
      else stores += "  cvt.u64." + narrow + " %x, " + r + ";\n";
      stores += "  st.global.u64 " + at + ", %x;\n";
    } else {
      loads += "  ld.global.u64 %x, [%in+" + std::to_string(8 * (k - results)) + "];\n";
      if (t == Type::Pred) loads += "  setp.ne.u64 " + r + ", %x, 0;\n";
      else if (bytes(t) == 8) loads += "  mov.b64 " + r + ", %x;\n";
      else loads += "  cvt." + narrow + ".u64 " + r + ", %x;\n";
    }
    list += k == 0 ? " " + r : results == 2 && k == 1 ? "|" + r : ", " + r;
  }
  return ".entry k(.param .u64 in, .param .u64 out) {\n" + regs +
         "  .reg .b64 %in, %out, %x; .reg .b32 %t;\n  ld.param.u64 %in, [in]; ld.param.u64 %out, [out];\n"
         "  mov.u32 %t, %ctaid.x; mad.lo.u32 %t, %t, 32, 0;\n  { .reg .b32 %u; mov.u32 %u, %tid.x; add.u32 %t, %t, %u; }\n"
         "  mad.wide.u32 %in, %t, " + std::to_string(8 * sources) + ", %in;\n  mad.wide.u32 %out, %t, " + std::to_string(8 * results) + ", %out;\n" +
         loads + "  " + opcode + list + ";\n" + stores + "}\n";
}

bool same(uint64_t got, uint64_t want, Type t) {
  if (t == Type::F64 && std::isnan(f64(got)) && std::isnan(f64(want))) return true;  // the ISA leaves the payload open
  return got == want;
}

long formsTested = 0;

void compare(const std::string& opcode, const Form& f, const Reference& expected) {
  Device device;
  if (!CHECK(device.load(kernelFor(opcode, f)))) return;
  std::mt19937_64 random(std::hash<std::string>{}(opcode));
  const size_t results = f.results, sources = f.operands.size() - results;
  std::vector<uint64_t> in(kThreads * std::max<size_t>(1, sources));
  for (size_t i = 0; i < kThreads * sources; i++) in[i] = operand(f.operands[results + i % sources], random);
  const uint64_t from = device.upload(in), to = device.room<uint64_t>(kThreads * results);
  if (!CHECK(!device.run("k", {kThreads / 32}, {32}, 0, from, to))) return;
  const auto out = device.download<uint64_t>(to, kThreads * results);
  formsTested++;
  for (int t = 0; t < kThreads; t++) {
    const Values operands(in.begin() + long(t * sources), in.begin() + long((t + 1) * sources));
    const Values want = expected(operands);
    for (size_t r = 0; r < results; r++) {
      const uint64_t got = out[t * results + r] & mask(std::max(8, 8 * bytes(f.operands[r])));  // s8 is extended to its 16-bit register: see memory_test
      if (same(got, want[r], f.operands[r])) { check::passed++; continue; }
      std::string text = opcode + " result " + std::to_string(r) + ": got " + check::hex(got) + ", want " + check::hex(want[r]) + " for";
      for (const uint64_t v : operands) text += " " + check::hex(v);
      check::that(false, __FILE__, __LINE__, text);
      return;  // one line for each form is enough
    }
  }
}

// Tested by hand elsewhere: lanes that talk to each other, address spaces, fences (memory_test, warps_test).
bool elsewhere(const std::string& opcode) {
  static const std::set<std::string> words = {"shfl", "vote", "match", "redux", "bar", "ld", "st", "atom", "red", "activemask", "cvta", "isspacep", "membar", "fence", "prefetch", "nanosleep", "brkpt", "trap"};
  return words.count(opcode.substr(0, opcode.find('.'))) != 0;
}

}  // namespace

TEST(every_form_of_the_table) {
  for (const auto& [opcode, form] : Forms::all().table()) {
    if (elsewhere(opcode)) continue;
    const Reference expected = reference(opcode);
    if (!expected) {
      check::that(false, __FILE__, __LINE__, "no reference for " + opcode);
      continue;
    }
    compare(opcode, form, expected);
  }
  std::printf("%ld forms of %zu in the table\n", formsTested, Forms::all().table().size());
}

int main() { return check::run(); }
