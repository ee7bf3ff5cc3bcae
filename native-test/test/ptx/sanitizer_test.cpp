// SPDX-License-Identifier: Apache-2.0
// Every finding of the sanitizer provoked by a kernel written for it, and a clean twin that must stay silent.
#include "device.h"

using namespace initium::soft;
using namespace initium::soft::test;

namespace {


// %a is a buffer of 64 written words, %u one of 64 words never written, %t the thread, %g the thread in the grid, %c the block.
std::optional<Finding> run(const std::string& body, Dim3 grid = {1}, Dim3 block = {64}, uint64_t seed = 0, int workers = 1, const std::string& module = "") {
  Device d(module + ".entry k(.param .u64 a, .param .u64 u) {\n.reg .b64 %a, %u, %x, %y; .reg .b32 %t, %g, %c, %r, %s; .reg .b16 %h; .reg .pred %p; .shared .align 8 .b8 sm[256]; .local .align 8 .b8 lm[16];\n"
           "ld.param.u64 %a, [a]; ld.param.u64 %u, [u]; mov.u32 %t, %tid.x; mov.u32 %c, %ctaid.x; mov.u32 %r, %ntid.x; mad.lo.u32 %g, %c, %r, %t; mad.wide.u32 %x, %g, 4, %u;\n" + body + "\n}");
  if (!CHECK(d.module)) return {};
  d.seed = seed;
  d.workers = workers;
  const uint64_t a = d.upload(std::vector<uint32_t>(64, 7)), u = d.memory.allocate(0, 256, "unwritten");
  return d.run("k", grid, block, 0, a, u);
}

// The body must be reported with this status and text, at a PTX line of the body (from 7 on), its twin not at all.
void provoke(const std::string& bad, const std::string& text, Code code, const std::string& clean, Dim3 grid = {1}, Dim3 block = {64}, const std::string& module = "") {
  for (const uint64_t seed : {0, 1, 77}) {
    const auto f = run(bad, grid, block, seed, 1, module);
    if (!check::that(f.has_value(), __FILE__, __LINE__, "not found: " + text + " in " + bad)) continue;
    check::that(f->what.find(text) != std::string::npos, __FILE__, __LINE__, "wanted '" + text + "', got '" + f->what + "'");
    CHECK_EQUAL(int(f->code), int(code));
    CHECK_EQUAL(f->kernel, std::string("k"));
    CHECK(f->line >= 7);
    CHECK(f->report().find(text) != std::string::npos);
    const auto twin = run(clean, grid, block, seed, 1, module);
    check::that(!twin.has_value(), __FILE__, __LINE__, "false alarm in " + clean + (twin ? ": " + twin->what : ""));
  }
}

constexpr Code kIllegal = Code::IllegalAddress, kFailed = Code::LaunchFailed;

}  // namespace

TEST(bounds_of_global_memory) {
  provoke("st.global.u32 [%x+4], %t;", "out of bounds: 4-byte write", kIllegal, "st.global.u32 [%x], %t;");
  provoke("ld.global.u32 %r, [%a+256];", "out of bounds: 4-byte read", kIllegal, "ld.global.u32 %r, [%a+252];");
  provoke("ld.global.u32 %r, [%a+-4];", "out of bounds", kIllegal, "ld.global.u32 %r, [%a];");
  provoke("ld.global.v4.u32 {%r, %s, %r, %s}, [%a+256];", "out of bounds: 16-byte read", kIllegal, "ld.global.v4.u32 {%r, %s, %r, %s}, [%a+240];");
  provoke("atom.global.add.u32 %r, [%a+256], 1;", "out of bounds: 4-byte atomic", kIllegal, "atom.global.add.u32 %r, [%a+252], 1;");
  provoke("ld.u32 %r, [%a+256];", "out of bounds: 4-byte read", kIllegal, "ld.u32 %r, [%a];");
  provoke("mov.u64 %y, 0; ld.global.u32 %r, [%y];", "out of bounds", kIllegal, "mov.u64 %y, %a; ld.global.u32 %r, [%y];");
  const auto f = run("st.global.u32 [%x+8], %t;", {1}, {64});
  CHECK(f && f->thread.x == 62 && f->block.x == 0 && f->line == 7 && f->address != 0);
  CHECK(f && f->allocation.find("0 bytes past the end") == 0 && f->allocation.find("'unwritten' of 256 bytes") != std::string::npos);
}

