// setp, set, selp, slct, testp and predicate logic.
#include <cmath>

#include "forms.h"
#include "lanes.h"

namespace initium::soft {

namespace {

enum Cmp { Eq, Ne, Lt, Le, Gt, Ge, Equ, Neu, Ltu, Leu, Gtu, Geu, Num, Nan };
constexpr const char* kCmps[] = {"eq", "ne", "lt", "le", "gt", "ge", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"};

template <Cmp C, class T> bool compare(T a, T b) {
  const bool unordered = a != a || b != b;
  if constexpr (C == Num) return !unordered;
  else if constexpr (C == Nan) return unordered;
  else if constexpr (C >= Equ) return unordered || compare<Cmp(C - Equ)>(a, b);
  else if constexpr (C == Eq) return a == b;
  else if constexpr (C == Ne) return !unordered && a != b;
  else if constexpr (C == Lt) return a < b;
  else if constexpr (C == Le) return a <= b;
  else if constexpr (C == Gt) return a > b;
  else return a >= b;
}

template <class T> auto value(uint64_t bits, bool ftz) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BHalf>) return widen(get<T>(bits));
  else if constexpr (std::is_same_v<T, float>) return ftz ? flush(get<T>(bits)) : get<T>(bits);
  else return get<T>(bits);
}

Mask combine(uint32_t flags, Mask r, Mask c) {
  switch (flags & kBoolOp) {
    case kAnd: return r & c;
    case kOr: return r | c;
    case kXor: return r ^ c;
    default: return r;
  }
}

// op: p, q or none, a, b, c or none
template <Cmp C, class T> Mask test(Warp& w, const Instr& i, Mask m, int shift = 0) {
  const uint64_t *a = w.slot(i.op[2]), *b = w.slot(i.op[3]);
  Mask r = 0;
  each(m, [&](int l) { r |= Mask(compare<C>(value<T>(a[l] >> shift, i.flags & kFtz), value<T>(b[l] >> shift, i.flags & kFtz))) << l; });
  return r;
}
void assign(Warp& w, uint32_t slot, Mask v, Mask m) {
  uint64_t& p = *w.slot(slot);
  p = (p & ~m) | (v & m);
}
template <Cmp C, class T> void setp(Warp& w, const Instr& i, Mask m) {
  const Mask r = test<C, T>(w, i, m), c = i.op[4] == kNone ? 0 : Mask(*w.slot(i.op[4]));
  assign(w, i.op[0], combine(i.flags, r, c), m);
  if (i.op[1] != kNone) assign(w, i.op[1], combine(i.flags, ~r, c), m);
}
template <class H, Cmp C> void setp2(Warp& w, const Instr& i, Mask m) {  // f16x2: a predicate for each half
  const Mask low = test<C, H>(w, i, m), high = test<C, H>(w, i, m, 16), c = i.op[4] == kNone ? 0 : Mask(*w.slot(i.op[4]));
  assign(w, i.op[0], combine(i.flags, low, c), m);
  if (i.op[1] != kNone) assign(w, i.op[1], combine(i.flags, high, c), m);
}

// set: op d, none, a, b, c or none; true is all ones, or 1.0 for a float destination
template <Cmp C, class T, uint64_t kTrue> void set(Warp& w, const Instr& i, Mask m) {
  const Mask r = combine(i.flags, test<C, T>(w, i, m), i.op[4] == kNone ? 0 : Mask(*w.slot(i.op[4])));
  uint64_t* d = w.slot(i.op[0]);
  each(m, [&](int l) { d[l] = r >> l & 1 ? kTrue : 0; });
}
template <Cmp C, class H, uint64_t kTrue> void set2(Warp& w, const Instr& i, Mask m) {
  const Mask c = i.op[4] == kNone ? 0 : Mask(*w.slot(i.op[4]));
  const Mask low = combine(i.flags, test<C, H>(w, i, m), c), high = combine(i.flags, test<C, H>(w, i, m, 16), c);
  uint64_t* d = w.slot(i.op[0]);
  each(m, [&](int l) { d[l] = (low >> l & 1 ? kTrue : 0) | (high >> l & 1 ? kTrue << 16 : 0); });
}

void selp(Warp& w, const Instr& i, Mask m) {
  uint64_t *d = w.slot(i.op[0]), *a = w.slot(i.op[1]), *b = w.slot(i.op[2]);
  const auto p = Mask(*w.slot(i.op[3]));
  each(m, [&](int l) { d[l] = p >> l & 1 ? a[l] : b[l]; });
}
template <class C> void slct(Warp& w, const Instr& i, Mask m) {
  uint64_t *d = w.slot(i.op[0]), *a = w.slot(i.op[1]), *b = w.slot(i.op[2]), *c = w.slot(i.op[3]);
  each(m, [&](int l) { d[l] = value<C>(c[l], i.flags & kFtz) >= C(0) ? a[l] : b[l]; });
}
template <class T, int kWhat> void testp(Warp& w, const Instr& i, Mask m) {
  const uint64_t* a = w.slot(i.op[1]);
  Mask r = 0;
  each(m, [&](int l) {
    const int c = std::fpclassify(get<T>(a[l]));
    const bool yes[] = {c != FP_INFINITE && c != FP_NAN, c == FP_INFINITE, c != FP_NAN, c == FP_NAN, c == FP_NORMAL || c == FP_ZERO, c == FP_SUBNORMAL};
    r |= Mask(yes[kWhat]) << l;
  });
  assign(w, i.op[0], r, m);
}
template <int kOp> void logic(Warp& w, const Instr& i, Mask m) {
  const auto a = Mask(*w.slot(i.op[1])), b = Mask(*w.slot(i.op[kOp < 3 ? 2 : 1]));
  const Mask r[] = {a & b, a | b, a ^ b, ~a, a};
  assign(w, i.op[0], r[kOp], m);
}

struct Adder {
  Forms& forms;

