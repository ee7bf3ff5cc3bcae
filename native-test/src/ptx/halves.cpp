// SPDX-License-Identifier: Apache-2.0
// f16 and bf16, one at a time and two to a register. Every result is the exact one rounded once.
#include <cmath>

#include "forms.h"

namespace initium::soft {

namespace {

template <class F, class H, int kParts, size_t... K>
void arith(Warp& w, const Instr& i, Mask m, std::index_sequence<K...>) {
  u64* d = w.slot(i.op[0]);
  const u64* s[] = {w.slot(i.op[1 + K])...};
  each(m, [&](int l) {
    u64 out = 0;
    for (int shift = 0; shift < 16 * kParts; shift += 16) {
      const double r = F{}(widen(H{u16(s[K][l] >> shift)})...);
      const double kept = i.flags & kSat ? saturate(r) : r;
      out |= u64{narrow(kept, kFormat<H>, Round::Nearest)} << shift;
    }
    d[l] = out;
  });
}
template <class F, class H, int kParts, size_t N> void arith(Warp& w, const Instr& i, Mask m) {
  arith<F, H, kParts>(w, i, m, std::make_index_sequence<N>{});
}

double relu(double v) { return v > 0 || std::isnan(v) ? v : 0.0; }

template <class H> struct Adder {
  Forms& forms;

  template <class F> void op(const std::string& pattern, F, bool approx = false) {
    constexpr size_t n = Signature<F>::kCount;
    const auto put = [&](Type t, Handler run) {
      const Form form{{.run = run, .approx = approx}, std::vector<Type>(n + 1, t)};
      forms.add(pattern + "." + name(t), form);
    };
    put(H::type, arith<F, H, 1, n>);
    put(H::type == Type::F16 ? Type::F16x2 : Type::BF16x2, arith<F, H, 2, n>);
  }

  void all() {
    const std::string sat = H::type == Type::F16 ? "{.sat}" : "";
    op("add{.rn}" + sat, [](double a, double b) { return addOdd(a, b); });
    op("sub{.rn}" + sat, [](double a, double b) { return addOdd(a, -b); });
    op("mul{.rn}" + sat, [](double a, double b) { return a * b; });  // exact: 22 bits
    op("fma.rn" + sat, [](double a, double b, double c) { return addOdd(a * b, c); });
    op("fma.rn.relu", [](double a, double b, double c) { return relu(addOdd(a * b, c)); });
    op("min", [](double a, double b) { return extreme<false, false>(a, b); });
    op("max", [](double a, double b) { return extreme<true, false>(a, b); });
    op("min.NaN", [](double a, double b) { return extreme<false, true>(a, b); });
    op("max.NaN", [](double a, double b) { return extreme<true, true>(a, b); });
    op("tanh.approx", [](double v) { return std::tanh(v); }, true);
  }
};

}  // namespace

void addHalves(Forms& forms) {
  Adder<Half> f16{forms};
  f16.all();
  f16.op("ex2.approx", [](double v) { return std::exp2(v); }, true);
  Adder<BHalf>{forms}.all();
}

}  // namespace initium::soft