TEST(bounds_of_other_memory) {
  provoke("st.shared.u32 [sm+256], %t;", "out of bounds: 4-byte write at offset 256 of shared memory", kIllegal, "setp.eq.u32 %p, %t, 0; @%p st.shared.u32 [sm+252], %t;");
  provoke("ld.local.u32 %r, [lm+16];", "of local memory", kIllegal, "st.local.u32 [lm+12], %t; ld.local.u32 %r, [lm+12];");
  provoke("ld.param.u64 %y, [u+8];", "of the parameters", kIllegal, "ld.param.u64 %y, [u];");
  provoke("st.global.u32 [v], %t;", "write to constant memory", kIllegal, "ld.const.u32 %r, [v];", {1}, {1}, ".const .u32 v = 4;\n");
}

TEST(an_address_of_another_space) {
  const std::string shared = "mov.u64 %y, sm; cvta.shared.u64 %y, %y; setp.eq.u32 %p, %t, 0; ";
  provoke(shared + "@%p st.global.u32 [%y], %t;", "out of bounds: 4-byte write", kIllegal, shared + "@%p st.u32 [%y], %t;");
  provoke("mov.u64 %y, lm; cvta.local.u64 %y, %y; ld.global.u32 %r, [%y];", "out of bounds: 4-byte read", kIllegal, "mov.u64 %y, lm; cvta.local.u64 %y, %y; st.u32 [%y], %t;");
}

TEST(alignment) {
  provoke("ld.global.u32 %r, [%a+2];", "misaligned: 4-byte read", Code::MisalignedAddress, "ld.global.u16 %h, [%a+2];");
  provoke("ld.global.v4.u32 {%r, %s, %r, %s}, [%a+8];", "misaligned: 16-byte read", Code::MisalignedAddress, "ld.global.v2.u32 {%r, %s}, [%a+8];");
  provoke("st.shared.u64 [sm+4], %a;", "misaligned: 8-byte write", Code::MisalignedAddress, "setp.eq.u32 %p, %t, 0; @%p st.shared.u64 [sm+8], %a;");
}

TEST(memory_never_written) {
  provoke("ld.global.u32 %r, [%u+4];", "read of memory never written: 4-byte read", kFailed, "ld.global.u32 %r, [%a+4];");
  provoke("setp.eq.u32 %p, %t, 0; @%p st.global.u8 [%u], %t; @%p ld.global.u32 %r, [%u];", "never written", kFailed, "setp.eq.u32 %p, %t, 0; @%p st.global.u32 [%u], %t; @%p ld.global.u32 %r, [%u];");
  provoke("atom.global.add.u32 %r, [%u], 1;", "never written: 4-byte atomic", kFailed, "atom.global.add.u32 %r, [%a], 1;");
  provoke("ld.shared.u32 %r, [sm+8];", "of shared memory", kFailed, "setp.eq.u32 %p, %t, 0; @%p st.shared.u32 [sm+8], %t; bar.sync 0; ld.shared.u32 %r, [sm+8];");
  provoke("st.local.u32 [lm], %t; ld.local.u64 %y, [lm];", "of local memory", kFailed, "st.local.u32 [lm], %t; st.local.u32 [lm+4], %t; ld.local.u64 %y, [lm];");
  // shared memory starts unwritten in every block, not only the first
  provoke("setp.eq.u32 %p, %c, 0; @%p st.shared.u32 [sm], 1; bar.sync 0; ld.shared.u32 %r, [sm];", "", kFailed, "setp.eq.u32 %p, %t, 0; @%p st.shared.u32 [sm], %t; bar.sync 0; ld.shared.u32 %r, [sm];", {3}, {1});
}

