// SPDX-License-Identifier: Apache-2.0
// Loads, stores, atomics, address spaces, variables: the forms that are not in the table, against results worked out by hand.
#include "../../src/ptx/forms.h"
#include "device.h"

using namespace initium::soft;
using namespace initium::soft::test;

namespace {

// Stores at `offset` of a buffer of 64 bytes 0..63, with the body in between; returns the buffer.
std::vector<uint8_t> bytesAfter(const std::string& registers, const std::string& body) {
  Device d(".entry k(.param .u64 in, .param .u64 out) { .reg .b64 %in, %out, %x; " + registers + " ld.param.u64 %in, [in]; ld.param.u64 %out, [out];\n" + body + " }");
  if (!CHECK(d.module)) return {};
  std::vector<uint8_t> in(64);
  for (int i = 0; i < 64; i++) in[i] = uint8_t(i * 5 + 120);
  const uint64_t from = d.upload(in), to = d.upload(std::vector<uint8_t>(64, 0));
  CHECK(!d.run("k", {1}, {1}, 0, from, to));
  return d.download<uint8_t>(to, 64);
}

uint64_t word(const std::vector<uint8_t>& b, size_t at, int n) {
  uint64_t v = 0;
  if (at + n <= b.size()) std::memcpy(&v, b.data() + at, n);
  return v;
}

template <class T> std::vector<T> counted(const std::string& type, const std::string& op, std::vector<T> start, uint64_t b, bool shared = false) {
  // 32 threads apply op to one cell; the old value goes to out
  const std::string w = sizeof(T) == 8 ? "b64" : "b32", space = shared ? "shared" : "global";
  Device d(".entry k(.param .u64 cell, .param .u64 b, .param .u64 out) { .shared .align 8 .b8 s[8]; .reg .b64 %c, %b, %o, %x, %g; .reg .b32 %t; .reg ." + w + " %v, %r; .reg .pred %p;"
           " ld.param.u64 %c, [cell]; ld.param." + w + " %v, [b]; ld.param.u64 %o, [out]; mov.u32 %t, %tid.x; mov.u64 %g, %c;\n" +
           (shared ? "setp.eq.u32 %p, %t, 0; @!%p bra go; ld.global." + w + " %r, [%c]; st.shared." + w + " [s], %r;\n go: bar.sync 0; mov.u64 %c, s;\n" : "") +
           "atom." + space + "." + op + "." + type + " %r, [%c], %v;\n" +
           (shared ? "bar.sync 0; @!%p bra end; ld.shared." + w + " %r, [s]; st.global." + w + " [%g], %r; end:\n" : "") +
           "cvt.u64.u32 %x, %t; shl.b64 %x, %x, 3; add.u64 %o, %o, %x; st.global." + w + " [%o], %r; ret; }");
  const uint64_t cell = d.upload(start), out = d.room<uint64_t>(32);
  if (!CHECK(d.module)) return {};
  const auto f = d.run("k", {1}, {32}, 0, cell, b, out);
  CHECK(!f);
  return d.download<T>(cell, 1);
}

}  // namespace

TEST(loads_extend_to_the_register) {
  const auto b = bytesAfter(".reg .b32 %r; .reg .b16 %h; .reg .b64 %d;",
                            "ld.global.s8 %r, [%in+1]; st.global.u32 [%out], %r;\n ld.global.u8 %r, [%in+1]; st.global.u32 [%out+4], %r;\n"
                            "ld.global.s16 %d, [%in+2]; st.global.u64 [%out+8], %d;\n ld.global.u16 %d, [%in+2]; st.global.u64 [%out+16], %d;\n"
                            "ld.global.s8 %h, [%in+1]; st.global.u16 [%out+24], %h;\n ld.global.s32 %d, [%in+4]; st.global.u64 [%out+32], %d;\n"
                            "ld.global.b32 %d, [%in+4]; st.global.u64 [%out+40], %d; st.global.u8 [%out+48], %d; cvt.s8.s32 %h, -3; st.global.u16 [%out+50], %h;\n");
  CHECK_EQUAL(word(b, 0, 4), 125u);
  CHECK_EQUAL(word(b, 8, 8), 0xffffffffffff8782u);  // bytes 130, 135
  CHECK_EQUAL(word(b, 16, 8), 0x8782u);
  CHECK_EQUAL(word(b, 24, 2), 125u);
  CHECK_EQUAL(word(b, 32, 8), 0xffffffff9b96918cu);
  CHECK_EQUAL(word(b, 40, 8), 0x9b96918cu);
  CHECK_EQUAL(word(b, 48, 1), 0x8cu);
  CHECK_EQUAL(word(b, 50, 2), 0xfffdu);
}

