// SPDX-License-Identifier: Apache-2.0
// Control flow, lanes that talk to each other, barriers, calls, carry chains.
#include "../../src/ptx/forms.h"
#include "device.h"

using namespace initium::soft;
using namespace initium::soft::test;

namespace {

// The body sets %r from %t (thread number in the block); returns %r of every thread.
std::vector<uint32_t> threads(const std::string& body, uint32_t n = 32, uint64_t seed = 0, const std::string& module = "") {
  Device d(module + ".entry k(.param .u64 result) { .reg .b64 %o, %x, %y; .reg .b32 %t, %r, %a, %b, %c; .reg .pred %p, %q; .reg .f32 %f; .shared .align 8 .b8 s[4096]; ld.param.u64 %o, [result]; mov.u32 %t, %tid.x;\n" + body +
           "\n mad.wide.u32 %x, %t, 4, %o; st.global.u32 [%x], %r; }");
  if (!CHECK(d.module)) return std::vector<uint32_t>(n);
  d.seed = seed;
  const uint64_t out = d.room<uint32_t>(n);
  if (!CHECK(!d.run("k", {1}, {n}, 0, out))) return std::vector<uint32_t>(n);
  return d.download<uint32_t>(out, n);
}

template <class F> void expect(const std::vector<uint32_t>& got, F want) {
  for (uint32_t t = 0; t < got.size(); t++) CHECK_EQUAL(got[t], uint32_t(want(t)));
}

}  // namespace

TEST(shuffles) {
  const auto up = [](uint32_t t) { return t * t + 7; };
  const std::string a = "mad.lo.u32 %a, %t, %t, 7;\n";
  expect(threads(a + "shfl.sync.down.b32 %r|%p, %a, 3, 31, -1; @!%p mov.u32 %r, 1;"), [&](uint32_t t) { return t < 29 ? up(t + 3) : 1; });
  expect(threads(a + "shfl.sync.up.b32 %r|%p, %a, 5, 0, -1; @!%p mov.u32 %r, 1;"), [&](uint32_t t) { return t >= 5 ? up(t - 5) : 1; });
  expect(threads(a + "shfl.sync.bfly.b32 %r, %a, 16, 31, -1;"), [&](uint32_t t) { return up(t ^ 16); });
  expect(threads(a + "shfl.sync.idx.b32 %r, %a, 9, 31, -1;"), [&](uint32_t) { return up(9); });
  // width 8: c = ((32 - 8) << 8) | 31, as __shfl_down_sync(.., 8) makes it
  expect(threads(a + "shfl.sync.down.b32 %r|%p, %a, 2, 0x181f, -1;"), [&](uint32_t t) { return t % 8 < 6 ? up(t + 2) : up(t); });
  expect(threads(a + "shfl.sync.idx.b32 %r, %a, 3, 0x181f, -1;"), [&](uint32_t t) { return up(t / 8 * 8 + 3); });
  // after lanes parted, and in two groups with a mask each
  expect(threads(a + "setp.lt.u32 %p, %t, 16; @%p bra low; shfl.sync.bfly.b32 %r, %a, 1, 31, 0xffff0000; bra done; low: shfl.sync.bfly.b32 %r, %a, 2, 31, 0xffff; done:"), [&](uint32_t t) { return t < 16 ? up(t ^ 2) : up(t ^ 1); });
  expect(threads(a + "and.b32 %b, %t, 1; setp.eq.u32 %p, %b, 0; @%p bra even; add.u32 %a, %a, 1000; even: shfl.sync.bfly.b32 %r, %a, 1, 31, -1;"), [&](uint32_t t) { return up(t ^ 1) + (t % 2 ? 0 : 1000); });
  expect(threads(a + "mov.u32 %r, %a; setp.lt.u32 %p, %t, 8; selp.b32 %b, 0xff, 0xffffff00, %p; shfl.sync.idx.b32 %r, %a, 31, 31, %b; @%p mov.u32 %r, 0;"), [&](uint32_t t) { return t < 8 ? 0 : up(31); });
  expect(threads(a + "shfl.sync.bfly.b32 %r, %a, 1, 31, -1;", 16), [&](uint32_t t) { return up(t ^ 1); });  // a block smaller than a warp
}