TEST(freed_memory) {
  Device d(".entry k(.param .u64 a) { .reg .b64 %a; .reg .b32 %r; ld.param.u64 %a, [a]; ld.global.u32 %r, [%a]; }");
  const uint64_t a = d.upload(std::vector<uint32_t>(4, 1));
  CHECK(!d.run("k", {1}, {1}, 0, a));
  CHECK(d.memory.free(a) == FreeResult::Ok);
  const auto f = d.run("k", {1}, {1}, 0, a);
  CHECK(f && f->what == "use after free: 4-byte read" && f->code == kIllegal && f->allocation.find("freed") != std::string::npos);
  const uint64_t b = d.memory.allocate(0, 16, "later");
  CHECK(b != a);  // addresses do not come back
  const uint64_t other = d.memory.allocate(1, 16, "on device 1");
  const auto g = d.run("k", {1}, {1}, 0, other);
  CHECK(g && g->what == "memory of another device: 4-byte read" && g->allocation.find("on device 1") != std::string::npos);
  uint32_t host = 3;
  const auto h = d.run("k", {1}, {1}, 0, uint64_t(&host));
  CHECK(h && h->code == kIllegal);
  CHECK(d.memory.registerHost(&host, 4, "host"));
  CHECK(!d.run("k", {1}, {1}, 0, uint64_t(&host)));
}

TEST(races_in_shared_memory) {
  const std::string own = "shl.b32 %s, %t, 2; mov.u32 %r, sm; add.u32 %s, %s, %r; st.shared.u32 [%s], %t;";
  provoke("st.shared.u32 [sm], %t;", "race in shared memory: write not ordered with an access by thread", kFailed, own);
  provoke(own + " xor.b32 %s, %s, 4; ld.shared.u32 %r, [%s];", "race in shared memory", kFailed, own + " bar.sync 0; xor.b32 %s, %s, 4; ld.shared.u32 %r, [%s];");
  // read, then another warp writes: the reader is remembered too
  provoke(own + " bar.sync 0; setp.lt.u32 %p, %t, 32; @%p ld.shared.u32 %r, [sm+4]; setp.eq.u32 %p, %t, 50; @%p st.shared.u32 [sm+4], %t;", "race in shared memory", kFailed,
          own + " bar.sync 0; setp.lt.u32 %p, %t, 32; @%p ld.shared.u32 %r, [sm+4]; bar.sync 0; setp.eq.u32 %p, %t, 50; @%p st.shared.u32 [sm+4], %t;");
  provoke(own + " bar.sync 0; st.shared.u32 [%s], %c; bar.warp.sync -1; xor.b32 %s, %s, 128; ld.shared.u32 %r, [%s];", "race in shared memory", kFailed, own + " bar.warp.sync -1; xor.b32 %s, %s, 124; ld.shared.u32 %r, [%s];");
  provoke("setp.eq.u32 %p, %t, 0; @%p st.shared.u32 [sm], 0; bar.sync 0; atom.shared.add.u32 %r, [sm], 1; ld.shared.u32 %r, [sm];", "race in shared memory", kFailed,
          "setp.eq.u32 %p, %t, 0; @%p st.shared.u32 [sm], 0; bar.sync 0; atom.shared.add.u32 %r, [sm], 1; bar.sync 0; ld.shared.u32 %r, [sm];");
  // neighboring bytes of one word are not a race
  provoke("cvt.u16.u32 %h, %t; mov.u32 %r, sm; shr.u32 %s, %t, 1; add.u32 %s, %s, %r; st.shared.u8 [%s], %h;", "race", kFailed, "cvt.u16.u32 %h, %t; mov.u32 %r, sm; add.u32 %s, %t, %r; st.shared.u8 [%s], %h;");
}