TEST(every_load_and_store_form) {
  // ld and st of every type, vector and space move exactly their bytes.
  long forms = 0;
  for (const char* type : {"b8", "u8", "s8", "b16", "u16", "s16", "f16", "b32", "u32", "s32", "f32", "b64", "u64", "s64", "f64"})
    for (const int n : {1, 2, 4}) {
      const Type t = typeOf(type);
      const int size = bytes(t) * n;
      if (size > 16) continue;
      const std::string r = bytes(t) == 8 ? "b64" : bytes(t) == 4 ? "b32" : "b16", v = n == 1 ? "" : n == 2 ? ".v2" : ".v4", list = n == 1 ? "%v0" : n == 2 ? "{%v0,%v1}" : "{%v0,%v1,%v2,%v3}";
      const std::string tail = v + "." + type + " ", regs = ".reg ." + r + " %v<4>; .local .align 16 .b8 l[32]; .shared .align 16 .b8 s[32]; .reg .b64 %s, %l;";
      struct { std::string load, store; } paths[] = {
          {"ld.global", "st.global"}, {"ld.global.nc", "st.global.wb"}, {"ld", "st"}, {"ld.volatile.global", "st.volatile.global"}, {"ld.relaxed.gpu.global", "st.relaxed.gpu.global"}, {"ld.weak", "st.weak"},
          {"ld.acquire.sys", "st.release.sys"}, {"ld.global.ca", "st.global.cg"}, {"ld.global.cs", "st.global.cs"}, {"ld.global.L1::evict_last", "st.global.wt"}, {"ld.global.nc.L1::no_allocate.L2::128B", "st.global.L1::no_allocate"}, {"ldu.global", "st.global"}};
      for (const auto& p : paths) {
        const auto b = bytesAfter(regs, p.load + tail + list + ", [%in+16]; " + p.store + tail + "[%out+32], " + list + ";");
        for (int k = 0; k < 64 && k < int(b.size()); k++) CHECK_EQUAL(int(b[k]), k >= 32 && k < 32 + size ? int(uint8_t((k - 16) * 5 + 120)) : 0);
        forms++;
      }
      // through shared and local memory, by name and by generic address
      const auto b = bytesAfter(regs, "ld.global" + tail + list + ", [%in+16]; st.shared" + tail + "[s+16], " + list + "; mov.u64 %s, s; cvta.shared.u64 %s, %s; ld" + tail + list + ", [%s+16]; mov.u64 %l, l; st.local" + tail + "[%l+16], " + list +
                                          "; cvta.local.u64 %l, %l; ld" + tail + list + ", [%l+16]; st" + tail + "[%s], " + list + "; ld.shared" + tail + list + ", [s]; st" + tail + "[%l], " + list + "; ld.local" + tail + list + ", [l]; st.global" + tail + "[%out], " + list + ";");
      for (int k = 0; k < size && k < int(b.size()); k++) CHECK_EQUAL(int(b[k]), int(uint8_t((k + 16) * 5 + 120)));
      forms += 6;
    }
  std::printf("%ld load and store forms\n", forms);
}

