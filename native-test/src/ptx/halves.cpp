// f16 and bf16, one at a time and two to a register. Every result is the exact one rounded once.
#include <cmath>

#include "forms.h"
#include "lanes.h"

namespace initium::soft {

namespace {

template <class H> constexpr Format kFormat = std::is_same_v<H, Half> ? kF16 : kBF16;
template <class H> constexpr uint16_t kFirstNormal = uint16_t(1 << kFormat<H>.fraction);

template <class H> H flushed(H h) { return (h.bits & 0x7fff) < kFirstNormal<H> ? H{uint16_t(h.bits & 0x8000)} : h; }

template <class H> struct Ops {
  static double add(double a, double b) { return addOdd(a, b); }
  static double sub(double a, double b) { return addOdd(a, -b); }
  static double mul(double a, double b) { return a * b; }  // exact: 22 bits
  static double fma(double a, double b, double c) { return addOdd(a * b, c); }
};

template <class H, auto F, int N> H operate(const H* in, uint32_t flags) {
  double v[3] = {};
  for (int k = 0; k < N; k++) v[k] = widen(flags & kFtz ? flushed(in[k]) : in[k]);
  double r;
  if constexpr (N == 1) r = F(v[0]);
  else if constexpr (N == 2) r = F(v[0], v[1]);
  else r = F(v[0], v[1], v[2]);
  if (flags & kSat) r = saturate(r);
  const H h{uint16_t(narrow(r, kFormat<H>, Round::Nearest))};
  return flags & kFtz ? flushed(h) : h;
}

template <class H, auto F, int N, bool kPair> void arith(Warp& w, const Instr& i, Mask m) {
  uint64_t* d = w.slot(i.op[0]);
  each(m, [&](int l) {
    uint64_t out = 0;
    for (int part = 0; part < (kPair ? 2 : 1); part++) {
      H in[N];
      for (int k = 0; k < N; k++) in[k].bits = uint16_t(w.slot(i.op[1 + k])[l] >> 16 * part);
      out |= uint64_t{operate<H, F, N>(in, i.flags).bits} << 16 * part;
    }
    d[l] = out;
  });
}

template <bool kMax, bool kKeep> double extreme(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return kKeep ? NAN : std::isnan(a) ? b : a;
  if (a == b) return std::signbit(a) == kMax ? b : a;
  return (a < b) == kMax ? b : a;
}
double relu(double v) { return v > 0 || std::isnan(v) ? v : 0.0; }

template <class H> void addType(Forms& forms) {
  const bool f16 = std::is_same_v<H, Half>;
  const Type one = kType<H>, two = f16 ? Type::F16x2 : Type::BF16x2;
  const auto put = [&](const std::string& base, const char* tail, int n, Handler single, Handler pair, uint32_t flags = 0, bool approx = false) {
    forms.add(base + "." + name(one) + tail, Form{std::vector<Type>(n, one), single, OpClass::Half, flags, 1, approx});
    forms.add(base + "." + name(two) + tail, Form{std::vector<Type>(n, two), pair, OpClass::Half, flags, 1, approx});
  };
#define BOTH(F, N) arith<H, F, N, false>, arith<H, F, N, true>
  for (uint32_t ftz = 0; ftz <= (f16 ? kFtz : 0); ftz += kFtz) {
    const std::string z = ftz ? ".ftz" : "";
    for (uint32_t sat = 0; sat <= (f16 ? kSat : 0); sat += kSat) {
      const std::string s = z + (sat ? ".sat" : "");
      for (const char* rn : {"", ".rn"}) {
        put(std::string("add") + rn + s, "", 3, BOTH(Ops<H>::add, 2), ftz | sat);
        put(std::string("sub") + rn + s, "", 3, BOTH(Ops<H>::sub, 2), ftz | sat);
        put(std::string("mul") + rn + s, "", 3, BOTH(Ops<H>::mul, 2), ftz | sat);
      }
      put("fma.rn" + s, "", 4, BOTH(Ops<H>::fma, 3), ftz | sat);
    }
    put("fma.rn" + z + ".relu", "", 4, BOTH([](double a, double b, double c) { return relu(addOdd(a * b, c)); }, 3), ftz);
    put("min" + z, "", 3, BOTH((extreme<false, false>), 2), ftz);
    put("max" + z, "", 3, BOTH((extreme<true, false>), 2), ftz);
    put("min" + z + ".NaN", "", 3, BOTH((extreme<false, true>), 2), ftz);
    put("max" + z + ".NaN", "", 3, BOTH((extreme<true, true>), 2), ftz);
  }
  put(f16 ? "ex2.approx" : "ex2.approx.ftz", "", 2, BOTH([](double v) { return std::exp2(v); }, 1), f16 ? 0 : kFtz, true);
  put("tanh.approx", "", 2, BOTH([](double v) { return std::tanh(v); }, 1), 0, true);
#undef BOTH
  using U = uint32_t;
  const Handler neg1 = lanes<[](uint16_t a) { return uint16_t(a ^ 0x8000); }, uint16_t, uint16_t>, neg2 = lanes<[](U a) { return a ^ 0x80008000u; }, U, U>;
  const Handler abs1 = lanes<[](uint16_t a) { return uint16_t(a & 0x7fff); }, uint16_t, uint16_t>, abs2 = lanes<[](U a) { return a & 0x7fff7fffu; }, U, U>;
  put("neg", "", 2, neg1, neg2);
  put("abs", "", 2, abs1, abs2);
}

}  // namespace

void addHalves(Forms& forms) {
  addType<Half>(forms);
  addType<BHalf>(forms);
}

}  // namespace initium::soft