TEST(races_in_global_memory) {
  provoke("st.global.u32 [%u], %t;", "race in global memory: write not ordered with an access by thread", kFailed, "st.global.u32 [%x], %t;");
  provoke("setp.eq.u32 %p, %t, 0; @%p st.global.u32 [%a], %c;", "race in global memory: write not ordered with an access by block", kFailed, "setp.eq.u32 %p, %g, 0; @%p st.global.u32 [%a], %c;", {4}, {8});
  provoke("ld.global.u32 %r, [%a]; setp.eq.u32 %p, %g, 9; @%p st.global.u32 [%a], %r;", "race in global memory", kFailed, "ld.global.u32 %r, [%a]; setp.eq.u32 %p, %g, 9; @%p st.global.u32 [%a+4], %r;", {4}, {8});
  provoke("setp.eq.u32 %p, %g, 0; @%p st.global.u32 [%a], %c; ld.global.u32 %r, [%a];", "race in global memory", kFailed, "setp.eq.u32 %p, %g, 0; @%p st.global.u32 [%a], %c; bar.sync 0; ld.global.u32 %r, [%a];", {1}, {64});
  provoke("atom.global.add.u32 %r, [%a], 1; ld.global.u32 %r, [%a];", "race in global memory", kFailed, "atom.global.add.u32 %r, [%a], 1; ld.volatile.global.u32 %r, [%a];", {3}, {32});
  provoke("st.global.u32 [%x], %t; xor.b32 %s, %g, 1; mad.wide.u32 %y, %s, 4, %u; ld.global.u32 %r, [%y];", "race in global memory", kFailed,
          "st.global.u32 [%x], %t; bar.warp.sync -1; xor.b32 %s, %g, 1; mad.wide.u32 %y, %s, 4, %u; ld.global.u32 %r, [%y];", {1}, {32});
  // all have read, one of them twice, which then writes; and a plain read, which a later volatile one does not hide
  provoke("ld.global.u32 %r, [%a]; setp.eq.u32 %p, %t, 31; @%p ld.global.u32 %r, [%a]; @%p st.global.u32 [%a], %r;", "several threads of this block", kFailed, "setp.eq.u32 %p, %t, 31; @%p ld.global.u32 %r, [%a]; @%p ld.global.u32 %r, [%a]; @%p st.global.u32 [%a], %r;", {1}, {32});
  const std::string later = " setp.eq.u32 %p, %t, 1; @%p ld.volatile.global.u32 %r, [%a]; setp.eq.u32 %p, %t, 2; @%p st.volatile.global.u32 [%a], %t;";
  provoke("setp.eq.u32 %p, %t, 0; @%p ld.global.u32 %r, [%a];" + later, "race in global memory", kFailed, "setp.eq.u32 %p, %t, 0; @%p ld.volatile.global.u32 %r, [%a];" + later, {1}, {32});
  // 16-bit elements: neighbors are fine, the same one twice is not
  provoke("cvt.u16.u32 %h, %t; shr.u32 %s, %g, 1; mad.wide.u32 %y, %s, 2, %u; st.global.u16 [%y], %h;", "race in global memory", kFailed, "cvt.u16.u32 %h, %t; mad.wide.u32 %y, %g, 2, %u; st.global.u16 [%y], %h;");
  // a block barrier orders nothing between blocks
  provoke("mad.wide.u32 %y, %t, 4, %u; st.global.u32 [%y], %t; bar.sync 0;", "race in global memory", kFailed, "st.global.u32 [%x], %t; bar.sync 0;", {2}, {32});
  // two launches are ordered
  Device d(".entry k(.param .u64 a) { .reg .b64 %a; .reg .b32 %t; ld.param.u64 %a, [a]; mov.u32 %t, %tid.x; xor.b32 %t, %t, 1; mad.wide.u32 %a, %t, 4, %a; st.global.u32 [%a], %t; }\n"
           ".entry j(.param .u64 a) { .reg .b64 %a; .reg .b32 %t; ld.param.u64 %a, [a]; mov.u32 %t, %tid.x; mad.wide.u32 %a, %t, 4, %a; ld.global.u32 %t, [%a]; st.global.u32 [%a], %t; }");
  const uint64_t a = d.room<uint32_t>(64);
  for (int k = 0; k < 3; k++) CHECK(!d.run("k", {1}, {64}, 0, a) && !d.run("j", {1}, {64}, 0, a));
}

