// SPDX-License-Identifier: Apache-2.0
// What each instruction of the table must answer, written from the PTX ISA without looking at the handlers: integers in
// 128 bits and bit by bit, f32 and f64 as g++ compiles the expression, 16-bit floats by searching for the neighbors of
// the exact value.
#pragma once
#include <algorithm>
#include <cfenv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace initium::soft::test {

using Values = std::vector<uint64_t>;
using Reference = std::function<Values(const Values&)>;  // operands that are not results, in order -> results

namespace {

using i128 = __int128;
using u128 = unsigned __int128;
using quad = __float128;
using Words = std::vector<std::string>;

Words split(const std::string& text) {
  Words out;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('.', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

bool isInt(const std::string& t) { return t[0] == 'u' || t[0] == 's' || (t[0] == 'b' && t[1] != 'f'); }
int width(const std::string& t) {
  const size_t digits = t.find_first_of("0123456789");
  return t.find("x2") != t.npos ? 32 : std::atoi(t.c_str() + digits);
}
uint64_t mask(int bits) { return bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1; }
i128 integer(uint64_t bits, const std::string& t) {
  const int w = width(t);
  bits &= mask(w);
  if (t[0] == 's' && bits >> (w - 1)) return i128(bits) - (i128(1) << w);
  return i128(bits);
}
uint64_t cut(i128 v, const std::string& t) { return uint64_t(v) & mask(width(t)); }
i128 lowest(const std::string& t) { return t[0] == 's' ? -(i128(1) << (width(t) - 1)) : 0; }
i128 highest(const std::string& t) { return (i128(1) << (width(t) - (t[0] == 's'))) - 1; }

float f32(uint64_t b) { const auto u = uint32_t(b); float f; std::memcpy(&f, &u, 4); return f; }
double f64(uint64_t b) { double d; std::memcpy(&d, &b, 8); return d; }
uint64_t bits(float f) { uint32_t u; std::memcpy(&u, &f, 4); return std::isnan(f) ? 0x7fffffff : u; }
uint64_t bits(double d) { uint64_t u; std::memcpy(&u, &d, 8); return u; }

// 16-bit floats: bf16 is the upper half of a float; f16 is g++'s own type.
quad half(uint64_t b, bool bf) {
  if (bf) return quad(f32(b << 16));
  const auto u = uint16_t(b);
  _Float16 h;
  std::memcpy(&h, &u, 2);
  return quad(h);
}
struct Exact {  // high + low, low a remainder that only breaks ties
  quad high = 0, low = 0;
};
Exact sum(quad a, quad b) {
  const quad s = a + b;
  const double d = double(s);
  if (std::isnan(d) || std::isinf(d)) return {s, 0};
  const quad part = s - a;
  return {s, (a - (s - part)) + (b - part)};
}
uint64_t toHalf(Exact x, bool bf, int round) {  // round: 0 nearest even, 1 zero, 2 down, 3 up
  const double d = double(x.high);
  const uint16_t infinity = bf ? 0x7f80 : 0x7c00;
  if (std::isnan(d)) return 0x7fff;
  const bool negative = std::signbit(d);
  const uint64_t sign = negative ? 0x8000 : 0;
  if (std::isinf(d)) return sign | infinity;
  quad high = x.high, low = x.low;
  if (negative) high = -high, low = -low;
  const auto notAbove = [&](uint16_t c) { const quad v = half(c, bf); return v < high || (v == high && low >= 0); };
  uint16_t a = 0, b = infinity;  // the largest finite c with value <= x
  while (b - a > 1) { const auto c = uint16_t((a + b) / 2); (notAbove(c) ? a : b) = c; }
  const quad below = half(a, bf);
  const bool exact = below == high && low == 0;
  if (exact) return sign | a;
  const quad step = a + 1 == infinity ? below - half(uint16_t(a - 1), bf) : half(uint16_t(a + 1), bf) - below;
  const quad twice = 2 * (high - below) - step;  // > 0: past the middle
  const bool up = round == 0 ? twice > 0 || (twice == 0 && (low > 0 || (low == 0 && (a & 1)))) : round == 1 ? false : (round == 3) != negative;
  return sign | uint16_t(a + up);
}
quad flushHalf(uint64_t b, bool bf) { return (b & 0x7fff) < (bf ? 0x80u : 0x400u) ? (b & 0x8000 ? -quad(0) : quad(0)) : half(b, bf); }

template <class T> T flush(T v) { return std::isnan(v) || std::fabs(v) >= std::numeric_limits<T>::min() ? v : std::copysign(T(0), v); }
template <class T> T sat(T v) { return std::isnan(v) || v <= 0 ? T(0) : std::min(v, T(1)); }

struct Modifiers {
  int round = 0;
  bool ftz = false, saturate = false, integral = false, approx = false, relu = false, nan = false, xorsign = false;
  Words rest;  // op and types
  explicit Modifiers(const Words& words) {
    for (const std::string& w : words) {
      static const char* rounds[] = {"rn", "rz", "rm", "rp"};
      bool known = false;
      for (int r = 0; r < 4; r++)
        if (w == rounds[r] || w == std::string(rounds[r]) + "i") round = r, integral = w.size() == 3, known = true;
      if (known) continue;
      if (w == "ftz") ftz = true;
      else if (w == "sat") saturate = true;
      else if (w == "approx" || w == "full") approx = true;
      else if (w == "relu") relu = true;
      else if (w == "NaN") nan = true;
      else if (w == "xorsign" || w == "abs") { if (&w == &words[0]) rest.push_back(w); else xorsign = true; }
      else rest.push_back(w);
    }
  }
};

const int kModes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};
template <class F> auto rounded(int mode, F f) {
  std::fesetround(kModes[mode]);
  const volatile auto r = f();
  std::fesetround(FE_TONEAREST);
  const std::remove_cv_t<decltype(r)> v = r;
  return v;
}

template <class T> T apply(const std::string& op, const Modifiers& m, T x0, T x1, T x2) {
  const volatile T a = x0, b = x1, c = x2;  // not folded at compile time, not moved across the rounding switch
  if (m.approx) {
    const double x = double(a), y = double(b);
    const double r = op == "div" ? x / y : op == "rcp" ? 1 / x : op == "sqrt" ? std::sqrt(x) : op == "rsqrt" ? 1 / std::sqrt(x) : op == "sin" ? std::sin(x)
                   : op == "cos" ? std::cos(x) : op == "lg2" ? std::log2(x) : op == "ex2" ? std::exp2(x) : std::tanh(x);
    return T(r);
  }
  return rounded(m.round, [&]() -> T {
    if (op == "add") return a + b;
    if (op == "sub") return a - b;
    if (op == "mul") return a * b;
    if (op == "fma" || op == "mad") return std::fma(T(a), T(b), T(c));
    if (op == "div") return a / b;
    if (op == "rcp") return T(1) / a;
    if (op == "sqrt") return std::sqrt(T(a));
    if (op == "neg") return -a;
    if (op == "abs") return std::fabs(T(a));
    return T(0);
  });
}

template <class T> T extreme(bool max, const Modifiers& m, T a, T b) {
  const bool negative = std::signbit(a) != std::signbit(b);
  if (std::isnan(a) && !m.nan) a = b;  // fmin and fmax would keep a signaling NaN
  if (std::isnan(b) && !m.nan) b = a;
  if (m.xorsign) {
    const T r = max ? std::fmax(std::fabs(a), std::fabs(b)) : std::fmin(std::fabs(a), std::fabs(b));
    return std::isnan(r) ? r : std::copysign(r, negative ? T(-1) : T(1));
  }
  if (m.nan && (std::isnan(a) || std::isnan(b))) return NAN;
  if (a == 0 && b == 0) return (std::signbit(a) && std::signbit(b)) || (!max && (std::signbit(a) || std::signbit(b))) ? T(-0.0) : T(0);
  return max ? std::fmax(a, b) : std::fmin(a, b);
}

Reference floats(const Words& words) {
  const Modifiers m(words);
  const std::string op = m.rest.front(), t = m.rest.back();
  const bool single = t == "f32";
  const auto wrap = [=](auto f) -> Reference {
    return [=](const Values& v) -> Values {
      const auto at = [&](size_t k) { return k < v.size() ? v[k] : 0; };
      if (single) {
        const auto in = [&](size_t k) { const float x = f32(at(k)); return m.ftz ? flush(x) : x; };
        float r = f(in(0), in(1), in(2));
        if (m.ftz) r = flush(r);
        return {bits(m.saturate ? sat(r) : r)};
      }
      const auto in = [&](size_t k) { const double x = f64(at(k)); return m.ftz ? flush(x) : x; };
      return {bits(f(in(0), in(1), in(2)))};
    };
  };
  if ((op == "rcp" || op == "rsqrt") && m.approx && m.ftz && !single)
    return [op](const Values& v) -> Values { const double x = flush(f64(v[0])); return {bits(flush(op == "rcp" ? 1 / x : 1 / std::sqrt(x))) >> 32 << 32}; };
  if ((op == "neg" || op == "abs") && !m.ftz) {
    const uint64_t sign = single ? 0x80000000u : 0x8000000000000000u;
    return [=](const Values& v) -> Values { return {op == "neg" ? v[0] ^ sign : v[0] & ~sign}; };
  }
  if (op == "copysign") {
    const uint64_t sign = single ? 0x80000000u : 0x8000000000000000u;
    return [=](const Values& v) -> Values { return {(v[0] & sign) | (v[1] & (sign - 1))}; };
  }
  if (op == "min" || op == "max") return wrap([=](auto a, auto b, auto) { return extreme(op == "max", m, a, b); });
  return wrap([=](auto a, auto b, auto c) { return apply<decltype(a)>(op, m, a, b, c); });
}

Reference halves(const Words& words) {
  const Modifiers m(words);
  const std::string op = m.rest.front(), t = m.rest.back();
  const bool bf = t[0] == 'b', pair = t.find("x2") != t.npos;
  const auto one = [=](uint64_t x, uint64_t y, uint64_t z) -> uint64_t {
    if (op == "neg") return x ^ 0x8000;
    if (op == "abs") return x & 0x7fff;
    const auto in = [&](uint64_t b) { return m.ftz ? flushHalf(b, bf) : half(b, bf); };
    const quad a = in(x), b = in(y), c = in(z);
    Exact r;
    if (op == "add") r = sum(a, b);
    else if (op == "sub") r = sum(a, -b);
    else if (op == "mul") r = {a * b, 0};
    else if (op == "fma") r = sum(a * b, c);
    else if (op == "ex2") r = {quad(std::exp2(double(a))), 0};
    else if (op == "tanh") r = {quad(std::tanh(double(a))), 0};
    else r = {quad(extreme(op == "max", m, double(a), double(b))), 0};
    if (m.relu && !std::isnan(double(r.high)) && !(r.high > 0)) r = {};
    if (m.saturate) r = std::isnan(double(r.high)) || r.high <= 0 ? Exact{} : r.high >= 1 ? Exact{1, 0} : r;
    const uint64_t out = toHalf(r, bf, 0);
    return m.ftz && (out & 0x7fff) < (bf ? 0x80u : 0x400u) ? out & 0x8000 : out;
  };
  return [=](const Values& v) -> Values {
    const auto at = [&](size_t k, int part) { return k < v.size() ? v[k] >> 16 * part & 0xffff : 0; };
    uint64_t out = one(at(0, 0), at(1, 0), at(2, 0));
    if (pair) out |= one(at(0, 1), at(1, 1), at(2, 1)) << 16;
    return {out};
  };
}

quad real(uint64_t b, const std::string& t) { return t == "f64" ? quad(f64(b)) : t == "f32" ? quad(f32(b)) : half(b, t == "bf16"); }
quad whole(quad v, int round) {
  const double d = double(v);
  if (std::isnan(d) || std::isinf(d) || std::fabs(d) >= 4.6e18) return v;  // already an integer
  const quad down = quad(int64_t(v)) > v ? quad(int64_t(v)) - 1 : quad(int64_t(v));
  if (down == v) return v;
  const quad rest = v - down;
  const bool up = round == 0 ? rest > quad(0.5) || (rest == quad(0.5) && (int64_t(down) & 1)) : round == 1 ? v < 0 : round == 3;
  const quad r = down + (up ? 1 : 0);
  return r == 0 && d < 0 ? -quad(0) : r;
}

uint64_t fromReal(quad v, const std::string& t, int round) {
  if (t == "f16" || t == "bf16") return toHalf({v, 0}, t == "bf16", round);
  const volatile double d = double(v);  // exact: sources are doubles or integers that fit
  if (t == "f64") return bits(double(d));
  return bits(rounded(round, [&] { return float(d); }));
}

Reference cvt(const Words& words) {
  const Modifiers m(words);
  if (m.rest.size() != 3) return {};
  const std::string d = m.rest[1], s = m.rest[2];
  if (d == "f16x2" || d == "bf16x2") {
    const std::string h = d.substr(0, d.size() - 2);
    return [=](const Values& v) -> Values { return {fromReal(quad(f32(v[0])), h, m.round) << 16 | fromReal(quad(f32(v[1])), h, m.round)}; };
  }
  return [=](const Values& v) -> Values {
    if (isInt(s)) {
      const i128 x = integer(v[0], s);
      if (isInt(d)) return {cut(m.saturate ? std::clamp(x, lowest(d), highest(d)) : x, d)};
      uint64_t r;
      if (d == "f64") r = bits(rounded(m.round, [&] { const volatile auto y = x; return y < 0 ? double(int64_t(y)) : double(uint64_t(y)); }));
      else if (d == "f32") r = bits(rounded(m.round, [&] { const volatile auto y = x; return y < 0 ? float(int64_t(y)) : float(uint64_t(y)); }));
      else r = toHalf({quad(x), 0}, d == "bf16", m.round);
      if (m.saturate) r = fromReal(x <= 0 ? 0 : 1, d, 0);
      return {r};
    }
    quad x = real(v[0], s);
    if (m.ftz && s == "f32") x = quad(flush(f32(v[0])));
    if (isInt(d)) {
      if (std::isnan(double(x))) return {width(d) < 64 && s != "f64" ? 0 : uint64_t{1} << (width(d) - 1)};
      x = whole(x, m.round);
      if (x <= quad(lowest(d))) return {cut(lowest(d), d)};
      if (x >= quad(highest(d))) return {cut(highest(d), d)};
      return {cut(i128(x), d)};
    }
    if (m.integral) x = whole(x, m.round);
    if (m.saturate) x = std::isnan(double(x)) || x <= 0 ? 0 : x >= 1 ? 1 : x;
    if (std::isnan(double(x)) && d == "f64") return {0x7ff8000000000000};
    uint64_t r = fromReal(x, d, m.integral ? 0 : m.round);
    if (m.ftz && d == "f32") r = bits(flush(f32(r)));
    return {r};
  };
}

std::optional<bool> compares(const std::string& cmp, double a, double b) {  // exact for every type but 64-bit integers
  const bool un = std::isnan(a) || std::isnan(b);
  if (cmp == "num") return !un;
  if (cmp == "nan") return un;
  if (cmp == "eq") return !un && a == b;
  if (cmp == "ne") return !un && a != b;
  if (cmp == "lt" || cmp == "lo") return a < b;
  if (cmp == "le" || cmp == "ls") return a <= b;
  if (cmp == "gt" || cmp == "hi") return a > b;
  if (cmp == "ge" || cmp == "hs") return a >= b;
  if (cmp.size() == 3 && cmp[2] == 'u') return un || *compares(cmp.substr(0, 2), a, b);
  return {};
}

Reference setp(const Words& words, bool set) {  // set.cmp[.bool][.ftz].d.s, setp.cmp[.bool][.ftz].s
  const Modifiers m(words);
  const std::string cmp = m.rest[1], t = m.rest.back(), d = set ? m.rest[m.rest.size() - 2] : "pred";
  const std::string join = m.rest.size() == (set ? 5u : 4u) ? m.rest[2] : "";
  const bool pair = t.find("x2") != t.npos;
  const auto test = [=](uint64_t x, uint64_t y) {
    if (isInt(t)) {
      const i128 a = integer(x, t), b = integer(y, t);
      return *compares(cmp, a < b ? -1 : a > b, 0);
    }
    const std::string one = pair ? t.substr(0, t.size() - 2) : t;
    double a = double(real(x, one)), b = double(real(y, one));
    if (m.ftz && one == "f32") a = flush(f32(x)), b = flush(f32(y));
    return *compares(cmp, a, b);
  };
  const auto joined = [=](bool r, bool c) { return join == "and" ? r && c : join == "or" ? r || c : join == "xor" ? r != c : r; };
  return [=](const Values& v) -> Values {
    const bool c = v.size() > 2 && v[2];
    const bool low = test(pair ? v[0] & 0xffff : v[0], pair ? v[1] & 0xffff : v[1]), high = pair && test(v[0] >> 16, v[1] >> 16);
    if (!set) return {joined(low, c), joined(pair ? high : !low, c)};
    const std::string one = d.find("x2") != d.npos ? d.substr(0, d.size() - 2) : d;
    const uint64_t yes = d == "f32" ? 0x3f800000 : one == "f16" ? 0x3c00 : one == "bf16" ? 0x3f80 : mask(pair ? 16 : width(d));
    if (pair) return {(joined(low, c) ? yes : 0) | (joined(high, c) ? yes << 16 : 0)};
    return {joined(low, c) ? yes : 0};
  };
}

uint64_t bit(uint64_t v, int k) { return k < 64 ? v >> k & 1 : 0; }

Reference integers(const Words& w) {
  const std::string op = w[0], t = w.back(), how = w.size() > 2 ? w[1] : "";
  const int n = width(t);
  using V = const Values&;
  const auto I = [=](V v, size_t k) { return integer(v[k], t); };
  const auto product = [=](V v) { return t == "u64" ? i128(u128(v[0]) * v[1]) : i128(u128(I(v, 0)) * u128(I(v, 1))); };
  const auto high = [=](V v) { return t == "u64" ? i128(u128(v[0]) * v[1] >> 64) : product(v) >> n; };
  const auto R = [=](auto f) -> Reference { return [=](V v) -> Values { return {cut(f(v), t)}; }; };
  if (op == "add" || op == "sub") {
    if (how == "sat") return R([=](V v) { return std::clamp(op == "add" ? I(v, 0) + I(v, 1) : I(v, 0) - I(v, 1), lowest(t), highest(t)); });
    return R([=](V v) { return op == "add" ? I(v, 0) + I(v, 1) : I(v, 0) - I(v, 1); });  // .cc: the flag is tested in chains
  }
  if (op == "addc") return R([=](V v) { return I(v, 0) + I(v, 1); });  // the flag is clear at the start
  if (op == "subc") return R([=](V v) { return I(v, 0) - I(v, 1); });
  if (op == "mul" || op == "mad" || op == "madc") {
    const auto c = [=](V v) { return op == "mul" ? i128(0) : i128(v[2]); };
    if (how == "lo") return R([=](V v) { return i128(u128(product(v)) + u128(c(v))); });
    if (how == "hi" && w[2] == "sat") return R([=](V v) { return std::clamp(high(v) + I(v, 2), lowest(t), highest(t)); });
    if (how == "hi") return R([=](V v) { return high(v) + c(v); });
    return [=](V v) -> Values { return {uint64_t(product(v) + c(v)) & mask(2 * n)}; };
  }
  if (op == "mul24" || op == "mad24") return R([=](V v) {
    const auto x = [&](int k) { const i128 low = i128(v[k] & 0xffffff); return t[0] == 's' && low >> 23 ? low - (1 << 24) : low; };
    return x(0) * x(1) + (op == "mad24" ? i128(v[2]) : 0);
  });
  if (op == "div") return R([=](V v) { return I(v, 1) == 0 ? i128(-1) : I(v, 0) / I(v, 1); });
  if (op == "rem") return R([=](V v) { return I(v, 1) == 0 ? I(v, 0) : I(v, 0) % I(v, 1); });
  if (op == "sad") return R([=](V v) { return (I(v, 0) < I(v, 1) ? I(v, 1) - I(v, 0) : I(v, 0) - I(v, 1)) + I(v, 2); });
  if (op == "min") return R([=](V v) { return std::min(I(v, 0), I(v, 1)); });
  if (op == "max") return R([=](V v) { return std::max(I(v, 0), I(v, 1)); });
  if (op == "abs") return R([=](V v) { return I(v, 0) < 0 ? -I(v, 0) : I(v, 0); });
  if (op == "neg") return R([=](V v) { return -I(v, 0); });
  if (op == "and") return R([=](V v) { return i128(v[0] & v[1]); });
  if (op == "or") return R([=](V v) { return i128(v[0] | v[1]); });
  if (op == "xor") return R([=](V v) { return i128(v[0] ^ v[1]); });
  if (op == "not") return R([=](V v) { return ~i128(v[0]); });
  if (op == "cnot") return R([=](V v) { return i128(v[0] == 0); });
  if (op == "shl") return R([=](V v) { return uint32_t(v[1]) >= uint32_t(n) ? i128(0) : i128(u128(v[0]) << v[1]); });
  if (op == "shr") return R([=](V v) { return I(v, 0) >> std::min<uint32_t>(uint32_t(v[1]), 64); });
  if (op == "brev") return R([=](V v) { i128 r = 0; for (int k = 0; k < n; k++) r |= i128(bit(v[0], k)) << (n - 1 - k); return r; });
  if (op == "clz") return [=](V v) -> Values { int k = 0; while (k < n && !bit(v[0], n - 1 - k)) k++; return {uint64_t(k)}; };
  if (op == "popc") return [=](V v) -> Values { uint64_t c = 0; for (int k = 0; k < n; k++) c += bit(v[0], k); return {c}; };
  if (op == "bfind") return [=](V v) -> Values {
    const bool negative = t[0] == 's' && bit(v[0], n - 1);
    for (int k = n - 1; k >= 0; k--) if (bit(v[0], k) != uint64_t(negative)) return {uint64_t(how == "shiftamt" ? n - 1 - k : k)};
    return {0xffffffff};
  };
  if (op == "bfe") return R([=](V v) {  // the ISA's own loop
    const int msb = n - 1, pos = int(v[1] & 255), len = int(v[2] & 255);
    const uint64_t sbit = t[0] == 'u' || len == 0 ? 0 : bit(v[0], std::min(pos + len - 1, msb));
    i128 d = 0;
    for (int k = 0; k <= msb; k++) d |= i128(k < len && pos + k <= msb ? bit(v[0], pos + k) : sbit) << k;
    return d;
  });
  if (op == "bfi") return R([=](V v) {
    const int pos = int(v[2] & 255), len = int(v[3] & 255);
    uint64_t f = v[1];
    for (int k = 0; k < len && pos + k <= n - 1; k++) f = (f & ~(uint64_t{1} << (pos + k))) | bit(v[0], k) << (pos + k);
    return i128(f);
  });
  if (op == "lop3") return R([=](V v) { i128 r = 0; for (int k = 0; k < 32; k++) r |= i128(bit(v[3], int(bit(v[0], k) * 4 + bit(v[1], k) * 2 + bit(v[2], k)))) << k; return r; });
  if (op == "shf") return R([=](V v) {
    const uint64_t both = v[1] << 32 | v[0];
    const auto by = int(w[2] == "wrap" ? v[2] & 31 : std::min<uint64_t>(v[2], 32));
    return i128(w[1] == "r" ? both >> by : u128(both) << by >> 32);
  });
  if (op == "bmsk") return R([=](V v) {
    const auto x = [&](int k) { return w[1] == "wrap" ? v[k] & 31 : std::min<uint64_t>(v[k], 32); };
    i128 r = 0;
    for (uint64_t k = x(0); k < x(0) + x(1); k++) r |= i128(1) << k;
    return r;
  });
  if (op == "szext") return R([=](V v) {
    const auto count = int(w[1] == "wrap" ? v[1] & 31 : std::min<uint64_t>(v[1], 32));
    i128 r = 0;
    for (int k = 0; k < 32; k++) r |= i128(count == 0 ? 0 : k < count ? bit(v[0], k) : t[0] == 's' ? bit(v[0], count - 1) : 0) << k;
    return r;
  });
  if (op == "dp4a") return R([=](V v) {
    i128 r = i128(v[2]);
    for (int k = 0; k < 4; k++) r += integer(v[0] >> 8 * k, w[1][0] == 's' ? "s8" : "u8") * integer(v[1] >> 8 * k, w[2][0] == 's' ? "s8" : "u8");
    return r;
  });
  return {};
}

Reference prmt(const std::string& mode) {
  return [=](const Values& v) -> Values {
    const uint64_t both = v[1] << 32 | v[0];
    const int c = int(v[2] & 3);
    uint64_t r = 0;
    for (int k = 0; k < 4; k++) {
      const int sel = mode == "" ? int(v[2] >> 4 * k & 15) : mode == "f4e" ? c + k : mode == "b4e" ? (c - k) & 7 : mode == "rc8" ? c : mode == "ecl" ? std::max(k, c)
                    : mode == "ecr" ? std::min(k, c) : (c & 1) * 2 + (k & 1);
      const uint64_t byte = both >> (sel & 7) * 8 & 255;
      r |= (sel & 8 ? (byte >> 7) * 255 : byte) << 8 * k;
    }
    return {r};
  };
}

Reference predicates(const std::string& op) {
  return [=](const Values& v) -> Values { return {op == "and" ? v[0] & v[1] : op == "or" ? v[0] | v[1] : op == "xor" ? v[0] ^ v[1] : op == "not" ? !v[0] : v[0]}; };
}

}  // namespace

// Empty: none known.
inline Reference reference(const std::string& opcode) {
  const Words w = split(opcode);
  const std::string op = w[0], t = w.back();
  if (op == "cvt") return cvt(w);
  if (op == "setp") return setp(w, false);
  if (op == "set") return setp(w, true);
  if (op == "mov" && t != "pred") return [](const Values& v) -> Values { return {v[0]}; };
  if (op == "selp") return [](const Values& v) -> Values { return {v[2] ? v[0] : v[1]}; };
  if (op == "slct") {
    const bool ftz = w[1] == "ftz", real = t == "f32";
    return [=](const Values& v) -> Values { return {(real ? (ftz ? flush(f32(v[2])) : f32(v[2])) >= 0 : int32_t(v[2]) >= 0) ? v[0] : v[1]}; };
  }
  if (op == "testp") return [=](const Values& v) -> Values {
    const int c = t == "f32" ? std::fpclassify(f32(v[0])) : std::fpclassify(f64(v[0]));
    const std::string what = w[1];
    return {what == "infinite" ? c == FP_INFINITE : what == "notanumber" ? c == FP_NAN : what == "number" ? c != FP_NAN : what == "subnormal" ? c == FP_SUBNORMAL
          : what == "finite" ? c != FP_INFINITE && c != FP_NAN : c == FP_NORMAL || c == FP_ZERO};
  };
  if (t == "pred" && (op == "and" || op == "or" || op == "xor" || op == "not" || op == "mov")) return predicates(op);
  if (t == "f16" || t == "bf16" || t == "f16x2" || t == "bf16x2") return halves(w);
  if (t == "f32" || t == "f64") return floats(w);
  if (op == "prmt") {  // prmt.b32.mode
    const std::string mode = w.size() == 3 ? w[2] : "";
    return prmt(mode);
  }
  return isInt(t) ? integers(w) : Reference{};
}

}  // namespace initium::soft::test
