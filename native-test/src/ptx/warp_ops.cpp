// Instructions where the lanes of a warp talk to each other. The scheduler calls them when all lanes that the member
// mask names are here; m is those lanes.
#include <algorithm>

#include "forms.h"
#include "lanes.h"

namespace initium::soft {

namespace {

constexpr uint64_t kPoison = 0xdeadbeef;  // from a lane that does not take part: the ISA leaves it open

enum class Shuffle { Up, Down, Butterfly, Index };

// op: d, p or none, a, b, c, members
template <Shuffle S> void shfl(Warp& w, const Instr& i, Mask m) {
  const uint64_t *b = w.slot(i.op[3]), *c = w.slot(i.op[4]);
  uint64_t a[kLanes];
  std::copy_n(w.slot(i.op[2]), kLanes, a);
  uint64_t* d = w.slot(i.op[0]);
  Mask valid = 0;
  each(m, [&](int l) {
    const int by = int(b[l] & 31), clamp = int(c[l] & 31), segment = int(c[l] >> 8 & 31);
    const int last = (l & segment) | (clamp & ~segment), first = l & segment;
    int from = 0;
    bool ok = false;
    if constexpr (S == Shuffle::Up) from = l - by, ok = from >= last;
    else if constexpr (S == Shuffle::Down) from = l + by, ok = from <= last;
    else if constexpr (S == Shuffle::Butterfly) from = l ^ by, ok = from <= last;
    else from = first | (by & ~segment), ok = from <= last;
    if (!ok) from = l;
    d[l] = m >> from & 1 ? a[from] : kPoison;
    valid |= Mask(ok) << l;
  });
  if (i.op[1] != kNone) {
    uint64_t& p = *w.slot(i.op[1]);
    p = (p & ~m) | (valid & m);
  }
}

void setPredicate(Warp& w, uint32_t slot, bool v, Mask m) {
  uint64_t& p = *w.slot(slot);
  p = v ? p | m : p & ~m;
}
template <int kWhat> void vote(Warp& w, const Instr& i, Mask m) {  // all, any, uni
  const Mask yes = Mask(*w.slot(i.op[1])) & m;
  setPredicate(w, i.op[0], kWhat == 0 ? yes == m : kWhat == 1 ? yes != 0 : yes == m || yes == 0, m);
}
void ballot(Warp& w, const Instr& i, Mask m) {
  const Mask yes = Mask(*w.slot(i.op[1])) & m;
  uint64_t* d = w.slot(i.op[0]);
  each(m, [&](int l) { d[l] = yes; });
}
void matchAny(Warp& w, const Instr& i, Mask m) {
  uint64_t a[kLanes], *d = w.slot(i.op[0]);
  std::copy_n(w.slot(i.op[1]), kLanes, a);
  each(m, [&](int l) {
    Mask same = 0;
    each(m, [&](int k) { same |= Mask(a[k] == a[l]) << k; });
    d[l] = same;
  });
}
void matchAll(Warp& w, const Instr& i, Mask m) {  // op: d, p or none, a, members
  const uint64_t* a = w.slot(i.op[2]);
  bool same = true;
  const uint64_t first = a[std::countr_zero(m)];
  each(m, [&](int l) { same &= a[l] == first; });
  uint64_t* d = w.slot(i.op[0]);
  each(m, [&](int l) { d[l] = same ? m : 0; });
  if (i.op[1] != kNone) setPredicate(w, i.op[1], same, m);
}
template <class T, auto F> void redux(Warp& w, const Instr& i, Mask m) {
  const uint64_t* a = w.slot(i.op[1]);
  T r = get<T>(a[std::countr_zero(m)]);
  each(m & (m - 1), [&](int l) { r = F(r, get<T>(a[l])); });
  uint64_t* d = w.slot(i.op[0]);
  each(m, [&](int l) { d[l] = put<T>(r); });
}
void activeMask(Warp& w, const Instr& i, Mask m) {
  uint64_t* d = w.slot(i.op[0]);
  each(m, [&](int l) { d[l] = m; });
}
void syncWarp(Warp& w, const Instr&, Mask) { w.phase = ++w.block->phase; }

}  // namespace

void addWarps(Forms& forms) {
  const Type p = Type::Pred, b = Type::B32, u = Type::U32, s = Type::S32;
  const auto put = [&](const std::string& name, std::vector<Type> operands, uint8_t results, Handler run) {
    const auto member = uint8_t(operands.size() - 1);
    forms.add(name, Form{std::move(operands), run, OpClass::Warp, 0, results, false, Flow::Converge, member});
  };
  put("shfl.sync.up.b32", {b, p, b, b, b, b}, 2, shfl<Shuffle::Up>);
  put("shfl.sync.down.b32", {b, p, b, b, b, b}, 2, shfl<Shuffle::Down>);
  put("shfl.sync.bfly.b32", {b, p, b, b, b, b}, 2, shfl<Shuffle::Butterfly>);
  put("shfl.sync.idx.b32", {b, p, b, b, b, b}, 2, shfl<Shuffle::Index>);
  put("vote.sync.all.pred", {p, p, b}, 1, vote<0>);
  put("vote.sync.any.pred", {p, p, b}, 1, vote<1>);
  put("vote.sync.uni.pred", {p, p, b}, 1, vote<2>);
  put("vote.sync.ballot.b32", {b, p, b}, 1, ballot);
  put("match.any.sync.b32", {b, b, b}, 1, matchAny);
  put("match.any.sync.b64", {b, Type::B64, b}, 1, matchAny);
  put("match.all.sync.b32", {b, p, b, b}, 2, matchAll);
  put("match.all.sync.b64", {b, p, Type::B64, b}, 2, matchAll);
  put("redux.sync.add.u32", {u, u, b}, 1, redux<uint32_t, [](uint32_t x, uint32_t y) { return x + y; }>);
  put("redux.sync.add.s32", {s, s, b}, 1, redux<uint32_t, [](uint32_t x, uint32_t y) { return x + y; }>);
  put("redux.sync.min.u32", {u, u, b}, 1, redux<uint32_t, [](uint32_t x, uint32_t y) { return std::min(x, y); }>);
  put("redux.sync.max.u32", {u, u, b}, 1, redux<uint32_t, [](uint32_t x, uint32_t y) { return std::max(x, y); }>);
  put("redux.sync.min.s32", {s, s, b}, 1, redux<int32_t, [](int32_t x, int32_t y) { return std::min(x, y); }>);
  put("redux.sync.max.s32", {s, s, b}, 1, redux<int32_t, [](int32_t x, int32_t y) { return std::max(x, y); }>);
  put("redux.sync.and.b32", {b, b, b}, 1, redux<uint32_t, [](uint32_t x, uint32_t y) { return x & y; }>);
  put("redux.sync.or.b32", {b, b, b}, 1, redux<uint32_t, [](uint32_t x, uint32_t y) { return x | y; }>);
  put("redux.sync.xor.b32", {b, b, b}, 1, redux<uint32_t, [](uint32_t x, uint32_t y) { return x ^ y; }>);
  put("bar.warp.sync", {b}, 0, syncWarp);
  forms.add("activemask.b32", Form{{b}, activeMask, OpClass::Warp});
}

}  // namespace initium::soft