TEST(launch_numbers_wrap_without_false_alarms) {
  Device d(".entry k(.param .u64 a) { .reg .b64 %a; .reg .b32 %t; ld.param.u64 %a, [a]; mov.u32 %t, %tid.x; xor.b32 %t, %t, 1; mad.wide.u32 %a, %t, 4, %a; st.global.u32 [%a], %t; }\n.entry nothing() { ret; }\n"
           ".entry j(.param .u64 a) { .reg .b64 %a; .reg .b32 %t; ld.param.u64 %a, [a]; mov.u32 %t, %tid.x; mad.wide.u32 %a, %t, 4, %a; st.global.u32 [%a], %t; }");
  const uint64_t a = d.room<uint32_t>(64);
  CHECK(!d.run("k", {1}, {64}, 0, a));
  for (int k = 0; k < 16382; k++) d.run("nothing", {1}, {1}, 0);
  CHECK(!d.run("j", {1}, {64}, 0, a));  // the same number as the first launch, 16383 later
}

TEST(barrier_divergence) {
  provoke("setp.lt.u32 %p, %t, 10; @%p bar.sync 0;", "barrier divergence", kFailed, "bar.sync 0;");
  provoke("setp.lt.u32 %p, %t, 32; @%p bar.sync 0;", "barrier divergence: 32 threads wait at PTX line 7 and cannot go on; 32 threads of the block have left the kernel", kFailed, "bar.sync 0;");
  provoke("setp.eq.u32 %p, %t, 5; @%p exit; bar.sync 0;", "1 threads of the block have left", kFailed, "setp.eq.u32 %p, %t, 5; bar.sync 0; @%p exit;");
  provoke("setp.lt.u32 %p, %t, 10; @%p bra l;\nbar.sync 0; bra e; l:\nbar.sync 0; e:", "barrier divergence: 64 threads wait at PTX line", kFailed, "setp.lt.u32 %p, %t, 10; @%p bra l; l: bar.sync 0;");
  provoke("setp.lt.u32 %p, %t, 10; @%p bra l; mov.u32 %r, 1; shfl.sync.idx.b32 %r, %t, 0, 31, -1; bra e; l: bar.sync 0; e:", "barrier divergence", kFailed, "shfl.sync.idx.b32 %r, %t, 0, 31, -1; bar.sync 0;");
  provoke("setp.gt.u32 %p, %t, 3; @%p bra e; shfl.sync.idx.b32 %r, %t, 0, 31, 0xff0; e: bar.sync 0;", "member mask does not name", kFailed, "setp.gt.u32 %p, %t, 3; @%p bra e; shfl.sync.idx.b32 %r, %t, 0, 31, 0xf; e: bar.sync 0;");
}

TEST(traps_tables_and_time) {
  provoke("setp.eq.u32 %p, %t, 63; @%p trap;", "trap", kFailed, "setp.eq.u32 %p, %t, 64; @%p trap;");
  provoke("ts: .branchtargets l0, l1; brx.idx %t, ts; l0: l1:", "brx.idx: index", Code::IllegalInstruction, "and.b32 %t, %t, 1; ts: .branchtargets l0, l1; brx.idx %t, ts; l0: l1:");
  provoke("min.u32 %t, %t, 2; ts: .branchtargets l0, l1; brx.idx %t, ts; l0: l1:", "brx.idx: index 2 of a table of 2", Code::IllegalInstruction, "min.u32 %t, %t, 1; ts: .branchtargets l0, l1; brx.idx %t, ts; l0: l1:");
  setenv("INITIUM_SOFT_TIMEOUT", "1", 1);
  const auto f = run("loop: bra loop;");
  unsetenv("INITIUM_SOFT_TIMEOUT");
  CHECK(f && f->code == Code::Timeout);
}