TEST(votes_and_matches) {
  const std::string p = "setp.gt.u32 %p, %t, 20;\n";
  expect(threads(p + "vote.sync.ballot.b32 %r, %p, -1;"), [](uint32_t) { return 0xffe00000; });
  expect(threads(p + "vote.sync.ballot.b32 %r, !%p, -1;"), [](uint32_t) { return 0x001fffff; });
  expect(threads(p + "vote.sync.any.pred %q, %p, -1; selp.u32 %r, 1, 0, %q;"), [](uint32_t) { return 1; });
  expect(threads(p + "vote.sync.all.pred %q, %p, -1; selp.u32 %r, 1, 0, %q;"), [](uint32_t) { return 0; });
  expect(threads(p + "vote.sync.uni.pred %q, %p, -1; selp.u32 %r, 1, 0, %q;"), [](uint32_t) { return 0; });
  expect(threads("setp.ge.u32 %p, %t, 0; vote.sync.all.pred %q, %p, -1; selp.u32 %r, 1, 0, %q; vote.sync.uni.pred %q, %p, -1; @%q add.u32 %r, %r, 2;"), [](uint32_t) { return 3; });
  expect(threads("setp.gt.u32 %p, %t, 99; vote.sync.any.pred %q, %p, -1; selp.u32 %r, 1, 0, %q; vote.sync.uni.pred %q, %p, -1; @%q add.u32 %r, %r, 2;"), [](uint32_t) { return 2; });
  expect(threads("rem.u32 %a, %t, 5; match.any.sync.b32 %r, %a, -1;"), [](uint32_t t) { uint32_t m = 0; for (uint32_t k = t % 5; k < 32; k += 5) m |= 1u << k; return m; });
  expect(threads("rem.u32 %a, %t, 5; cvt.u64.u32 %y, %a; shl.b64 %y, %y, 40; match.any.sync.b64 %r, %y, -1;"), [](uint32_t t) { uint32_t m = 0; for (uint32_t k = t % 5; k < 32; k += 5) m |= 1u << k; return m; });
  expect(threads("match.all.sync.b32 %r|%p, %t, -1; @%p mov.u32 %r, 5; mov.u32 %a, 3; match.all.sync.b32 %b|%q, %a, -1; @%q add.u32 %r, %r, 7;"), [](uint32_t) { return 7; });
  expect(threads("mov.u64 %y, 3; match.all.sync.b64 %r|%p, %y, -1; @!%p mov.u32 %r, 5;"), [](uint32_t) { return ~0u; });
  expect(threads("setp.lt.u32 %p, %t, 4; mov.u32 %r, 0; @%p bra in; bra out; in: activemask.b32 %r; out:"), [](uint32_t t) { return t < 4 ? 15 : 0; });
}

