// mov, address space conversions, fences and clocks.
#include <chrono>

#include "forms.h"
#include "lanes.h"

namespace initium::soft {

namespace {
void nothing(Warp&, const Instr&, Mask) {}
void trap(Warp&, const Instr&, Mask m) { throw Fault{Code::LaunchFailed, "trap", std::countr_zero(m)}; }
template <uint64_t kWindow> void toGeneric(Warp& w, const Instr& i, Mask m) { lanes<[](uint64_t a) { return a + kWindow; }, uint64_t, uint64_t>(w, i, m); }
template <uint64_t kWindow> void fromGeneric(Warp& w, const Instr& i, Mask m) { lanes<[](uint64_t a) { return a - kWindow; }, uint64_t, uint64_t>(w, i, m); }
template <uint64_t kSpace> void isSpace(Warp& w, const Instr& i, Mask m) {
  const uint64_t* a = w.slot(i.op[1]);
  Mask r = 0;
  each(m, [&](int l) { r |= Mask(a[l] >> 56 == kSpace) << l; });
  uint64_t& p = *w.slot(i.op[0]);
  p = (p & ~m) | (r & m);
}
}  // namespace

void pack(Warp& w, const Instr& i, Mask m) {
  const int bits = 8 * i.size;
  each(m, [&](int l) {
    uint64_t v = 0;
    for (int k = 0; k < i.count; k++) v |= (w.slot(i.op[1 + k])[l] & ((uint64_t{1} << bits) - 1)) << bits * k;
    w.slot(i.op[0])[l] = v;
  });
}

void unpack(Warp& w, const Instr& i, Mask m) {
  const uint64_t* s = w.slot(i.op[i.count]);
  const int bits = 8 * i.size;
  each(m, [&](int l) {
    const uint64_t v = s[l];  // before a part of it is overwritten
    for (int k = 0; k < i.count; k++)
      if (i.op[k] != kNone) w.slot(i.op[k])[l] = v >> bits * k & ((uint64_t{1} << bits) - 1);
  });
}

void loadClock(Warp& w, const Instr& i, Mask m) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  uint64_t* d = w.slot(i.op[0]);
  each(m, [&](int l) { d[l] = uint64_t(now) & i.width; });
}

void addMoves(Forms& forms) {
  for (int t = int(Type::B16); t < kTypes; t++) {
    Form f{{Type(t), Type(t)}, lanes<[](uint64_t a) { return a; }, uint64_t, uint64_t>, OpClass::Move};
    forms.add(std::string("mov.") + name(Type(t)), f);
  }
  const auto convert = [&](const std::string& space, Handler to, Handler from, Handler is) {
    const Type t = Type::U64;
    forms.add("cvta." + space + ".u64", Form{{t, t}, to, OpClass::Move});
    forms.add("cvta.to." + space + ".u64", Form{{t, t}, from, OpClass::Move});
    forms.add("isspacep." + space, Form{{Type::Pred, t}, is, OpClass::Move});
  };
  convert("global", toGeneric<0>, fromGeneric<0>, isSpace<0>);
  convert("const", toGeneric<0>, fromGeneric<0>, isSpace<0>);
  convert("shared", toGeneric<kSharedWindow>, fromGeneric<kSharedWindow>, isSpace<1>);
  convert("local", toGeneric<kLocalWindow>, fromGeneric<kLocalWindow>, isSpace<2>);
  convert("param", toGeneric<kParamWindow>, fromGeneric<kParamWindow>, isSpace<3>);
  const auto silent = [&](const std::string& name, std::vector<Type> operands = {}) { forms.add(name, Form{std::move(operands), nothing, OpClass::Memory, 0, 0}); };
  for (const char* level : {"cta", "gl", "sys"}) silent(std::string("membar.") + level);
  for (const char* order : {"", ".sc", ".acq_rel"})
    for (const char* scope : {"cta", "gpu", "sys"}) silent(std::string("fence") + order + "." + scope);
  for (const char* space : {"", ".global", ".local"})
    for (const char* level : {".L1", ".L2"}) silent(std::string("prefetch") + space + level, {Type::U64});
  silent("nanosleep.u32", {Type::U32});
  silent("brkpt");
  forms.add("trap", Form{{}, trap, OpClass::Branch, 0, 0});
}

}  // namespace initium::soft