TEST(assertions) {
  const std::string module = ".extern .func __assertfail(.param .b64 m, .param .b64 f, .param .b32 l, .param .b64 n, .param .b64 c);\n.global .align 1 .b8 text[5] = {120, 32, 62, 32, 49};\n.global .align 1 .b8 zero[1];\n.global .align 1 .b8 s[4] = {97, 46, 99, 117};\n.global .align 1 .b8 z2[1];\n.global .align 1 .b8 w[6] = {120, 32, 62, 32, 49, 0};\n";
  const std::string fail = "{ .param .b64 m; .param .b64 f; .param .b32 l; .param .b64 n; .param .b64 c; mov.u64 %x, w; st.param.b64 [m], %x; st.param.b64 [f], %x; st.param.b32 [l], 12; st.param.b64 [n], %x; st.param.b64 [c], 1; @%p call __assertfail, (m, f, l, n, c); }";
  provoke("setp.eq.u32 %p, %t, 40;" + fail, "assertion failed: x > 1 (x > 1:12, x > 1)", Code::Assert, "setp.eq.u32 %p, %t, 64;" + fail, {1}, {64}, module);
}

TEST(launches_that_are_refused) {
  Device d(".entry k(.param .u64 a, .param .u32 n) .maxntid 128, 1, 1 { ret; }\n.entry r() .reqntid 32, 2, 1 { ret; }\n.entry s() { .shared .align 4 .b8 x[40000]; ret; }");
  const uint64_t a = d.room<uint32_t>(1);
  CHECK(!d.run("k", {1}, {128}, 0, a, uint32_t(1)));
  CHECK(d.run("k", {1}, {129}, 0, a, uint32_t(1))->code == Code::OutOfResources);
  CHECK(d.run("k", {0}, {1}, 0, a, uint32_t(1))->code == Code::InvalidValue);
  CHECK(d.run("k", {1}, {1}, 240000, a, uint32_t(1))->code == Code::InvalidValue);
  CHECK(d.run("k", {1, 65536}, {1}, 0, a, uint32_t(1))->code == Code::InvalidValue);
  CHECK(d.run("s", {1}, {1}, 200000)->code == Code::InvalidValue && !d.run("s", {1}, {1}, 20000));
  CHECK(d.run("r", {1}, {64}, 0)->code == Code::InvalidValue);
  CHECK(!d.run("r", {1}, {32, 2}, 0));
  CHECK_EQUAL(d.module->find("k")->maxThreads, 128u);
}