  // name.cmp{.bool}{.ftz}.tail, with the predicate that .bool combines with as one more operand
  void put(const std::string& base, const std::string& tail, std::vector<Type> types, uint8_t results, Handler run, bool ftz) {
    static constexpr const char* bools[] = {"", ".and", ".or", ".xor"};
    for (uint32_t b = 0; b < 4; b++)
      for (int z = 0; z <= ftz; z++) {
        Form f{types, run, OpClass::Compare, b << 5 | (z ? kFtz : 0), results};
        f.hole = results == 1;
        if (b != 0) f.operands.push_back(Type::Pred);
        forms.add(base + bools[b] + (z ? ".ftz" : "") + tail, f);
      }
  }
  template <class T, Cmp C> void one(Type type) {
    const std::string t = std::string(".") + name(type), c = std::string(".") + kCmps[C];
    const bool half = std::is_same_v<T, Half> || std::is_same_v<T, BHalf>;
    const bool ftz = std::is_same_v<T, float> || std::is_same_v<T, Half>;
    put("setp" + c, t, {Type::Pred, Type::Pred, type, type}, 2, setp<C, T>, ftz);
    const auto result = [&](Type d, Handler run) { put("set" + c, std::string(".") + name(d) + t, {d, type, type}, 1, run, ftz); };
    result(Type::U32, set<C, T, 0xffffffff>);
    result(Type::S32, set<C, T, 0xffffffff>);
    result(Type::F32, set<C, T, 0x3f800000>);
    if constexpr (half) {
      constexpr uint64_t one = std::is_same_v<T, Half> ? 0x3c00 : 0x3f80;
      const Type pair = std::is_same_v<T, Half> ? Type::F16x2 : Type::BF16x2;
      const std::string p = std::string(".") + name(pair);
      result(type, set<C, T, one>);
      result(Type::U16, set<C, T, 0xffff>);
      put("setp" + c, p, {Type::Pred, Type::Pred, pair, pair}, 2, setp2<T, C>, ftz);
      put("set" + c, p + p, {pair, pair, pair}, 1, set2<C, T, one>, ftz);
      put("set" + c, ".u32" + p, {Type::U32, pair, pair}, 1, set2<C, T, 0xffff>, ftz);
    }
  }
  template <class T> void integer(Type type) {
    [&]<size_t... C>(std::index_sequence<C...>) { (one<T, Cmp(C)>(type), ...); }(std::make_index_sequence<6>{});
    if constexpr (std::is_unsigned_v<T>) {  // lo, ls, hi, hs: the unsigned names
      static constexpr std::pair<const char*, const char*> names[] = {{".lo", ".lt"}, {".ls", ".le"}, {".hi", ".gt"}, {".hs", ".ge"}};
      static constexpr const char* bools[] = {"", ".and", ".or", ".xor"};
      for (const auto& [alias, cmp] : names)
        for (const char* b : bools) {
          const std::string tail = std::string(b) + "." + name(type);
          forms.add("setp" + std::string(alias) + tail, *forms.find("setp" + std::string(cmp) + tail));
        }
    }
  }
  template <class T> void floating() {
    [&]<size_t... C>(std::index_sequence<C...>) { (one<T, Cmp(C)>(kType<T>), ...); }(std::make_index_sequence<14>{});
  }
  template <class T> void tests() {
    static constexpr const char* names[] = {"finite", "infinite", "number", "notanumber", "normal", "subnormal"};
    [&]<size_t... K>(std::index_sequence<K...>) {
      (forms.add(std::string("testp.") + names[K] + "." + name(kType<T>), Form{{Type::Pred, kType<T>}, testp<T, int(K)>, OpClass::Compare}), ...);
    }(std::make_index_sequence<6>{});
  }
};

}  // namespace