TEST(special_registers) {
  expect(threads("mov.u32 %r, %laneid; mov.u32 %a, %warpid; mad.lo.u32 %r, %a, 100, %r; mov.u32 %a, %nwarpid; mad.lo.u32 %r, %a, 1000, %r;", 96), [](uint32_t t) { return t % 32 + t / 32 * 100 + 3000; });
  expect(threads("mov.u32 %r, %lanemask_lt;"), [](uint32_t t) { return (1u << t) - 1; });
  expect(threads("mov.u32 %r, %lanemask_le; mov.u32 %a, %lanemask_gt; xor.b32 %r, %r, %a;"), [](uint32_t) { return ~0u; });
  expect(threads("mov.u32 %r, %lanemask_ge; mov.u32 %a, %lanemask_eq; xor.b32 %r, %r, %a;"), [](uint32_t t) { return t == 31 ? 0 : ~0u << (t + 1); });
  expect(threads("mov.u64 %x, %clock64; mov.u64 %y, %clock64; setp.ge.u64 %p, %y, %x; selp.u32 %r, WARP_SZ, 0, %p; mov.u32 %a, %clock; mov.u64 %x, %globaltimer; mov.u32 %a, %smid; mov.u32 %b, %nsmid;"), [](uint32_t) { return 32; });
  Device d(".entry k(.param .u64 out) { .reg .b64 %o; .reg .b32 %r, %i; ld.param.u64 %o, [out]; mov.u32 %i, %ctaid.z; mov.u32 %r, %nctaid.y; mad.lo.u32 %i, %i, %r, 0; mov.u32 %r, %ctaid.y; add.u32 %i, %i, %r; mov.u32 %r, %nctaid.x; mul.lo.u32 %i, %i, %r; mov.u32 %r, %ctaid.x; add.u32 %i, %i, %r;\n"
           "mov.u32 %r, %ntid.z; mul.lo.u32 %i, %i, %r; mov.u32 %r, %tid.z; add.u32 %i, %i, %r; mov.u32 %r, %ntid.y; mul.lo.u32 %i, %i, %r; mov.u32 %r, %tid.y; add.u32 %i, %i, %r; mov.u32 %r, %ntid.x; mul.lo.u32 %i, %i, %r; mov.u32 %r, %tid.x; add.u32 %i, %i, %r;\n"
           "mad.wide.u32 %o, %i, 4, %o; mov.u32 %r, %nctaid.z; add.u32 %i, %i, %r; st.global.u32 [%o], %i; }");
  for (const uint64_t seed : {0, 1, 99}) {
    const uint64_t out = d.room<uint32_t>(2 * 3 * 5 * 5 * 3 * 3);
    d.seed = seed;
    d.workers = 2;
    CHECK(!d.run("k", {5, 3, 2}, {3, 3, 5}, 0, out));
    expect(d.download<uint32_t>(out, 1350), [](uint32_t t) { return t + 2; });
  }
}

TEST(branches) {
  const auto collatz = [](uint32_t t) { uint32_t n = t + 1, k = 0; for (; n != 1; k++) n = n % 2 ? 3 * n + 1 : n / 2; return k; };
  const std::string body = "add.u32 %a, %t, 1; mov.u32 %r, 0; loop: setp.eq.u32 %p, %a, 1; @%p bra done; and.b32 %b, %a, 1; setp.eq.u32 %q, %b, 0; @%q bra even; mad.lo.u32 %a, %a, 3, 1; bra next; even: shr.u32 %a, %a, 1; next: add.u32 %r, %r, 1; bra.uni loop; done:";
  for (const uint64_t seed : {0, 5}) expect(threads(body, 100, seed), collatz);
  expect(threads("rem.u32 %a, %t, 3; ts: .branchtargets l0, l1, l2; brx.idx %a, ts; l0: mov.u32 %r, 10; bra e; l1: mov.u32 %r, 11; bra e; l2: mov.u32 %r, 12; e:"), [](uint32_t t) { return 10 + t % 3; });
  expect(threads("mov.u32 %r, 4; { .reg .b32 %r; mov.u32 %r, 9; { .reg .pred %p; setp.eq.u32 %p, %r, 9; @%p bra l; mov.u32 %t, 0; l: } } { bra l; l: add.u32 %r, %r, 1; }"), [](uint32_t) { return 5; });
  // a cold block behind the join: lanes that took it still meet the others at the shuffle
  expect(threads("setp.lt.u32 %p, %t, 7; mov.u32 %a, %t; @%p bra cold; join: shfl.sync.bfly.b32 %r, %a, 1, 31, -1; bra out; cold: add.u32 %a, %a, 100; bra join; out:"), [](uint32_t t) { const uint32_t o = t ^ 1; return o < 7 ? o + 100 : o; });
  // lanes of one warp hand a lock around: the spinning ones must not starve the holder
  expect(threads("setp.eq.u32 %p, %t, 0; mov.u32 %a, 0; @%p st.shared.u32 [s], %a; @%p st.shared.u32 [s+4], %a; bar.sync 0;\n"
                 "again: atom.shared.cas.b32 %b, [s], 0, 1; setp.ne.u32 %q, %b, 0; @%q bra again; ld.volatile.shared.u32 %c, [s+4]; add.u32 %c, %c, 1; st.volatile.shared.u32 [s+4], %c; membar.cta; atom.shared.exch.b32 %b, [s], 0;\n"
                 "bar.sync 0; ld.shared.u32 %r, [s+4];", 64), [](uint32_t) { return 64; });
}