TEST(atomics) {
  const uint64_t one = 1;
  CHECK_EQUAL(counted<uint32_t>("u32", "add", {5, 0}, 3)[0], 5u + 96);
  CHECK_EQUAL(counted<uint32_t>("u32", "add", {5, 0}, 3, true)[0], 5u + 96);
  CHECK_EQUAL(counted<uint32_t>("s32", "add", {5, 0}, uint32_t(-1))[0], uint32_t(5 - 32));
  CHECK_EQUAL(counted<uint64_t>("u64", "add", {one << 40}, one << 33)[0], (one << 40) + (one << 38));
  CHECK_EQUAL(counted<float>("f32", "add", {0.5f, 0}, 0x3e800000)[0], 8.5f);
  CHECK_EQUAL(counted<double>("f64", "add", {0.5}, 0x3fd0000000000000)[0], 8.5);
  CHECK_EQUAL(counted<uint32_t>("b32", "exch", {5, 0}, 9)[0], 9u);
  CHECK_EQUAL(counted<uint64_t>("b64", "exch", {5}, one << 50)[0], one << 50);
  CHECK_EQUAL(counted<uint32_t>("b32", "and", {0xff, 0}, 0x3c)[0], 0x3cu);
  CHECK_EQUAL(counted<uint32_t>("b32", "or", {0xf0, 0}, 0x0c)[0], 0xfcu);
  CHECK_EQUAL(counted<uint32_t>("b32", "xor", {0xf0, 0}, 0x0c)[0], 0xf0u);
  CHECK_EQUAL(counted<uint64_t>("b64", "and", {0xff}, 0x3c)[0], 0x3cu);
  CHECK_EQUAL(counted<uint64_t>("b64", "or", {0xf0}, one << 63)[0], 0xf0u | one << 63);
  CHECK_EQUAL(counted<uint64_t>("b64", "xor", {0xf0}, 1)[0], 0xf0u);
  CHECK_EQUAL(counted<uint32_t>("u32", "min", {7, 0}, 0xffffffff)[0], 7u);
  CHECK_EQUAL(counted<int32_t>("s32", "min", {7, 0}, 0xffffffff)[0], -1);
  CHECK_EQUAL(counted<uint32_t>("u32", "max", {7, 0}, 0xffffffff)[0], 0xffffffffu);
  CHECK_EQUAL(counted<int32_t>("s32", "max", {7, 0}, 0xffffffff)[0], 7);
  CHECK_EQUAL(counted<uint64_t>("u64", "min", {7}, ~uint64_t{0})[0], 7u);
  CHECK_EQUAL(counted<int64_t>("s64", "min", {7}, ~uint64_t{0})[0], -1);
  CHECK_EQUAL(counted<uint64_t>("u64", "max", {7}, ~uint64_t{0})[0], ~uint64_t{0});
  CHECK_EQUAL(counted<int64_t>("s64", "max", {7}, ~uint64_t{0})[0], 7);
  CHECK_EQUAL(counted<uint32_t>("u32", "inc", {9, 0}, 6)[0], 31u % 7);  // 9 is too much: 0
  CHECK_EQUAL(counted<uint32_t>("u32", "dec", {9, 0}, 4)[0], (4u + 5 * 7 - 31) % 5);  // 9 is too much: 4
}

TEST(atomic_results_and_cas) {
  Device d(".entry k(.param .u64 p) { .reg .b64 %p, %x; .reg .b32 %a, %b; .reg .b16 %h; .reg .b64 %q; ld.param.u64 %p, [p];\n"
           "atom.global.cas.b32 %a, [%p], 7, 9; st.global.u32 [%p+32], %a; atom.global.cas.b32 %a, [%p], 7, 11; st.global.u32 [%p+36], %a;\n"
           "atom.relaxed.gpu.global.add.u32 %b, [%p+4], 1; red.global.add.u32 [%p+4], %b; red.add.f32 [%p+8], 0f3F800000;\n"
           "atom.cas.b64 %q, [%p+16], 5, 6; mov.b16 %h, 0x3c00; atom.add.noftz.f16 %h, [%p+24], %h; mov.b32 %a, 0x3c003c00; red.add.noftz.f16x2 [%p+28], %a; red.max.s32 [%p+12], -4; }");
  const uint64_t at = d.upload(std::vector<uint32_t>{7, 41, 0x40000000, uint32_t(-9), 5, 0, 0x4000, 0x40003c00, 0, 0});
  CHECK(!d.run("k", {1}, {1}, 0, at));
  const auto v = d.download<uint32_t>(at, 10);
  const std::vector<uint32_t> want = {9, 83, 0x40400000, uint32_t(-4), 6, 0, 0x4200, 0x42004000, 7, 9};
  for (size_t k = 0; k < want.size(); k++) CHECK_EQUAL(v[k], want[k]);
}

