// Integer arithmetic, logic, shifts and bit fields.
#include <algorithm>

#include "forms.h"
#include "lanes.h"

namespace initium::soft {

namespace {

template <class T> using Wide = std::conditional_t<sizeof(T) == 8, std::conditional_t<std::is_signed_v<T>, __int128, unsigned __int128>,
                                std::conditional_t<sizeof(T) == 4, std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>,
                                                   std::conditional_t<std::is_signed_v<T>, int32_t, uint32_t>>>;
template <class T> using Bits = std::make_unsigned_t<T>;

template <class T> constexpr int kBits = int(sizeof(T)) * 8;

// Additions wrap: done unsigned, in 64 bits so that 16-bit operands do not become signed int.
template <class T> T add(T a, T b) { return T(uint64_t(a) + uint64_t(b)); }
template <class T> T sub(T a, T b) { return T(uint64_t(a) - uint64_t(b)); }
template <class T> T low(T a, T b) { return T(uint64_t(a) * uint64_t(b)); }
template <class T> T high(T a, T b) { return T((Wide<T>(a) * Wide<T>(b)) >> kBits<T>); }
template <class T> T madLow(T a, T b, T c) { return add(low(a, b), c); }
template <class T> T madHigh(T a, T b, T c) { return add(high(a, b), c); }
template <class T> Wide<T> wide(T a, T b) { return Wide<T>(a) * Wide<T>(b); }
template <class T> Wide<T> madWide(T a, T b, Wide<T> c) { return add<Wide<T>>(wide(a, b), c); }
template <class T> T quotient(T a, T b) {
  if (b == 0) return T(~T(0));  // what the hardware answers
  if constexpr (std::is_signed_v<T>) if (b == -1) return sub<T>(0, a);
  return T(a / b);
}
template <class T> T remainder(T a, T b) {
  if (b == 0) return a;
  if constexpr (std::is_signed_v<T>) if (b == -1) return 0;
  return T(a % b);
}
template <class T> T absolute(T a) { return a < 0 ? sub<T>(0, a) : a; }
template <class T> T difference(T a, T b, T c) { return add<T>(a < b ? sub(b, a) : sub(a, b), c); }
int32_t clamp32(int64_t v) { return int32_t(std::clamp<int64_t>(v, INT32_MIN, INT32_MAX)); }

template <class T> T shiftLeft(T a, uint32_t n) { return n >= uint32_t(kBits<T>) ? T(0) : T(Bits<T>(a) << n); }
template <class T> T shiftRight(T a, uint32_t n) { return T(a >> std::min<uint32_t>(n, kBits<T> - 1) >> (n >= uint32_t(kBits<T>) ? 1 : 0)); }
template <bool kRight, bool kWrap> uint32_t funnel(uint32_t a, uint32_t b, uint32_t c) {
  const uint32_t n = kWrap ? c & 31 : std::min(c, 32u);
  const uint64_t ab = uint64_t{b} << 32 | a;
  return kRight ? uint32_t(ab >> n) : uint32_t((ab << n) >> 32);
}
template <class T> uint32_t leadingZeros(T a) { return uint32_t(std::countl_zero(a)); }
template <class T> uint32_t ones(T a) { return uint32_t(std::popcount(a)); }
template <class T> T reverse(T a) {
  T r = 0;
  for (int i = 0; i < kBits<T>; i++) r |= (a >> i & 1) << (kBits<T> - 1 - i);
  return r;
}
template <class T, bool kShift> uint32_t findBit(T a) {  // bfind: the highest bit that is not the sign
  Bits<T> u = Bits<T>(a);
  if (std::is_signed_v<T> && a < 0) u = ~u;
  if (u == 0) return ~0u;
  const int zeros = std::countl_zero(u);
  return uint32_t(kShift ? zeros : kBits<T> - 1 - zeros);
}
template <class T> T extract(T a, uint32_t position, uint32_t length) {
  const uint32_t pos = position & 255, len = length & 255, msb = kBits<T> - 1;
  const Bits<T> u = Bits<T>(a);
  const bool sign = std::is_signed_v<T> && len != 0 && (u >> std::min(pos + len - 1, msb) & 1);
  if (len == 0) return 0;
  const Bits<T> field = pos > msb ? 0 : u >> pos;
  const uint32_t have = pos > msb ? 0 : std::min(len, msb + 1 - pos);
  const Bits<T> mask = have > msb ? ~Bits<T>(0) : Bits<T>((Bits<T>(1) << have) - 1);
  return T((field & mask) | (sign ? ~mask : 0));
}
template <class T> T insert(T a, T b, uint32_t position, uint32_t length) {
  const uint32_t pos = position & 255, len = length & 255;
  if (pos >= uint32_t(kBits<T>) || len == 0) return b;
  const T mask = T((len >= uint32_t(kBits<T>) ? ~T(0) : T((T(1) << len) - 1)) << pos);
  return T((b & ~mask) | ((a << pos) & mask));
}
template <bool kWrap> uint32_t bitMask(uint32_t a, uint32_t b) {
  const uint32_t at = kWrap ? a & 31 : std::min(a, 32u), n = kWrap ? b & 31 : std::min(b, 32u);
  const uint64_t ones = (uint64_t{1} << n) - 1;
  return uint32_t(ones << at);
}
template <class T, bool kWrap> T extendFrom(T a, uint32_t b) {  // szext
  const uint32_t n = kWrap ? b & 31 : std::min(b, 32u);
  if (n == 0) return 0;
  return n >= 32 ? a : T(T(uint32_t(a) << (32 - n)) >> (32 - n));
}
uint32_t logic3(uint32_t a, uint32_t b, uint32_t c, uint32_t table) {
  uint32_t r = 0;
  for (int k = 0; k < 8; k++)
    if (table >> k & 1) r |= (k & 4 ? a : ~a) & (k & 2 ? b : ~b) & (k & 1 ? c : ~c);
  return r;
}
uint32_t pickByte(uint64_t ab, uint32_t selector) {
  const auto byte = uint8_t(ab >> (selector & 7) * 8);
  return selector & 8 ? (byte & 0x80 ? 0xff : 0) : byte;
}
uint32_t permute(uint32_t a, uint32_t b, uint32_t c) {
  const uint64_t ab = uint64_t{b} << 32 | a;
  uint32_t r = 0;
  for (int k = 0; k < 4; k++) r |= pickByte(ab, c >> 4 * k & 15) << 8 * k;
  return r;
}
template <int kMode> uint32_t permuteMode(uint32_t a, uint32_t b, uint32_t c) {  // f4e b4e rc8 ecl ecr rc16
  static constexpr uint16_t table[6][4] = {{0x3210, 0x4321, 0x5432, 0x6543}, {0x5670, 0x6701, 0x7012, 0x0123}, {0x0000, 0x1111, 0x2222, 0x3333},
                                           {0x3210, 0x3211, 0x3222, 0x3333}, {0x0000, 0x1110, 0x2210, 0x3210}, {0x1010, 0x3232, 0x1010, 0x3232}};
  return permute(a, b, table[kMode][c & 3]);
}
template <class A, class B> int32_t dot4(uint32_t a, uint32_t b, int32_t c) {
  uint32_t r = uint32_t(c);
  for (int k = 0; k < 4; k++) r += uint32_t(int32_t(A(a >> 8 * k)) * int32_t(B(b >> 8 * k)));
  return int32_t(r);
}

// Carry chains: the flag is one bit for each lane.
template <class T, bool kSubtract, bool kIn, bool kOut> uint64_t chain(Warp& w, int l, T a, T b) {
  const bool in = w.carry >> l & 1;
  using W = unsigned __int128;
  const W r = kSubtract ? W(a) - W(b) - (kIn && in) : W(a) + W(b) + (kIn && in);
  if (kOut) w.carry = (w.carry & ~(Mask{1} << l)) | Mask(r >> kBits<T> & 1) << l;
  return T(r);
}
template <class T, bool kSubtract, bool kIn, bool kOut> void addChain(Warp& w, const Instr& i, Mask m) {
  uint64_t *d = w.slot(i.op[0]), *a = w.slot(i.op[1]), *b = w.slot(i.op[2]);
  each(m, [&](int l) { d[l] = chain<T, kSubtract, kIn, kOut>(w, l, T(a[l]), T(b[l])); });
}
template <class T, bool kHigh, bool kIn, bool kOut> void madChain(Warp& w, const Instr& i, Mask m) {
  uint64_t *d = w.slot(i.op[0]), *a = w.slot(i.op[1]), *b = w.slot(i.op[2]), *c = w.slot(i.op[3]);
  each(m, [&](int l) {
    const T product = kHigh ? high(T(a[l]), T(b[l])) : low(T(a[l]), T(b[l]));
    d[l] = chain<Bits<T>, false, kIn, kOut>(w, l, Bits<T>(product), Bits<T>(c[l]));
  });
}

struct Adder {
  Forms& forms;
  template <auto F, class D, class... S> void op(const std::string& name, std::vector<Type> types = {kType<D>, kType<S>...}) {
    forms.add(name, Form{std::move(types), lanes<F, D, S...>, OpClass::Integer});
  }
  template <class T> void arithmetic() {
    const std::string t = std::string(".") + name(kType<T>);
    op<add<T>, T, T, T>("add" + t);
    op<sub<T>, T, T, T>("sub" + t);
    op<low<T>, T, T, T>("mul.lo" + t);
    op<high<T>, T, T, T>("mul.hi" + t);
    op<madLow<T>, T, T, T, T>("mad.lo" + t);
    op<madHigh<T>, T, T, T, T>("mad.hi" + t);
    op<quotient<T>, T, T, T>("div" + t);
    op<remainder<T>, T, T, T>("rem" + t);
    op<difference<T>, T, T, T, T>("sad" + t);
    op<[](T a, T b) { return std::min(a, b); }, T, T, T>("min" + t);
    op<[](T a, T b) { return std::max(a, b); }, T, T, T>("max" + t);
    op<shiftRight<T>, T, T, uint32_t>("shr" + t);
    if constexpr (std::is_signed_v<T>) {
      op<absolute<T>, T, T>("abs" + t);
      op<[](T a) { return sub<T>(0, a); }, T, T>("neg" + t);
    }
    if constexpr (sizeof(T) < 8) {
      using W = Wide<T>;
      op<wide<T>, W, T, T>("mul.wide" + t);
      op<madWide<T>, W, T, T, W>("mad.wide" + t);
    }
    if constexpr (sizeof(T) > 2) {
      op<extract<T>, T, T, uint32_t, uint32_t>("bfe" + t);
      op<findBit<T, false>, uint32_t, T>("bfind" + t);
      op<findBit<T, true>, uint32_t, T>("bfind.shiftamt" + t);
    }
  }
  template <class T> void bits() {
    const Type b = sizeof(T) == 2 ? Type::B16 : sizeof(T) == 4 ? Type::B32 : Type::B64;
    const std::string t = std::string(".") + name(b);
    op<[](T x, T y) { return T(x & y); }, T, T, T>("and" + t, {b, b, b});
    op<[](T x, T y) { return T(x | y); }, T, T, T>("or" + t, {b, b, b});
    op<[](T x, T y) { return T(x ^ y); }, T, T, T>("xor" + t, {b, b, b});
    op<[](T x) { return T(~x); }, T, T>("not" + t, {b, b});
    op<[](T x) { return T(x == 0); }, T, T>("cnot" + t, {b, b});
    op<shiftLeft<T>, T, T, uint32_t>("shl" + t, {b, b, Type::B32});
    op<shiftRight<T>, T, T, uint32_t>("shr" + t, {b, b, Type::B32});
    if constexpr (sizeof(T) > 2) {
      op<reverse<T>, T, T>("brev" + t, {b, b});
      op<leadingZeros<T>, uint32_t, T>("clz" + t, {Type::B32, b});
      op<ones<T>, uint32_t, T>("popc" + t, {Type::B32, b});
      op<insert<T>, T, T, T, uint32_t, uint32_t>("bfi" + t, {b, b, b, Type::B32, Type::B32});
    }
  }
  template <class T> void carries() {
    for (const Type type : {Type(kType<T>), Type(kType<Bits<T>>), sizeof(T) == 4 ? Type::B32 : Type::B64}) {
      if (isSigned(type) != std::is_signed_v<T>) continue;
      const std::string t = std::string(".") + name(type);
      const auto put = [&](const std::string& name, Handler run, int n) { forms.add(name + t, Form{std::vector<Type>(n, type), run, OpClass::Integer}); };
      put("add.cc", addChain<Bits<T>, false, false, true>, 3);
      put("addc", addChain<Bits<T>, false, true, false>, 3);
      put("addc.cc", addChain<Bits<T>, false, true, true>, 3);
      put("sub.cc", addChain<Bits<T>, true, false, true>, 3);
      put("subc", addChain<Bits<T>, true, true, false>, 3);
      put("subc.cc", addChain<Bits<T>, true, true, true>, 3);
      put("mad.lo.cc", madChain<T, false, false, true>, 4);
      put("madc.lo", madChain<T, false, true, false>, 4);
      put("madc.lo.cc", madChain<T, false, true, true>, 4);
      put("mad.hi.cc", madChain<T, true, false, true>, 4);
      put("madc.hi", madChain<T, true, true, false>, 4);
      put("madc.hi.cc", madChain<T, true, true, true>, 4);
    }
  }
};

}  // namespace

void addIntegers(Forms& forms) {
  Adder a{forms};
  a.arithmetic<uint16_t>(), a.arithmetic<int16_t>(), a.arithmetic<uint32_t>(), a.arithmetic<int32_t>(), a.arithmetic<uint64_t>(), a.arithmetic<int64_t>();
  a.bits<uint16_t>(), a.bits<uint32_t>(), a.bits<uint64_t>();
  a.carries<uint32_t>(), a.carries<int32_t>(), a.carries<uint64_t>(), a.carries<int64_t>();
  using u = uint32_t;
  using s = int32_t;
  a.op<[](s x, s y) { return clamp32(int64_t{x} + y); }, s, s, s>("add.sat.s32");
  a.op<[](s x, s y) { return clamp32(int64_t{x} - y); }, s, s, s>("sub.sat.s32");
  a.op<[](s x, s y, s z) { return clamp32(int64_t{high(x, y)} + z); }, s, s, s, s>("mad.hi.sat.s32");
  a.op<[](u x, u y) { return (x & 0xffffff) * (y & 0xffffff); }, u, u, u>("mul24.lo.u32");
  a.op<[](s x, s y) { return low(s(u(x) << 8) >> 8, s(u(y) << 8) >> 8); }, s, s, s>("mul24.lo.s32");
  a.op<[](u x, u y, u z) { return (x & 0xffffff) * (y & 0xffffff) + z; }, u, u, u, u>("mad24.lo.u32");
  a.op<[](s x, s y, s z) { return madLow(s(u(x) << 8) >> 8, s(u(y) << 8) >> 8, z); }, s, s, s, s>("mad24.lo.s32");
  const Type b = Type::B32;
  a.op<funnel<false, false>, u, u, u, u>("shf.l.clamp.b32", {b, b, b, Type::U32});
  a.op<funnel<false, true>, u, u, u, u>("shf.l.wrap.b32", {b, b, b, Type::U32});
  a.op<funnel<true, false>, u, u, u, u>("shf.r.clamp.b32", {b, b, b, Type::U32});
  a.op<funnel<true, true>, u, u, u, u>("shf.r.wrap.b32", {b, b, b, Type::U32});
  a.op<logic3, u, u, u, u, u>("lop3.b32", {b, b, b, b, b});
  a.op<permute, u, u, u, u>("prmt.b32", {b, b, b, b});
  a.op<permuteMode<0>, u, u, u, u>("prmt.b32.f4e", {b, b, b, b});
  a.op<permuteMode<1>, u, u, u, u>("prmt.b32.b4e", {b, b, b, b});
  a.op<permuteMode<2>, u, u, u, u>("prmt.b32.rc8", {b, b, b, b});
  a.op<permuteMode<3>, u, u, u, u>("prmt.b32.ecl", {b, b, b, b});
  a.op<permuteMode<4>, u, u, u, u>("prmt.b32.ecr", {b, b, b, b});
  a.op<permuteMode<5>, u, u, u, u>("prmt.b32.rc16", {b, b, b, b});
  a.op<bitMask<false>, u, u, u>("bmsk.clamp.b32", {b, b, b});
  a.op<bitMask<true>, u, u, u>("bmsk.wrap.b32", {b, b, b});
  a.op<extendFrom<u, false>, u, u, u>("szext.clamp.u32");
  a.op<extendFrom<u, true>, u, u, u>("szext.wrap.u32");
  a.op<extendFrom<s, false>, s, s, u>("szext.clamp.s32");
  a.op<extendFrom<s, true>, s, s, u>("szext.wrap.s32");
  a.op<dot4<uint8_t, uint8_t>, s, u, u, s>("dp4a.u32.u32");
  a.op<dot4<int8_t, int8_t>, s, u, u, s>("dp4a.s32.s32");
  a.op<dot4<uint8_t, int8_t>, s, u, u, s>("dp4a.u32.s32");
  a.op<dot4<int8_t, uint8_t>, s, u, u, s>("dp4a.s32.u32");
}

}  // namespace initium::soft