TEST(guards_and_exit) {
  Device d(".entry k(.param .u64 out) { .reg .b64 %o; .reg .b32 %t; .reg .pred %p; ld.param.u64 %o, [out]; mov.u32 %t, %tid.x; mad.wide.u32 %o, %t, 4, %o; setp.gt.u32 %p, %t, 9; @%p st.global.u32 [%o], 1; @!%p st.global.u32 [%o], 2; @!%p exit; st.global.u32 [%o], 3; @%p ret; st.global.u32 [%o], 4; }");
  const uint64_t out = d.room<uint32_t>(40);
  CHECK(!d.run("k", {1}, {40}, 0, out));
  expect(d.download<uint32_t>(out, 40), [](uint32_t t) { return t > 9 ? 3 : 2; });
}

TEST(lanes_that_left_are_not_waited_for) {
  // The lower half waits at the shuffle, which names all lanes, until the upper half has left.
  const auto r = threads("mov.u32 %r, 7; mad.wide.u32 %x, %t, 4, %o; setp.gt.u32 %p, %t, 15; @%p bra late; shfl.sync.bfly.b32 %r, %t, 1, 31, -1; bra done; late: st.global.u32 [%x], %t; exit; done:");
  expect(r, [](uint32_t t) { return t < 16 ? t ^ 1 : t; });
}

TEST(barriers) {
  const std::string fill = "shl.b32 %a, %t, 2; mov.u32 %b, s; add.u32 %a, %a, %b; st.shared.u32 [%a], %t;\n", mirror = "sub.u32 %c, 255, %t; shl.b32 %c, %c, 2; add.u32 %c, %c, %b; ld.shared.u32 %r, [%c];";
  for (const char* sync : {"bar.sync 0;", "barrier.sync 0;", "barrier.sync.aligned 1;", "bar.sync 3;", "bar.cta.sync 0;"})
    for (const uint64_t seed : {0, 3}) expect(threads(fill + "mov.u32 %c, 255; sub.u32 %r, %c, %t; " + sync + "shl.b32 %c, %r, 2; add.u32 %c, %c, %b; ld.shared.u32 %r, [%c];", 256, seed), [](uint32_t t) { return 255 - t; });
  expect(threads("setp.lt.u32 %p, %t, 70; bar.red.popc.u32 %r, 0, %p;", 128), [](uint32_t) { return 70; });
  expect(threads("setp.lt.u32 %p, %t, 70; bar.red.popc.u32 %r, 0, !%p;", 128), [](uint32_t) { return 58; });
  expect(threads("setp.lt.u32 %p, %t, 70; bar.red.and.pred %q, 0, %p; selp.u32 %r, 1, 0, %q; bar.red.or.pred %q, 0, %p; @%q add.u32 %r, %r, 2; barrier.red.or.pred %q, 0, !%q; @%q add.u32 %r, %r, 4;", 128), [](uint32_t) { return 2; });
  // bar.warp.sync orders shared memory inside a warp
  expect(threads(fill + "xor.b32 %c, %t, 31; shl.b32 %c, %c, 2; add.u32 %c, %c, %b; bar.warp.sync -1; ld.shared.u32 %r, [%c];"), [](uint32_t t) { return t ^ 31; });
}

