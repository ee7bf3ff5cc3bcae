// SPDX-License-Identifier: Apache-2.0
// f32 and f64 arithmetic. Results are those of IEEE 754 in the rounding that the instruction names;
// `.approx` is the correctly rounded f64 result rounded once more to f32, and is counted.
#include <algorithm>
#include <cfenv>
#include <cmath>

#include "forms.h"

#if defined(__FAST_MATH__) || (defined(__FMA__) && defined(__clang__))
#error "the arithmetic must be exactly what the instructions say: no -ffast-math; no contraction"
#endif

namespace initium::soft {

namespace {

// Modifiers are rare: one loop without, one with.
template <class F, class T, size_t... K>
void arith(Warp& w, const Instr& i, Mask m, std::index_sequence<K...>) {
  u64* d = w.slot(i.op[0]);
  const u64* s[] = {w.slot(i.op[1 + K])...};
  if ((i.flags & (kRound | kFtz | kSat)) == 0) {
    each(m, [&](int l) { d[l] = put<T>(F{}(get<T>(s[K][l])...)); });
    return;
  }
  const bool ftz = i.flags & kFtz;
  const auto flushed = [ftz](T v) { return ftz ? flush(v) : v; };
  static constexpr int kModes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};
  std::fesetround(kModes[i.flags & kRound]);
  asm volatile("" ::: "memory");  // keeps the arithmetic between the two switches
  each(m, [&](int l) {
    const T r = flushed(F{}(flushed(get<T>(s[K][l]))...));
    d[l] = put<T>(i.flags & kSat ? saturate(r) : r);
  });
  asm volatile("" ::: "memory");
  std::fesetround(FE_TONEAREST);
}
template <class F, class T, size_t N> void arith(Warp& w, const Instr& i, Mask m) {
  arith<F, T>(w, i, m, std::make_index_sequence<N>{});
}

template <class F> struct Approximate {  // in f64, rounded once more
  float operator()(auto... v) const { return float(F{}(double(v)...)); }
};
double highWord(double v) {  // 20 bits of the mantissa
  return std::bit_cast<double>(std::bit_cast<u64>(v) & 0xffffffff00000000u);
}

struct Adder {
  Forms& forms;

  template <class T> void put(const std::string& pattern, size_t n, Handler run, bool approx) {
    forms.add(pattern, Form{{.run = run, .approx = approx}, std::vector<Type>(n + 1, kType<T>)});
  }
  template <class F> void real(const std::string& pattern, F, bool approx = false) {
    using T = typename Signature<F>::Result;
    constexpr size_t n = Signature<F>::kCount;
    put<T>(pattern, n, arith<F, T, n>, approx);
  }
  template <class F> void approx(const std::string& pattern, F) {
    constexpr size_t n = Signature<F>::kCount;
    put<float>(pattern, n, arith<Approximate<F>, float, n>, true);
  }

  template <class T> void both() {
    const bool single = sizeof(T) == 4;
    const std::string t = std::string(".") + name(kType<T>), any = "{.rn,.rz,.rm,.rp}";
    const std::string one = "[.rn,.rz,.rm,.rp]", ftz = single ? "{.ftz}" : "";
    const std::string sat = ftz + (single ? "{.sat}" : "");
    real("add" + any + sat + t, [](T a, T b) { return a + b; });
    real("sub" + any + sat + t, [](T a, T b) { return a - b; });
    real("mul" + any + sat + t, [](T a, T b) { return a * b; });
    real("fma" + one + sat + t, [](T a, T b, T c) { return std::fma(a, b, c); });
    real("mad" + one + sat + t, [](T a, T b, T c) { return std::fma(a, b, c); });
    real("div" + one + ftz + t, [](T a, T b) { return a / b; });
    real("rcp" + one + ftz + t, [](T a) { return 1 / a; });
    real("sqrt" + one + ftz + t, [](T a) { return std::sqrt(a); });
    real("min" + ftz + t, [](T a, T b) { return extreme<false, false>(a, b); });
    real("max" + ftz + t, [](T a, T b) { return extreme<true, false>(a, b); });
  }

  // On the bits: NaN keeps its payload.
  template <class B, auto kSign> void signs() {
    using U = decltype(B::bits);
    const std::string t = std::string(".") + name(B::type);
    forms.op("neg" + t, [](B a) -> B { return {U(a.bits ^ kSign)}; });
    forms.op("abs" + t, [](B a) -> B { return {U(a.bits & ~kSign)}; });
    if constexpr (B::type == Type::F32 || B::type == Type::F64)
      forms.op("copysign" + t,
               [](B a, B b) -> B { return {(a.bits & kSign) | (b.bits & ~kSign)}; });
  }
};

}  // namespace

void addFloats(Forms& forms) {
  Adder a{forms};
  a.both<float>(), a.both<double>();
  a.signs<Raw<Type::F32, u32>, u32{1} << 31>(), a.signs<Raw<Type::F64, u64>, u64{1} << 63>();
  a.signs<Half, u16{0x8000}>(), a.signs<Raw<Type::F16x2, u32>, 0x80008000u>();
  a.signs<BHalf, u16{0x8000}>(), a.signs<Raw<Type::BF16x2, u32>, 0x80008000u>();
  a.real("neg[.ftz].f32", [](float v) { return -v; });
  a.real("abs[.ftz].f32", [](float v) { return std::fabs(v); });
  a.real("min.NaN.f32", [](float x, float y) { return extreme<false, true>(x, y); });
  a.real("max.NaN.f32", [](float x, float y) { return extreme<true, true>(x, y); });
  a.approx("div[.approx,.full]{.ftz}.f32", [](double x, double y) { return x / y; });
  a.approx("rcp.approx{.ftz}.f32", [](double v) { return 1 / v; });
  a.approx("sqrt.approx{.ftz}.f32", [](double v) { return std::sqrt(v); });
  a.approx("rsqrt.approx{.ftz}.f32", [](double v) { return 1 / std::sqrt(v); });
  a.approx("sin.approx{.ftz}.f32", [](double v) { return std::sin(v); });
  a.approx("cos.approx{.ftz}.f32", [](double v) { return std::cos(v); });
  a.approx("lg2.approx{.ftz}.f32", [](double v) { return std::log2(v); });
  a.approx("ex2.approx{.ftz}.f32", [](double v) { return std::exp2(v); });
  a.approx("tanh.approx.f32", [](double v) { return std::tanh(v); });
  a.real("rcp.approx[.ftz].f64", [](double v) { return highWord(flush(1 / v)); }, true);
  a.real("rsqrt.approx[.ftz].f64", [](double v) { return highWord(1 / std::sqrt(v)); }, true);
  a.real("rsqrt.approx.f64", [](double v) { return 1 / std::sqrt(v); }, true);
}

}  // namespace initium::soft
