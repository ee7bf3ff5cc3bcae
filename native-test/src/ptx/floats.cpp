// f32 and f64 arithmetic. Results are those of IEEE 754 in the rounding that the instruction names; `.approx` is the
// correctly rounded f64 result rounded once more to f32, and is counted.
#include <algorithm>
#include <cfenv>
#include <cmath>

#include "forms.h"
#include "lanes.h"

#if defined(__FAST_MATH__) || (defined(__FMA__) && defined(__clang__))
#error "the arithmetic must be exactly what the instructions say: no -ffast-math; no contraction"
#endif

namespace initium::soft {

namespace {

constexpr int kModes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};

// Modifiers are rare: one loop without, one with.
template <auto F, class T, int N> void arith(Warp& w, const Instr& i, Mask m) {
  uint64_t* d = w.slot(i.op[0]);
  const uint64_t* s[N];
  for (int k = 0; k < N; k++) s[k] = w.slot(i.op[1 + k]);
  const auto call = [&]<size_t... K>(int l, auto prepare, std::index_sequence<K...>) { return F(prepare(get<T>(s[K][l]))...); };
  const auto operands = std::make_index_sequence<N>{};
  if ((i.flags & (kRound | kFtz | kSat)) == 0) {
    each(m, [&](int l) { d[l] = put<T>(call(l, [](T v) { return v; }, operands)); });
    return;
  }
  const bool ftz = i.flags & kFtz;
  std::fesetround(kModes[i.flags & kRound]);
  asm volatile("" ::: "memory");  // keeps the arithmetic between the two switches: its operands come from memory
  each(m, [&](int l) {
    T r = call(l, [&](T v) { return ftz ? flush(v) : v; }, operands);
    if (ftz) r = flush(r);
    if (i.flags & kSat) r = saturate(r);
    d[l] = put<T>(r);
  });
  asm volatile("" ::: "memory");
  std::fesetround(FE_TONEAREST);
}

template <class T> T add(T a, T b) { return a + b; }
template <class T> T sub(T a, T b) { return a - b; }
template <class T> T mul(T a, T b) { return a * b; }
template <class T> T quotient(T a, T b) { return a / b; }
template <class T> T fused(T a, T b, T c) { return std::fma(a, b, c); }
template <class T> T reciprocal(T a) { return T(1) / a; }
template <class T> T root(T a) { return std::sqrt(a); }

// -0 < +0; the number wins over NaN, unless kKeep.
template <class T, bool kMax, bool kKeep> T extreme(T a, T b) {
  if (a != a || b != b) return kKeep ? T(NAN) : a != a ? b : a;
  if (a == b) return std::signbit(a) == kMax ? b : a;
  return (a < b) == kMax ? b : a;
}
template <class T, bool kMax> T extremeXor(T a, T b) {  // .xorsign.abs
  const T r = extreme<T, kMax, false>(std::fabs(a), std::fabs(b));
  return std::signbit(a) != std::signbit(b) ? -r : r;
}

template <auto F> float approx1(float a) { return float(F(double(a))); }
float divApprox(float a, float b) { return float(double(a) / double(b)); }
double rcpApprox64(double a) {  // rcp.approx.ftz.f64: 20 bits of the mantissa, the low word is zero
  const double flushed = std::fpclassify(a) == FP_SUBNORMAL ? std::copysign(0.0, a) : a;
  return std::bit_cast<double>(std::bit_cast<uint64_t>(flush(1 / flushed)) & 0xffffffff00000000u);
}
double rsqrtApprox64(double a) {
  const double flushed = std::fpclassify(a) == FP_SUBNORMAL ? std::copysign(0.0, a) : a;
  return std::bit_cast<double>(std::bit_cast<uint64_t>(1 / std::sqrt(flushed)) & 0xffffffff00000000u);
}

template <class T> constexpr T kSign = T(1) << (sizeof(T) * 8 - 1);

struct Adder {
  Forms& forms;

  void put(const std::string& name, std::vector<Type> types, Handler run, uint32_t flags = 0, bool approx = false) {
    const OpClass cls = types.back() == Type::F64 ? OpClass::Float64 : OpClass::Float32;
    forms.add(name, Form{std::move(types), run, cls, flags, 1, approx});
  }
  static std::vector<Type> same(Type t, int n) { return std::vector<Type>(n, t); }