TEST(calls) {
  const std::string square = ".func (.param .b32 r) sq(.param .b32 x) { .reg .b32 %a; ld.param.b32 %a, [x]; mul.lo.u32 %a, %a, %a; st.param.b32 [r], %a; ret; }\n"
                             ".func (.param .align 8 .b8 r[16]) two(.param .b32 x) { .reg .b32 %a; .reg .pred %p; .local .align 4 .b8 depot[8]; .reg .b64 %d; mov.u64 %d, depot; ld.param.b32 %a, [x]; setp.gt.u32 %p, %a, 20; st.param.b32 [r+4], 77; @%p bra big; st.local.u32 [%d], %a; ld.local.u32 %a, [depot]; "
                             "{ .param .b32 p; .param .b32 q; st.param.b32 [p], %a; call.uni (q), sq, (p); ld.param.b32 %a, [q]; } st.param.b32 [r], %a; ret; big: st.param.b32 [r], 0; ret; }\n";
  const std::string use = "{ .param .b32 p; .param .align 8 .b8 q[16]; st.param.b32 [p+0], %t; call.uni (q), two, (p); ld.param.b32 %r, [q+0]; ld.param.b32 %a, [q+4]; add.u32 %r, %r, %a; }";
  expect(threads(use, 64, 0, square), [](uint32_t t) { return (t > 20 ? 0 : t * t) + 77; });
  expect(threads("mov.u32 %r, 3; setp.eq.u32 %p, %t, 2; { .param .b32 p; .param .b32 q; st.param.b32 [p], %t; st.param.b32 [q], 0; @%p call (q), sq, (p); ld.param.b32 %r, [q]; }", 8, 0, square), [](uint32_t t) { return t == 2 ? 4 : 0; });
}

TEST(cooperative_launches) {
  // Blocks that wait for each other: one arrives, all spin until all have. Only a cooperative launch promises that.
  Device d(".entry k(.param .u64 count, .param .u64 out) { .reg .b64 %c, %o; .reg .b32 %r, %n, %b; .reg .pred %p; ld.param.u64 %c, [count]; ld.param.u64 %o, [out]; mov.u32 %n, %nctaid.x; mov.u32 %b, %ctaid.x; mad.wide.u32 %o, %b, 4, %o;\n"
           "atom.global.add.u32 %r, [%c], 1; spin: ld.volatile.global.u32 %r, [%c]; setp.lt.u32 %p, %r, %n; @%p bra spin; st.global.u32 [%o], %r; }");
  d.cooperative = true;
  for (const int workers : {1, 2}) {
    d.workers = workers;
    const uint64_t count = d.upload(std::vector<uint32_t>{0}), out = d.room<uint32_t>(7);
    CHECK(!d.run("k", {7}, {1}, 0, count, out));
    expect(d.download<uint32_t>(out, 7), [](uint32_t) { return 7; });
  }
}

TEST(instructions_without_a_result) {
  // They load and do nothing that a program could see.
  long forms = 0;
  for (const auto& [opcode, form] : Forms::all().table()) {
    if (form.results != 0 || form.size != 0 || opcode == "trap" || opcode == "bar.warp.sync") continue;
    const std::string operand = opcode.compare(0, 8, "prefetch") == 0 ? " [%x]" : form.operands.empty() ? "" : " 100";
    expect(threads("mov.u64 %x, %o; mov.u32 %r, 8; " + opcode + operand + ";"), [](uint32_t) { return 8; });
    forms++;
  }
  CHECK_EQUAL(forms, 19);  // 3 membar, 9 fence, 6 prefetch, nanosleep
}