TEST(load_errors_name_the_line) {
  const auto log = [](const std::string& text) { Memory m(1, 1 << 20); std::string l; CHECK(!Module::load(text, m, 0, l)); CHECK(m.live(0).empty()); return l; };
  const std::string h = kHeader;
  CHECK_EQUAL(log(h + ".entry k() {\n .reg .b32 %r;\n frob.u32 %r, 1;\n}"), std::string("line 6: unknown instruction or modifier 'frob.u32'"));
  CHECK_EQUAL(log(h + ".entry k() {\n .reg .b32 %r;\n add.wrong.u32 %r, 1, 2;\n}"), std::string("line 6: unknown instruction or modifier 'add.wrong.u32'"));
  CHECK_EQUAL(log(h + ".entry k() {\n .reg .b64 %r;\n add.u32 %r, 1, 2;\n}"), std::string("line 6: register '%r' of type .b64 where .u32 is needed"));
  CHECK_EQUAL(log(h + ".entry k() {\n bra nowhere;\n}"), std::string("line 5: not a label: 'nowhere'"));
  CHECK_EQUAL(log(h + ".entry k() {\n .reg .b32 %r; add.u32 %r, %r;\n}"), std::string("line 5: add.u32 takes 3 operands, not 2"));
  CHECK_EQUAL(log(h + ".entry k() {\n .reg .b32 %r;\n add.u32 %r, %q, 1;\n}"), std::string("line 6: unknown register '%q'"));
  for (const char* wrong : {"st.global.u32 [%d], [%d];", "ld.global.u32 [%d], [%d];", "add.u32 %r, [%d], 1;", "ld.global.u32 %r, %d;", "mov.u32 3, %r;", "mov.u32 %tid.x, 3;", "add.u32 {%r, %r}, %r, 1;", "ld.global.v2.u32 {%r}, [%d];",
                            "st.global.v2.u32 [%d], {%r, %r, %r};", "prefetch.global.L1 %d;", "@%r mov.u32 %r, 1;", "mov.b64 %d, {%r, %r, %r};", "mov.b32 %r, {%r, %r};", "setp.eq.u32 %r, %r, 1;", "bra %r;", "bar.sync;", "call %r;", "shfl.sync.idx.b32 %r, %r, 1, 2;",
                            "ld.shared.u32 %r, [%q];", "mov.u32 %r, !%r;", "selp.u32 %r, 1, 2, %r;", "ld.global.u32 %r, [%r];", "cvt.u32.u64 %r, %r;", "ret %r;", "mov.u32 %r, %d;", "st.global.u64 [%d], %r;", "bar.red.popc.u32 %r, 0;", "bar.sync 16;", "bar.sync %r;", "bar.sync 1, 64;"}) {
    const std::string l = log(h + ".entry k() {\n .reg .b32 %r; .reg .b64 %d;\n" + wrong + "\n}");
    check::that(l.find("line 6: ") == 0, __FILE__, __LINE__, std::string(wrong) + " gave '" + l + "'");
  }
  CHECK_EQUAL(log(h + ".func f() {\n { call f; } }\n.entry k() { call f; }"), std::string("line 5: recursive call of 'f' is not supported"));
  // a function that no kernel calls
  for (const char* before : {".entry k() { ret; }\n", ".func (.param .b32 r) g(.param .b32 a) { st.param.b32 [r], 1; ret; }\n", ".visible .func g();\n"}) {
    CHECK_EQUAL(log(h + before + ".func (.param .b32 r) f(.param .b32 a) { .reg .b32 %r; ld.param.b32 %r, [a];\n frob.u32 %r, 1;\n st.param.b32 [r], %r; ret; }"), std::string("line 6: unknown instruction or modifier 'frob.u32'"));
    CHECK_EQUAL(log(h + before + ".func f() { .reg .b32 %r;\n add.u32.cc %r, 1, 2;\n}"), std::string("line 6: unknown instruction or modifier 'add.u32.cc'"));
    CHECK_EQUAL(log(h + before + ".func f() {\n ret\n}"), std::string("line 7: expected an operand at '}'"));
  }
  CHECK_EQUAL(log(h + ".entry k() { .reg .b64 %q;\n cvta.param.u64 %q, %q; }"), std::string("line 5: 'cvta.param.u64' needs .version 7.7"));
  CHECK_EQUAL(log(".version 12.0\n.target sm_75\n.address_size 64"), std::string("line 2: unsupported .version 12.0"));
  CHECK(log(".version 6.3\n.target sm_75\n.address_size 32").find("must be 64") != std::string::npos);
  CHECK(log(h + ".extern .global .u32 x;\n.entry k() {}").find("extern variable 'x' is not defined") != std::string::npos);
  CHECK(log(h + ".entry k() { .shared .b8 x[50000]; }").find("static shared") != std::string::npos);
  CHECK(log(h + ".global .b8 x[2000000];").find("out of memory") != std::string::npos);
  CHECK(log(h + ".entry k() { .reg .b64 %d; ld.global.v4.u64 {%d, %d, %d, %d}, [%d]; }").find("unknown instruction") != std::string::npos);
  CHECK(log("").find("expected '.version'") != std::string::npos);
  struct { const char *text, *error; } const texts[] = {
      {"/* no end", "line 4: comment without end"}, {"#", "line 4: unexpected character code 35"}, {".pragma \"no end", "line 4: string without end"}, {".alias f, g;", "line 4: unknown directive at '.alias'"},
      {".entry k() {}\n.entry k() {}", "line 5: kernel defined twice: 'k'"}, {".global .u64 p = q;", "line 4: initializer names 'q', which is not a variable whose address fits"},
      {".global .u32 q;\n.global .u32 p = q;", "line 5: initializer names 'q', which is not a variable whose address fits"}, {".global .u32 a[];", "line 4: extern variable 'a' is not defined"},
      {".entry k() {\n.global .u32 p;\n}", "line 5: variables of this space belong outside functions"}, {".extern .func f();\n.entry k() {\ncall f;\n}", "line 6: call of 'f', which the module does not define"},
      {"/* two\nlines */ .entry k() {\n frob;\n}", "line 6: unknown instruction or modifier 'frob'"}, {".entry k() {\n{", "line 5: expected '}' at the end of the text"}};
  for (const auto& t : texts) CHECK_EQUAL(log(h + t.text), std::string(t.error));
}

