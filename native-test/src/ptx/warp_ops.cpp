// SPDX-License-Identifier: Apache-2.0
// Instructions where the lanes of a warp talk to each other. The scheduler calls them when all
// lanes that the member mask names are here; m is those lanes.
#include <algorithm>

#include "forms.h"

namespace initium::soft {

namespace {

constexpr u64 kPoison = 0xdeadbeef;  // from a lane that does not take part: the ISA leaves it open

struct Lanes {  // a copy of a register: it may be the destination too
  u64 at[kLanes];
  Lanes(Warp& w, uint32_t slot) { std::copy_n(w.slot(slot), kLanes, at); }
};

// op: d, p or none, a, b, c. F(lane, b, segment, clamp) is the lane to read, and whether it may be.
template <class F> void shfl(Warp& w, const Instr& i, Mask m) {
  const u64 *b = w.slot(i.op[3]), *c = w.slot(i.op[4]);
  const Lanes a(w, i.op[2]);
  u64* d = w.slot(i.op[0]);
  const Mask valid = which(m, [&](int l) {
    const int segment = int(c[l] >> 8 & 31), clamp = int(c[l] & 31);
    const int bound = (l & segment) | (clamp & ~segment);
    const auto [from, ok] = F{}(l, int(b[l] & 31), segment, bound);
    d[l] = m >> (ok ? from : l) & 1 ? a.at[ok ? from : l] : kPoison;
    return ok;
  });
  if (i.op[1] != kNone) assign(w, i.op[1], valid, m);
}

template <class F> void vote(Warp& w, const Instr& i, Mask m) {
  assign(w, i.op[0], F{}(predicate(w, i.op[1]) & m, m) ? m : 0, m);
}
void ballot(Warp& w, const Instr& i, Mask m) {
  const Mask yes = predicate(w, i.op[1]) & m;
  u64* d = w.slot(i.op[0]);
  each(m, [&](int l) { d[l] = yes; });
}
void matchAny(Warp& w, const Instr& i, Mask m) {
  const Lanes a(w, i.op[1]);
  u64* d = w.slot(i.op[0]);
  each(m, [&](int l) { d[l] = which(m, [&](int k) { return a.at[k] == a.at[l]; }); });
}
void matchAll(Warp& w, const Instr& i, Mask m) {  // op: d, p or none, a
  const Lanes a(w, i.op[2]);
  const u64 first = a.at[std::countr_zero(m)];
  const Mask all = which(m, [&](int l) { return a.at[l] == first; }) == m ? m : 0;
  u64* d = w.slot(i.op[0]);
  each(m, [&](int l) { d[l] = all; });
  if (i.op[1] != kNone) assign(w, i.op[1], all, m);
}
void activeMask(Warp& w, const Instr& i, Mask m) {
  u64* d = w.slot(i.op[0]);
  each(m, [&](int l) { d[l] = m; });
}
void syncWarp(Warp& w, const Instr&, Mask) { w.phase = ++w.block->phase; }

}  // namespace

void addWarps(Forms& forms) {
  const Type p = Type::Pred, b = Type::B32, wide = Type::B64;
  const auto put = [&](const std::string& name, std::vector<Type> operands, Handler run,
                       uint8_t results = 1) {
    forms.add(name, Form{{.run = run, .flow = Flow::Converge}, std::move(operands), results});
  };
  const auto shuffle = [&]<class F>(const std::string& how, F) {
    put("shfl.sync." + how + ".b32", {b, p, b, b, b, b}, shfl<F>, 2);
  };
  using Source = std::pair<int, bool>;
  shuffle("up", [](int l, int by, int, int bound) { return Source(l - by, l - by >= bound); });
  shuffle("down", [](int l, int by, int, int bound) { return Source(l + by, l + by <= bound); });
  shuffle("bfly", [](int l, int by, int, int bound) { return Source(l ^ by, (l ^ by) <= bound); });
  shuffle("idx", [](int l, int by, int segment, int bound) {
    const int from = (l & segment) | (by & ~segment);
    return Source(from, from <= bound);
  });
  const auto votes = [&]<class F>(const std::string& how, F) {
    put("vote.sync." + how + ".pred", {p, p, b}, vote<F>);
  };
  votes("all", [](Mask yes, Mask m) { return yes == m; });
  votes("any", [](Mask yes, Mask) { return yes != 0; });
  votes("uni", [](Mask yes, Mask m) { return yes == m || yes == 0; });
  put("vote.sync.ballot.b32", {b, p, b}, ballot);
  put("match.any.sync.b32", {b, b, b}, matchAny);
  put("match.any.sync.b64", {b, wide, b}, matchAny);
  put("match.all.sync.b32", {b, p, b, b}, matchAll, 2);
  put("match.all.sync.b64", {b, p, wide, b}, matchAll, 2);
  put("bar.warp.sync", {b}, syncWarp, 0);
  forms.add("activemask.b32", {b}, activeMask);
}

}  // namespace initium::soft