TEST(carry_chains) {
  Device d(".entry k(.param .u64 in, .param .u64 out) { .reg .b64 %i, %o; .reg .b64 %a<2>, %b<2>, %r<4>; .reg .b32 %t, %x<4>, %y<4>; .reg .pred %p; ld.param.u64 %i, [in]; ld.param.u64 %o, [out]; mov.u32 %t, %tid.x; mad.wide.u32 %i, %t, 32, %i; mad.wide.u32 %o, %t, 96, %o;\n"
           "ld.global.v2.u64 {%a0, %a1}, [%i]; ld.global.v2.u64 {%b0, %b1}, [%i+16];\n"
           "add.cc.u64 %r0, %a0, %b0; addc.u64 %r1, %a1, %b1; st.global.v2.u64 [%o], {%r0, %r1};\n"
           "sub.cc.u64 %r0, %a0, %b0; subc.u64 %r1, %a1, %b1; st.global.v2.u64 [%o+16], {%r0, %r1};\n"
           "mov.b64 {%x0, %x1}, %a0; mov.b64 {%x2, %x3}, %a1; mov.b64 {%y0, %y1}, %b0; mov.b64 {%y2, %y3}, %b1;\n"
           "add.cc.u32 %x0, %x0, %y0; addc.cc.u32 %x1, %x1, %y1; addc.cc.u32 %x2, %x2, %y2; addc.u32 %x3, %x3, %y3; st.global.v4.u32 [%o+32], {%x0, %x1, %x2, %x3};\n"
           "sub.cc.u32 %x0, %x0, %y0; subc.cc.u32 %x1, %x1, %y1; subc.cc.u32 %x2, %x2, %y2; subc.u32 %x3, %x3, %y3; st.global.v4.u32 [%o+48], {%x0, %x1, %x2, %x3};\n"
           // a0 * b0 in 128 bits from 32-bit pieces, and from 64-bit ones
           "mul.lo.u32 %t, %x0, %y0; mul.hi.u32 %x2, %x0, %y0; mad.lo.cc.u32 %x2, %x0, %y1, %x2; madc.hi.u32 %x3, %x0, %y1, 0; mad.lo.cc.u32 %x2, %x1, %y0, %x2; madc.hi.cc.u32 %x3, %x1, %y0, %x3; addc.u32 %y2, 0, 0; mad.lo.cc.u32 %x3, %x1, %y1, %x3; madc.hi.u32 %y2, %x1, %y1, %y2;\n"
           "st.global.v4.u32 [%o+64], {%t, %x2, %x3, %y2}; mul.lo.u64 %r0, %a0, %b0; mad.hi.cc.u64 %r1, %a0, %b0, %a1; madc.lo.u64 %r2, 0, 0, 0; st.global.v2.u64 [%o+80], {%r1, %r2}; }");
  using u128 = unsigned __int128;
  std::vector<uint64_t> in;
  uint64_t s = 88172645463325252;
  const auto next = [&] { s ^= s << 13; s ^= s >> 7; s ^= s << 17; return s % 4 == 0 ? ~uint64_t{0} : s % 4 == 1 ? uint64_t{0} : s; };
  for (int k = 0; k < 32 * 4; k++) in.push_back(next());
  const uint64_t from = d.upload(in), to = d.room<uint64_t>(32 * 12);
  CHECK(!d.run("k", {1}, {32}, 0, from, to));
  const auto v = d.download<uint64_t>(to, 32 * 12);
  for (int t = 0; t < 32; t++) {
    const auto wide = [](const uint64_t* p) { return u128(p[1]) << 64 | p[0]; };
    const u128 a = wide(&in[t * 4]), b = wide(&in[t * 4 + 2]), product = u128(in[t * 4]) * in[t * 4 + 2], high = (product >> 64) + in[t * 4 + 1];
    const u128 want[] = {a + b, a - b, a + b, a, product, high};
    for (int k = 0; k < 6; k++) CHECK(wide(&v[t * 12 + 2 * k]) == want[k]);
  }
}

int main() { return check::run(); }