TEST(every_atomic_opcode_is_known) {
  for (const char* op : {"add.u32", "add.s32", "add.u64", "add.s64", "add.f32", "add.f64", "add.noftz.f16", "add.noftz.f16x2", "add.noftz.bf16", "add.noftz.bf16x2", "exch.b32", "exch.b64", "cas.b16", "cas.b32", "cas.b64", "and.b32",
                         "and.b64", "or.b32", "or.b64", "xor.b32", "xor.b64", "min.u32", "min.s32", "min.u64", "min.s64", "max.u32", "max.s32", "max.u64", "max.s64", "inc.u32", "dec.u32"})
    for (const char* prefix : {"atom.", "atom.global.", "atom.shared.", "atom.acq_rel.gpu.global.", "atom.relaxed.cta.shared::cta."}) CHECK(Forms::all().find(prefix + std::string(op)).has_value());
  for (const char* wrong : {"atom.add", "atom.global.add.u16", "red.cas.b32", "red.exch.b32", "atom.local.add.u32", "ld.global.v4.u64", "ld.global.v3.u32", "ld.globl.u32", "ld.relaxed.global.u32", "st.const.u32", "st.global.nc.u32",
                            "ld.global.nc.nc.u32", "ld", "ld.", "ld..u32", "add.u8", "add.rn.u32", "fma.f32", "cvt.f16.f32", "cvt.u32.f32", "setp.foo.u32", "mov.u8", "xx"})
    CHECK(!Forms::all().find(wrong).has_value());
}

TEST(variables_and_initializers) {
  Device d(".global .align 4 .u32 table[4] = {10, 0x20, -1};\n.const .align 8 .f64 half = 0d3FE0000000000000;\n.global .align 8 .u64 where[2] = {generic(table)+8, table};\n.global .f32 f = 1.5;\n.global .align 1 .b8 text[4] = {104, 105, 0};\n"
           ".entry k(.param .u64 out) { .reg .b64 %o, %p, %x; .reg .f64 %d; .reg .b32 %r; ld.param.u64 %o, [out];\n"
           "ld.const.f64 %d, [half]; st.global.f64 [%o], %d; ld.global.u64 %p, [where]; ld.global.u32 %r, [%p]; st.global.u32 [%o+8], %r; ld.global.u32 %r, [table+4]; st.global.u32 [%o+12], %r;\n"
           "mov.u64 %p, table; cvta.global.u64 %p, %p; ld.u32 %r, [%p+12]; st.global.u32 [%o+16], %r; ld.global.b32 %r, [f]; st.global.u32 [%o+20], %r; ld.global.b32 %r, [text]; st.global.u32 [%o+24], %r; mov.u64 %p, table+4; ld.global.u32 %r, [%p+-4]; st.global.u32 [%o+28], %r; }");
  const uint64_t out = d.room<uint32_t>(8);
  CHECK(!d.run("k", {1}, {1}, 0, out));
  const auto v = d.download<uint32_t>(out, 8);
  const std::vector<uint32_t> want = {0, 0x3fe00000, 0xffffffff, 0x20, 0, 0x3fc00000, 0x6968, 10};
  for (size_t k = 0; k < want.size(); k++) CHECK_EQUAL(v[k], want[k]);
  CHECK_EQUAL(d.module->variable("table")->size, 16u);
  const uint32_t patched = 77;
  CHECK(!d.memory.write(d.module->variable("table")->address + 12, &patched, 4));
  CHECK(!d.run("k", {1}, {1}, 0, out));
  CHECK_EQUAL(d.download<uint32_t>(out, 8)[4], 77u);
}

