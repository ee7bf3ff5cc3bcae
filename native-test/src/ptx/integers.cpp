// SPDX-License-Identifier: Apache-2.0
// Integer arithmetic, logic, shifts and bit fields. Additions and products wrap (-fwrapv).
#include <algorithm>

#include "forms.h"

namespace initium::soft {

namespace {

template <class T> constexpr u32 kBits = sizeof(T) * 8;
template <class T> using Bits = std::make_unsigned_t<T>;
struct Twice {  // as many bits
  static s32 of(s16);
  static u32 of(u16);
  static s64 of(s32);
  static u64 of(u32);
  static __int128 of(s64);
  static unsigned __int128 of(u64);
};
template <class T> using Wide = decltype(Twice::of(T{}));

template <class T> Wide<T> product(T a, T b) { return Wide<T>(a) * Wide<T>(b); }
template <class T> T high(T a, T b) { return T(product(a, b) >> kBits<T>); }
template <class T> T quotient(T a, T b) {
  if (b == 0) return T(~T(0));  // what the hardware answers
  return std::is_signed_v<T> && b == T(-1) ? T(-a) : T(a / b);
}
template <class T> T shiftLeft(T a, u32 n) { return n >= kBits<T> ? T(0) : T(a << n); }
template <class T> T shiftRight(T a, u32 n) {
  return n >= kBits<T> ? T(a < 0 ? -1 : 0) : T(a >> n);
}
template <class T> Bits<T> lowBits(u32 n) { return Bits<T>(~shiftLeft(T(~T(0)), n)); }

template <class T> T reverse(T a) {
  T r = 0;
  for (u32 i = 0; i < kBits<T>; i++) r |= (a >> i & 1) << (kBits<T> - 1 - i);
  return r;
}
template <class T> u32 highestBit(T a) {  // that is not the sign
  const Bits<T> u = a < 0 ? ~a : a;
  return u == 0 ? ~0u : kBits<T> - 1 - std::countl_zero(u);
}
template <class T> T extract(T a, u32 position, u32 length) {
  const u32 at = position & 255, n = length & 255;
  if (n == 0) return 0;
  const Bits<T> field = shiftRight<Bits<T>>(a, at), mask = lowBits<T>(std::min(n, kBits<T>));
  const bool negative = shiftRight(a, std::min(at + n, kBits<T>) - 1) & std::is_signed_v<T>;
  const u32 have = at >= kBits<T> ? 0 : std::min(n, kBits<T> - at);
  return T((field & mask) | (negative ? Bits<T>(~lowBits<T>(have)) : 0));
}
template <class T> T insert(T a, T b, u32 position, u32 length) {
  const T mask = shiftLeft(T(lowBits<T>(length & 255)), position & 255);
  return T((b & ~mask) | (shiftLeft(a, position & 255) & mask));
}
s32 clamped(s64 v) { return s32(std::clamp<s64>(v, INT32_MIN, INT32_MAX)); }
template <class T> s32 byte(u32 v, int k) { return T(v >> 8 * k); }
template <class A, class B> s32 dot(u32 a, u32 b, s32 c) {
  for (int k = 0; k < 4; k++) c += byte<A>(a, k) * byte<B>(b, k);
  return c;
}
u32 logic(u32 a, u32 b, u32 c, u32 table) {
  u32 r = 0;
  for (int k = 0; k < 8; k++)
    if (table >> k & 1) r |= (k & 4 ? a : ~a) & (k & 2 ? b : ~b) & (k & 1 ? c : ~c);
  return r;
}
u32 permute(u32 a, u32 b, u32 selectors) {
  const u64 ab = u64{b} << 32 | a;
  u32 r = 0;
  for (int k = 0; k < 4; k++) {
    const u32 selector = selectors >> 4 * k & 15, v = u8(ab >> (selector & 7) * 8);
    r |= (selector & 8 ? (v >> 7) * 255 : v) << 8 * k;
  }
  return r;
}

// Carry chains: the flag is one bit for each lane.
template <class T, bool kIn, bool kOut, class F> void chain(Warp& w, const Instr& i, Mask m) {
  using Sum = unsigned __int128;
  u64 *d = w.slot(i.op[0]), *a = w.slot(i.op[1]), *b = w.slot(i.op[2]);
  const u64* c = i.op[3] == kNone ? b : w.slot(i.op[3]);
  each(m, [&](int l) {
    const Sum r = F{}(T(a[l]), T(b[l]), T(c[l]), Sum(kIn && w.carry >> l & 1));
    if (kOut) w.carry = (w.carry & ~(Mask{1} << l)) | Mask(r >> kBits<T> & 1) << l;
    d[l] = Bits<T>(r);
  });
}
template <class T> void addCarries(Forms& f, const std::string& types) {
  const auto all = [&]<class F>(const std::string& name, const std::string& with,
                                const std::string& half, size_t n, F) {
    const std::vector<Type> operands(n, kType<T>);
    f.add(name + half + ".cc" + types, operands, chain<T, false, true, F>);
    f.add(with + half + types, operands, chain<T, true, false, F>);
    f.add(with + half + ".cc" + types, operands, chain<T, true, true, F>);
  };
  using Sum = unsigned __int128;
  all("add", "addc", "", 3,
      [](auto a, auto b, auto, Sum in) { return Sum(Bits<T>(a)) + Bits<T>(b) + in; });
  all("sub", "subc", "", 3,
      [](auto a, auto b, auto, Sum in) { return Sum(Bits<T>(a)) - Bits<T>(b) - in; });
  all("mad", "madc", ".lo", 4,
      [](T a, T b, T c, Sum in) { return Sum(Bits<T>(a * b)) + Bits<T>(c) + in; });
  all("mad", "madc", ".hi", 4,
      [](T a, T b, T c, Sum in) { return Sum(Bits<T>(high(a, b))) + Bits<T>(c) + in; });
}

template <class T> void addArithmetic(Forms& f) {
  const std::string t = std::string(".") + name(kType<T>);
  f.op("add" + t, [](T a, T b) -> T { return a + b; });
  f.op("sub" + t, [](T a, T b) -> T { return a - b; });
  f.op("mul.lo" + t, [](T a, T b) -> T { return T(product(a, b)); });
  f.op("mul.hi" + t, [](T a, T b) -> T { return high(a, b); });
  f.op("mad.lo" + t, [](T a, T b, T c) -> T { return T(product(a, b)) + c; });
  f.op("mad.hi" + t, [](T a, T b, T c) -> T { return high(a, b) + c; });
  f.op("div" + t, [](T a, T b) -> T { return quotient(a, b); });
  f.op("rem" + t, [](T a, T b) -> T { return b == 0 ? a : a - quotient(a, b) * b; });
  f.op("sad" + t, [](T a, T b, T c) -> T { return (a < b ? b - a : a - b) + c; });
  f.op("min" + t, [](T a, T b) -> T { return std::min(a, b); });
  f.op("max" + t, [](T a, T b) -> T { return std::max(a, b); });
  f.op("shr" + t, [](T a, u32 n) -> T { return shiftRight(a, n); });
  if constexpr (std::is_signed_v<T>) {
    f.op("abs" + t, [](T a) -> T { return a < 0 ? -a : a; });
    f.op("neg" + t, [](T a) -> T { return -a; });
  }
  if constexpr (sizeof(T) < 8) {
    using W = Wide<T>;
    f.op("mul.wide" + t, [](T a, T b) -> W { return product(a, b); });
    f.op("mad.wide" + t, [](T a, T b, W c) -> W { return product(a, b) + c; });
  }
  if constexpr (sizeof(T) > 2) {
    f.op("bfe" + t, [](T a, u32 at, u32 n) -> T { return extract(a, at, n); });
    f.op("bfind" + t, [](T a) -> u32 { return highestBit(a); });
    f.op("bfind.shiftamt" + t,
         [](T a) -> u32 { return highestBit(a) == ~0u ? ~0u : kBits<T> - 1 - highestBit(a); });
  }
}

template <class T> void addLogic(Forms& f) {
  const std::string t = ".b" + std::to_string(kBits<T>);
  f.op("and" + t, [](T a, T b) -> T { return a & b; });
  f.op("or" + t, [](T a, T b) -> T { return a | b; });
  f.op("xor" + t, [](T a, T b) -> T { return a ^ b; });
  f.op("not" + t, [](T a) -> T { return ~a; });
  f.op("shl" + t, [](T a, u32 n) -> T { return shiftLeft(a, n); });
  f.op("shr" + t, [](T a, u32 n) -> T { return shiftRight(a, n); });
  if constexpr (sizeof(T) == 2) return;
  f.op("brev" + t, [](T a) -> T { return reverse(a); });
  f.op("clz" + t, [](T a) -> u32 { return u32(std::countl_zero(a)); });
  f.op("popc" + t, [](T a) -> u32 { return u32(std::popcount(a)); });
  f.op("bfi" + t, [](T a, T b, u32 at, u32 n) -> T { return insert(a, b, at, n); });
}

}  // namespace

void addIntegers(Forms& f) {
  addArithmetic<u16>(f), addArithmetic<u32>(f), addArithmetic<u64>(f);
  addArithmetic<s16>(f), addArithmetic<s32>(f), addArithmetic<s64>(f);
  addLogic<u16>(f), addLogic<u32>(f), addLogic<u64>(f);
  addCarries<u32>(f, "[.u32,.b32]"), addCarries<u64>(f, "[.u64,.b64]");
  addCarries<s32>(f, ".s32"), addCarries<s64>(f, ".s64");
  f.op("add.sat.s32", [](s32 a, s32 b) -> s32 { return clamped(s64{a} + b); });
  f.op("sub.sat.s32", [](s32 a, s32 b) -> s32 { return clamped(s64{a} - b); });
  f.op("shf.l.wrap.b32",
       [](u32 a, u32 b, u32 n) -> u32 { return (u64{b} << 32 | a) << (n & 31) >> 32; });
  f.op("shf.r.wrap.b32",
       [](u32 a, u32 b, u32 n) -> u32 { return u32((u64{b} << 32 | a) >> (n & 31)); });
  f.op("shf.l.clamp.b32",
       [](u32 a, u32 b, u32 n) -> u32 { return (u64{b} << 32 | a) << std::min(n, 32u) >> 32; });
  f.op("shf.r.clamp.b32",
       [](u32 a, u32 b, u32 n) -> u32 { return u32((u64{b} << 32 | a) >> std::min(n, 32u)); });
  f.op("lop3.b32", [](u32 a, u32 b, u32 c, u32 table) -> u32 { return logic(a, b, c, table); });
  f.op("prmt.b32", [](u32 a, u32 b, u32 c) -> u32 { return permute(a, b, c); });
  f.op("bmsk.clamp.b32", [](u32 at, u32 n) -> u32 { return shiftLeft(u32(lowBits<u32>(n)), at); });
  f.op("bmsk.wrap.b32", [](u32 at, u32 n) -> u32 { return lowBits<u32>(n & 31) << (at & 31); });
  f.op("dp4a.u32.u32", [](u32 a, u32 b, s32 c) -> s32 { return dot<u8, u8>(a, b, c); });
  f.op("dp4a.s32.s32", [](u32 a, u32 b, s32 c) -> s32 { return dot<s8, s8>(a, b, c); });
  f.op("dp4a.u32.s32", [](u32 a, u32 b, s32 c) -> s32 { return dot<u8, s8>(a, b, c); });
  f.op("dp4a.s32.u32", [](u32 a, u32 b, s32 c) -> s32 { return dot<s8, u8>(a, b, c); });
}

}  // namespace initium::soft