void notPred(Warp& w, const Instr& i, Mask m) { logic<3>(w, i, m); }

void addCompares(Forms& forms) {
  Adder a{forms};
  a.integer<uint16_t>(Type::U16), a.integer<int16_t>(Type::S16), a.integer<uint32_t>(Type::U32), a.integer<int32_t>(Type::S32);
  a.integer<uint64_t>(Type::U64), a.integer<int64_t>(Type::S64), a.integer<uint16_t>(Type::B16), a.integer<uint32_t>(Type::B32), a.integer<uint64_t>(Type::B64);
  a.floating<float>(), a.floating<double>(), a.floating<Half>(), a.floating<BHalf>();
  a.tests<float>(), a.tests<double>();
  for (const Type t : {Type::B16, Type::B32, Type::B64, Type::U16, Type::U32, Type::U64, Type::S16, Type::S32, Type::S64, Type::F32, Type::F64}) {
    const std::string n = name(t);
    forms.add("selp." + n, Form{{t, t, t, Type::Pred}, selp, OpClass::Compare});
    forms.add("slct." + n + ".s32", Form{{t, t, t, Type::S32}, slct<int32_t>, OpClass::Compare});
    forms.add("slct." + n + ".f32", Form{{t, t, t, Type::F32}, slct<float>, OpClass::Compare});
    forms.add("slct.ftz." + n + ".f32", Form{{t, t, t, Type::F32}, slct<float>, OpClass::Compare, kFtz});
  }
  const Type p = Type::Pred;
  forms.add("and.pred", Form{{p, p, p}, logic<0>, OpClass::Compare});
  forms.add("or.pred", Form{{p, p, p}, logic<1>, OpClass::Compare});
  forms.add("xor.pred", Form{{p, p, p}, logic<2>, OpClass::Compare});
  forms.add("not.pred", Form{{p, p}, logic<3>, OpClass::Compare});
  forms.add("mov.pred", Form{{p, p}, logic<4>, OpClass::Compare});
}

}  // namespace initium::soft