TEST(text_without_meaning_is_skipped) {
  Device d(".version 6.3 /* any\n words */\n.target sm_75, debug // comment\n.address_size 64\n.file 1 \"a.cu\"\n.pragma \"nounroll\";\n.section .debug_str { info: .b8 1, 2 }\n"
           ".visible .entry k(.param .u64 .ptr .global .align 4 p) .maxntid 32 .minnctapersm 2 .maxnreg 40 {\n.loc 1 2 3\n.pragma \"nounroll\";;\n.reg .b64 %p; ld.param.u64 %p, [p];\n.loc 1 3, function_name info, inlined_at 1 2 3\nst.global.u32 [%p], 5; }");
  const uint64_t at = d.room<uint32_t>(1);
  CHECK(d.module && !d.run("k", {1}, {1}, 0, at));
  CHECK_EQUAL(d.download<uint32_t>(at, 1)[0], 5u);
}

TEST(counters_count) {
  Device d(".entry k(.param .u64 a) { .reg .b64 %a; .reg .f32 %f; .reg .b32 %t; .reg .pred %p; ld.param.u64 %a, [a]; mov.u32 %t, %tid.x; mad.wide.u32 %a, %t, 4, %a; ld.global.f32 %f, [%a]; ex2.approx.f32 %f, %f; setp.lt.u32 %p, %t, 10; @%p add.f32 %f, %f, %f; st.global.f32 [%a], %f; }");
  const uint64_t a = d.upload(std::vector<float>(50, 1));
  CHECK(!d.run("k", {1}, {50}, 0, a) && !d.run("k", {1}, {50}, 0, a));
  const KernelCount c = d.counters.of("k");
  CHECK(c.launches == 2 && c.threads == 100 && c.approx == 100 && c.bytesRead == 400 && c.bytesWritten == 400);
  CHECK_EQUAL(c.instructions, 2u * (8 * 50 + 10));
  CHECK(c.byOpcode == (std::map<std::string, uint64_t>{{"ld.param.u64", 100}, {"ld.global.f32", 100}, {"mov.u32", 100}, {"mad.wide.u32", 100}, {"ex2.approx.f32", 100}, {"setp.lt.u32", 100}, {"add.f32", 20}, {"st.global.f32", 100}, {"exit", 100}}));
  CHECK(d.counters.report().find("{\"kernel\":\"k\",\"launches\":2,\"threads\":100,") == 0);
}

TEST(lines_are_counted_by_warps_whether_predicated_off_or_not) {
  Device d(".entry k() {\n.reg .b32 %t; .reg .pred %p;\nmov.u32 %t, %tid.x;\nsetp.lt.u32 %p, %t, 32;\n@%p add.u32 %t, %t, 1;\n@%p bra E;\nadd.u32 %t, %t, 2;\nE: exit;\n}");
  CHECK(!d.run("k", {3}, {50}, 0));
  CHECK(d.counters.of("k").byLine == (std::map<int, uint64_t>{{6, 6}, {7, 6}, {8, 6}, {9, 6}, {10, 3}, {11, 6}}));
}

int main() {
  std::fflush(stderr);
  if (std::freopen("/dev/null", "w", stderr) == nullptr) return 1;  // hundreds of reports, all wanted
  return check::run();
}