TEST(address_spaces) {
  Device d(".version 7.7\n.target sm_75\n.address_size 64\n.extern .shared .align 16 .b8 dyn[];\n.shared .align 4 .b8 fixed[20];\n.entry k(.param .u64 out, .param .align 8 .b8 s[16]) { .reg .b64 %o, %p, %q; .reg .pred %a, %b, %c, %d; .reg .b32 %r, %t; .local .align 4 .b8 l[4];\n"
           "ld.param.u64 %o, [out]; mov.u64 %p, l; cvta.local.u64 %p, %p; isspacep.local %a, %p; isspacep.shared %b, %p; isspacep.global %c, %o; isspacep.global %d, %p;\n"
           "selp.u32 %r, 1, 0, %a; @%b add.u32 %r, %r, 2; @%c add.u32 %r, %r, 4; @%d add.u32 %r, %r, 8; st.global.u32 [%o], %r;\n"
           "mov.b64 %q, s; ld.param.u32 %r, [%q+4]; st.global.u32 [%o+4], %r; cvta.param.u64 %q, %q; ld.u32 %r, [%q+8]; st.global.u32 [%o+8], %r; isspacep.param %a, %q; selp.u32 %r, 1, 0, %a; st.global.u32 [%o+12], %r;\n"
           "mov.u32 %r, dyn; st.global.u32 [%o+16], %r; mov.u32 %t, 5; st.shared.u32 [fixed+16], %t; st.shared.u32 [dyn+8], %t; mov.u32 %r, %dynamic_smem_size; st.global.u32 [%o+20], %r; ld.shared.u32 %r, [%t+35]; st.global.u32 [%o+24], %r; }");
  const uint64_t out = d.room<uint32_t>(8);
  CHECK_EQUAL(d.module->find("k")->paramBytes, 24u);
  CHECK_EQUAL(d.module->find("k")->sharedBytes, 20u);
  struct { uint64_t out; uint32_t s[4]; } p{out, {1, 22, 33, 4}};
  const LaunchConfig c{{1}, {1}, 16, reinterpret_cast<const std::byte*>(&p)};
  CHECK(!launch(*d.module->find("k"), c, d.memory, d.counters));
  const auto v = d.download<uint32_t>(out, 7);
  const std::vector<uint32_t> want = {5, 22, 33, 1, 32, 16, 5};
  for (size_t k = 0; k < want.size(); k++) CHECK_EQUAL(v[k], want[k]);
}

TEST(copies_and_sets) {
  Memory m(2, 1 << 20);
  const uint64_t a = m.allocate(0, 64, "a"), b = m.allocate(1, 64, "b");
  CHECK(a != 0 && b != 0 && a % 256 == 0 && a % 512 != 0);
  CHECK_EQUAL(m.used(0), 64u);
  std::vector<uint32_t> v(16, 7), w(16);
  CHECK(m.read(w.data(), a, 64).has_value());  // never written
  CHECK(!m.fill(a, 0x01020304, 4, 8));
  CHECK(m.read(w.data(), a, 33).has_value());
  CHECK(!m.read(w.data(), a, 32));
  CHECK_EQUAL(w[7], 0x01020304u);
  CHECK(!m.fill(a + 2, 0xbeef, 2, 1) && !m.fill(a + 1, 0xaa, 1, 1) && !m.read(w.data(), a, 32));
  CHECK_EQUAL(w[0], 0xbeefaa04u);
  CHECK(m.write(a + 60, v.data(), 8).has_value());
  CHECK(!m.copy(b, a, 64));
  CHECK(!m.read(w.data(), b, 32) && m.read(w.data(), b, 64).has_value());  // marks travel
  m.markWritten(*m.find(b), b, 64);
  CHECK(!m.read(w.data(), b, 64));
  CHECK_EQUAL(m.live(0).size(), 1u);
  CHECK(m.free(a + 4) == FreeResult::NotFound && m.free(a) == FreeResult::Ok && m.free(a) == FreeResult::DoubleFree);
  CHECK(m.write(a, v.data(), 4).has_value() && m.live(0).empty() && m.used(0) == 0);
  CHECK(m.allocate(0, (1 << 20) + 1, "too much") == 0 && m.allocate(0, 1 << 20, "all") != 0 && m.allocate(0, 1, "more") == 0);
  CHECK(m.free(b, State::FreePending) == FreeResult::Ok && m.free(b, State::FreePending) == FreeResult::DoubleFree && m.free(b) == FreeResult::Ok);
  std::vector<char> host(100);
  CHECK(m.registerHost(host.data(), 100, "h") && !m.registerHost(host.data() + 50, 10, "h"));
  CHECK(m.free(uint64_t(host.data())) == FreeResult::NotFound && m.unregisterHost(host.data()) == FreeResult::Ok && m.registerHost(host.data() + 50, 10, "h"));
}

int main() { return check::run(); }