  // name{.rnd}{.ftz}{.sat}.type; ftz and sat are for f32 only
  template <auto F, class T, int N> void rounded(const std::string& base, bool mustRound, bool sat) {
    static constexpr const char* rounds[] = {".rn", ".rz", ".rm", ".rp"};
    const bool single = sizeof(T) == 4;
    for (int r = mustRound ? 0 : -1; r < 4; r++)
      for (uint32_t ftz = 0; ftz <= (single ? kFtz : 0); ftz += kFtz)
        for (uint32_t s = 0; s <= (single && sat ? kSat : 0); s += kSat)
          put(base + (r < 0 ? "" : rounds[r]) + (ftz ? ".ftz" : "") + (s ? ".sat" : "") + "." + name(kType<T>), same(kType<T>, N + 1), arith<F, T, N>, uint32_t(std::max(r, 0)) | ftz | s);
  }
  template <auto F, int N> void approximate(const std::string& base) {  // f32, with and without .ftz
    put(base + ".f32", same(Type::F32, N + 1), arith<F, float, N>, 0, true);
    put(base + ".ftz.f32", same(Type::F32, N + 1), arith<F, float, N>, kFtz, true);
  }
  template <auto F, class T, int N> void plain(const std::string& base, bool ftz) {
    put(base + "." + name(kType<T>), same(kType<T>, N + 1), arith<F, T, N>);
    if (ftz) put(base + ".ftz." + name(kType<T>), same(kType<T>, N + 1), arith<F, T, N>, kFtz);
  }
  template <class T> void both() {
    const bool f32 = sizeof(T) == 4;
    rounded<add<T>, T, 2>("add", false, true);
    rounded<sub<T>, T, 2>("sub", false, true);
    rounded<mul<T>, T, 2>("mul", false, true);
    rounded<fused<T>, T, 3>("fma", true, true);
    rounded<fused<T>, T, 3>("mad", true, true);
    rounded<quotient<T>, T, 2>("div", true, false);
    rounded<reciprocal<T>, T, 1>("rcp", true, false);
    rounded<root<T>, T, 1>("sqrt", true, false);
    plain<extreme<T, false, false>, T, 2>("min", f32);
    plain<extreme<T, true, false>, T, 2>("max", f32);
    using U = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;  // on the bits: NaN keeps its payload
    const std::string t = std::string(".") + name(kType<T>);
    const auto bits = [&](const std::string& name, int n, Handler run) { put(name + t, same(kType<T>, n), run); };
    bits("neg", 2, lanes<[](U a) { return U(a ^ kSign<U>); }, U, U>);
    bits("abs", 2, lanes<[](U a) { return U(a & ~kSign<U>); }, U, U>);
    bits("copysign", 3, lanes<[](U a, U b) { return U((a & kSign<U>) | (b & ~kSign<U>)); }, U, U, U>);
  }
};

}  // namespace

void addFloats(Forms& forms) {
  Adder a{forms};
  a.both<float>(), a.both<double>();
  a.plain<extreme<float, false, true>, float, 2>("min.NaN", false);
  a.plain<extreme<float, true, true>, float, 2>("max.NaN", false);
  a.plain<extremeXor<float, false>, float, 2>("min.xorsign.abs", false);
  a.plain<extremeXor<float, true>, float, 2>("max.xorsign.abs", false);
  a.put("neg.ftz.f32", Adder::same(Type::F32, 2), arith<[](float v) { return -v; }, float, 1>, kFtz);
  a.put("abs.ftz.f32", Adder::same(Type::F32, 2), arith<[](float v) { return std::fabs(v); }, float, 1>, kFtz);
  a.approximate<divApprox, 2>("div.approx");
  a.approximate<divApprox, 2>("div.full");
  a.approximate<approx1<[](double v) { return 1 / v; }>, 1>("rcp.approx");
  a.approximate<approx1<[](double v) { return std::sqrt(v); }>, 1>("sqrt.approx");
  a.approximate<approx1<[](double v) { return 1 / std::sqrt(v); }>, 1>("rsqrt.approx");
  a.approximate<approx1<[](double v) { return std::sin(v); }>, 1>("sin.approx");
  a.approximate<approx1<[](double v) { return std::cos(v); }>, 1>("cos.approx");
  a.approximate<approx1<[](double v) { return std::log2(v); }>, 1>("lg2.approx");
  a.approximate<approx1<[](double v) { return std::exp2(v); }>, 1>("ex2.approx");
  a.put("tanh.approx.f32", Adder::same(Type::F32, 2), arith<approx1<[](double v) { return std::tanh(v); }>, float, 1>, 0, true);
  a.put("rcp.approx.ftz.f64", Adder::same(Type::F64, 2), arith<rcpApprox64, double, 1>, 0, true);
  a.put("rsqrt.approx.ftz.f64", Adder::same(Type::F64, 2), arith<rsqrtApprox64, double, 1>, 0, true);
  a.put("rsqrt.approx.f64", Adder::same(Type::F64, 2), arith<[](double v) { return 1 / std::sqrt(v); }, double, 1>, 0, true);
}

}  // namespace initium::soft
