// SPDX-License-Identifier: Apache-2.0
// setp, set, selp, slct and predicate logic.
#include <cmath>

#include "forms.h"

namespace initium::soft {

namespace {

template <class T> auto value(u64 bits, bool ftz) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BHalf>) return widen(get<T>(bits));
  else if constexpr (std::is_same_v<T, float>) return ftz ? flush(get<T>(bits)) : get<T>(bits);
  else return get<T>(bits);
}

// The lanes whose comparison comes out as one of the outcomes in the flags.
template <class T>
Mask compare(Warp& w, const Instr& i, const uint32_t* op, Mask m, int shift = 0) {
  const u64 *s = w.slot(op[0]), *t = w.slot(op[1]);
  const uint32_t flags = i.flags;
  return which(m, [&](int l) {
    const auto a = value<T>(s[l] >> shift, flags & kFtz), b = value<T>(t[l] >> shift, flags & kFtz);
    const uint32_t outcome = a < b ? kLess : a == b ? kEqual : a > b ? kGreater : kUnordered;
    return (flags & outcome) != 0;
  });
}

Mask combine(Warp& w, const Instr& i, uint32_t with, Mask r) {
  switch (i.flags & kBoolean) {
    case kAnd: return r & predicate(w, with);
    case kOr: return r | predicate(w, with);
    case kXor: return r ^ predicate(w, with);
    default: return r;
  }
}

// op: p, q or none, a, b, c or none. q is the opposite; or with two halves, the upper one.
template <class T, int kParts> void setp(Warp& w, const Instr& i, Mask m) {
  const Mask p = compare<T>(w, i, i.op + 2, m);
  const Mask q = kParts == 1 ? ~p : i.op[1] == kNone ? 0 : compare<T>(w, i, i.op + 2, m, 16);
  const Mask first = combine(w, i, i.op[4], p), second = combine(w, i, i.op[4], q);
  assign(w, i.op[0], first, m);
  if (i.op[1] != kNone) assign(w, i.op[1], second, m);
}

// op: d, a, b, c or none. True is all ones, or 1.0 for a float destination.
template <class T, int kParts, u32 kTrue> void set(Warp& w, const Instr& i, Mask m) {
  const Mask low = combine(w, i, i.op[3], compare<T>(w, i, i.op + 1, m));
  Mask high = 0;
  if (kParts == 2) high = combine(w, i, i.op[3], compare<T>(w, i, i.op + 1, m, 16));
  u64* d = w.slot(i.op[0]);
  each(m,
       [&](int l) { d[l] = (low >> l & 1 ? kTrue : 0) | (high >> l & 1 ? u64{kTrue} << 16 : 0); });
}

void selp(Warp& w, const Instr& i, Mask m) {
  u64 *d = w.slot(i.op[0]), *a = w.slot(i.op[1]), *b = w.slot(i.op[2]);
  const Mask p = predicate(w, i.op[3]);
  each(m, [&](int l) { d[l] = p >> l & 1 ? a[l] : b[l]; });
}
template <class C> void slct(Warp& w, const Instr& i, Mask m) {
  u64 *d = w.slot(i.op[0]), *a = w.slot(i.op[1]), *b = w.slot(i.op[2]), *c = w.slot(i.op[3]);
  each(m, [&](int l) { d[l] = value<C>(c[l], i.flags & kFtz) >= 0 ? a[l] : b[l]; });
}
template <class F> void logic(Warp& w, const Instr& i, Mask m) {
  const Mask a = predicate(w, i.op[1]), b = i.op[2] == kNone ? 0 : predicate(w, i.op[2]);
  assign(w, i.op[0], F{}(a, b), m);
}
constexpr Type kPred = Type::Pred;

struct Adder {
  Forms& forms;

  template <class T, int kParts = 1>
  void compares(const std::string& cmp, Type t, const std::string& ftz = "") {
    const std::string c = cmp + "{.and,.or,.xor}" + ftz, type = std::string(".") + name(t);
    forms.add("setp" + c + type, {kPred, kPred, t, t}, setp<T, kParts>, 2);
    if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BHalf>) {
      constexpr u32 one = T::type == Type::F16 ? 0x3c00 : 0x3f80;
      forms.add("set" + c + type + type, {t, t, t}, set<T, kParts, one>);
      if (kParts == 2) forms.add("set" + c + ".u32" + type, {Type::U32, t, t}, set<T, 2, 0xffff>);
    }
    if constexpr (kParts == 2) return;
    if constexpr (!std::is_integral_v<T>)
      forms.add("set" + c + "[.u32,.s32]" + type, {Type::U32, t, t}, set<T, 1, 0xffffffff>);
    if constexpr (std::is_same_v<T, float>)
      forms.add("set" + c + ".f32.f32", {t, t, t}, set<T, 1, 0x3f800000>);
  }
};

}  // namespace

void addCompares(Forms& forms) {
  Adder a{forms};
  const std::string order = ".eq,.ne,.lt,.le,.gt,.ge", ints = "[" + order + "]";
  const std::string unsignedInts = "[" + order + ",.lo,.ls,.hi,.hs]";
  const std::string floats = "[" + order + ",.equ,.neu,.ltu,.leu,.gtu,.geu,.num,.nan]";
  a.compares<s16>(ints, Type::S16), a.compares<s32>(ints, Type::S32);
  a.compares<s64>(ints, Type::S64);
  for (const Type t : {Type::U16, Type::B16}) a.compares<u16>(unsignedInts, t);
  for (const Type t : {Type::U32, Type::B32}) a.compares<u32>(unsignedInts, t);
  for (const Type t : {Type::U64, Type::B64}) a.compares<u64>(unsignedInts, t);
  a.compares<float>(floats, Type::F32, "{.ftz}"), a.compares<double>(floats, Type::F64);
  a.compares<Half>(floats, Type::F16), a.compares<Half, 2>(floats, Type::F16x2);
  a.compares<BHalf>(floats, Type::BF16), a.compares<BHalf, 2>(floats, Type::BF16x2);
  for (const Type t : {Type::B16, Type::B32, Type::B64, Type::U16, Type::U32, Type::U64, Type::S16,
                       Type::S32, Type::S64, Type::F32, Type::F64}) {
    const std::string n = std::string(".") + name(t);
    forms.add("selp" + n, {t, t, t, kPred}, selp);
    forms.add("slct" + n + ".s32", {t, t, t, Type::S32}, slct<s32>);
    forms.add("slct{.ftz}" + n + ".f32", {t, t, t, Type::F32}, slct<float>);
  }
  const auto predicates = [&]<class F>(const std::string& opcode, size_t n, F) {
    forms.add(opcode + ".pred", std::vector<Type>(n, kPred), logic<F>);
  };
  predicates("and", 3, [](Mask x, Mask y) { return x & y; });
  predicates("or", 3, [](Mask x, Mask y) { return x | y; });
  predicates("xor", 3, [](Mask x, Mask y) { return x ^ y; });
  predicates("not", 2, [](Mask x, Mask) { return ~x; });
  predicates("mov", 2, [](Mask x, Mask) { return x; });
}

}  // namespace initium::soft
