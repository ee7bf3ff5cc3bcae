// SPDX-License-Identifier: Apache-2.0
// mov, address space conversions, fences.
#include "forms.h"

namespace initium::soft {

namespace {

void nothing(Warp&, const Instr&, Mask) {}
void trap(Warp&, const Instr&, Mask m) {
  throw Fault{Code::LaunchFailed, "trap", std::countr_zero(m)};
}

template <u64 kSpace> void addSpace(Forms& forms, const std::string& space) {
  constexpr u64 kWindow = kSpace << kSpaceShift;
  forms.op("cvta." + space + ".u64", [](u64 a) -> u64 { return a + kWindow; });
  forms.op("cvta.to." + space + ".u64", [](u64 a) -> u64 { return a - kWindow; });
  const Handler is = [](Warp& w, const Instr& i, Mask m) {
    const u64* a = w.slot(i.op[1]);
    assign(w, i.op[0], which(m, [&](int l) { return a[l] >> kSpaceShift == kSpace; }), m);
  };
  forms.add("isspacep." + space, {Type::Pred, Type::U64}, is);
}

// mov.b64 d, {a, b}
void pack(Warp& w, const Instr& i, Mask m) {
  const int bits = 8 * i.size;
  each(m, [&](int l) {
    u64 v = 0;
    for (int k = 0; k < i.count; k++)
      v |= (w.slot(i.op[1 + k])[l] & ((u64{1} << bits) - 1)) << bits * k;
    w.slot(i.op[0])[l] = v;
  });
}
// mov.b64 {a, b}, d
void unpack(Warp& w, const Instr& i, Mask m) {
  const u64* s = w.slot(i.op[i.count]);
  const int bits = 8 * i.size;
  each(m, [&](int l) {
    const u64 v = s[l];  // before a part of it is overwritten
    for (int k = 0; k < i.count; k++) w.slot(i.op[k])[l] = v >> bits * k & ((u64{1} << bits) - 1);
  });
}

}  // namespace

Form vectorMove(Type whole, size_t parts, bool packs) {
  const size_t size = parts == 0 ? 0 : bytes(whole) / parts;
  if ((parts != 2 && parts != 4) || size == 0) return {};
  const Type part = size == 4 ? Type::B32 : size == 2 ? Type::B16 : Type::B8;
  std::vector<Type> operands(parts, part);
  operands.insert(packs ? operands.begin() : operands.end(), whole);
  return {{.run = packs ? pack : unpack, .size = uint8_t(size), .count = uint8_t(parts)},
          std::move(operands),
          uint8_t(packs ? 1 : parts)};
}

void addMoves(Forms& forms) {
  const Handler copy = lanes<decltype([](u64 a) { return a; }), u64, u64>;
  for (Type t = Type::B16; t != Type::None; t = Type(int(t) + 1))
    forms.add(std::string("mov.") + name(t), {t, t}, copy);
  addSpace<0>(forms, "global"), addSpace<0>(forms, "const");
  addSpace<kSharedSpace>(forms, "shared"), addSpace<kLocalSpace>(forms, "local");
  addSpace<kParamSpace>(forms, "param");
  forms.add("membar[.cta,.gl,.sys]", {}, nothing, 0);
  forms.add("fence{.sc,.acq_rel}[.cta,.gpu,.sys]", {}, nothing, 0);
  forms.add("nanosleep.u32", {Type::U32}, nothing, 0);
  forms.add("trap", {}, trap, 0);
  const Form prefetch{{.run = nothing}, {Type::U64}, 0, false, true};
  forms.add("prefetch{.global,.local}[.L1,.L2]", prefetch);
}

}  // namespace initium::soft
