// SPDX-License-Identifier: Apache-2.0
// Loads, stores and atomics.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <sstream>

#include "forms.h"

namespace initium::soft {

namespace {

// op: up to 4 registers, then the address
template <bool kSigned> void load(Warp& w, const Instr& i, Mask m) {
  const u64* a = w.slot(i.op[i.count]);
  const int up = 64 - 8 * i.size;
  each(m, [&](int l) {
    std::byte* p = access(w, i, l, a[l] + u64(i.imm), i.size * i.count, Access::Read);
    for (unsigned k = 0; k < i.count; k++) {
      u64& v = w.slot(i.op[k])[l];
      v = 0;
      std::memcpy(&v, p + k * i.size, i.size);
      if (kSigned) v = u64(s64(v << up) >> up) & i.width;
    }
  });
}
// op: the address, then up to 4 registers
void store(Warp& w, const Instr& i, Mask m) {
  const u64* a = w.slot(i.op[0]);
  each(m, [&](int l) {
    std::byte* p = access(w, i, l, a[l] + u64(i.imm), i.size * i.count, Access::Write);
    for (unsigned k = 0; k < i.count; k++)
      std::memcpy(p + k * i.size, &w.slot(i.op[1 + k])[l], i.size);
  });
}

// op: the old value (none for red), the address, b, c. F(old, b, c) is the new value; where there
// is no c, whether it is in shared memory.
template <class F, class T, bool kResult> void atomic(Warp& w, const Instr& i, Mask m) {
  const uint32_t* op = i.op + kResult;
  const u64 *a = w.slot(op[0]), *b = w.slot(op[1]), *c = op[2] == kNone ? nullptr : w.slot(op[2]);
  each(m, [&](int l) {
    const u64 address = a[l] + u64(i.imm);
    const bool shared = i.where == Where::Shared || address >> kSpaceShift == kSharedSpace;
    std::byte* p = access(w, i, l, address, sizeof(T), Access::Atomic);
    std::atomic_ref<T> cell(*reinterpret_cast<T*>(p));
    T old = cell.load();
    while (!cell.compare_exchange_weak(old, F{}(old, T(b[l]), c ? T(c[l]) : T(shared)))) {}
    if (kResult) w.slot(i.op[0])[l] = std::make_unsigned_t<T>(old);
  });
}

u32 addFloat(u32 a, u32 b, bool shared) {  // global memory flushes subnormals, shared does not
  const auto z = [&](float v) { return shared ? v : flush(v); };
  return u32(put(z(z(std::bit_cast<float>(a)) + z(std::bit_cast<float>(b)))));
}
template <class H> u16 addHalf(u16 a, u16 b) {
  return u16(narrow(addOdd(widen(H{a}), widen(H{b})), kFormat<H>, Round::Nearest));
}
template <class H> u32 addHalves(u32 a, u32 b) {
  return addHalf<H>(u16(a), u16(b)) | u32{addHalf<H>(u16(a >> 16), u16(b >> 16))} << 16;
}

struct Adder {
  Forms& forms;

  // n: operands besides the result, the address among them
  template <class F> void op(const std::string& op, Type t, F, size_t n = 2) {
    using T = typename Signature<F>::Result;
    Form form{{.run = atomic<F, T, true>, .size = sizeof(T), .strong = true},
              std::vector<Type>(n + 1, t),
              1,
              false,
              true};
    const std::string name = op + "." + soft::name(t);
    forms.add("atom." + name, form);
    if (op == "exch" || op == "cas") return;
    form.operands.pop_back();
    form.results = 0;
    form.run = atomic<F, T, false>;
    forms.add("red." + name, form);
  }
  template <class T> void arithmetic(Type t) {
    op("add", t, [](T old, T b, T) -> T { return old + b; });
    op("min", t, [](T old, T b, T) -> T { return std::min(old, b); });
    op("max", t, [](T old, T b, T) -> T { return std::max(old, b); });
  }
  template <class T> void bits(Type t) {
    op("and", t, [](T old, T b, T) -> T { return old & b; });
    op("or", t, [](T old, T b, T) -> T { return old | b; });
    op("xor", t, [](T old, T b, T) -> T { return old ^ b; });
    op("exch", t, [](T, T b, T) -> T { return b; });
    op("cas", t, [](T old, T b, T c) -> T { return old == b ? c : old; }, 3);
  }
  void access(const std::string& pattern, Type t, uint8_t count) {
    if (bytes(t) * count > 16) return;
    Form form{
        {.run = isSigned(t) ? load<true> : load<false>, .size = uint8_t(bytes(t)), .count = count},
        std::vector<Type>(count + 1, t),
        count,
        true,
        true};
    forms.add("ld" + pattern, form);
    form.results = 0;
    form.run = store;
    forms.add("st" + pattern, form);
  }
};

bool oneOf(const std::string& word, std::initializer_list<const char*> list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

void addMemory(Forms& forms) {
  Adder a{forms};
  a.arithmetic<u32>(Type::U32), a.arithmetic<s32>(Type::S32);
  a.arithmetic<u64>(Type::U64), a.arithmetic<s64>(Type::S64);
  a.bits<u32>(Type::B32), a.bits<u64>(Type::B64);
  a.op("cas", Type::B16, [](u16 old, u16 b, u16 c) -> u16 { return old == b ? c : old; }, 3);
  a.op("inc", Type::U32, [](u32 old, u32 b, u32) -> u32 { return old >= b ? 0 : old + 1; });
  a.op("dec", Type::U32,
       [](u32 old, u32 b, u32) -> u32 { return old == 0 || old > b ? b : old - 1; });
  a.op("add", Type::F32, [](u32 old, u32 b, u32 s) -> u32 { return addFloat(old, b, s); });
  a.op("add", Type::F64, [](u64 old, u64 b, u64) -> u64 {
    return put(std::bit_cast<double>(old) + std::bit_cast<double>(b));
  });
  const auto halves = [&](Type t, auto f) { a.op("add.noftz", t, f); };
  halves(Type::F16, [](u16 old, u16 b, u16) -> u16 { return addHalf<Half>(old, b); });
  halves(Type::BF16, [](u16 old, u16 b, u16) -> u16 { return addHalf<BHalf>(old, b); });
  halves(Type::F16x2, [](u32 old, u32 b, u32) -> u32 { return addHalves<Half>(old, b); });
  halves(Type::BF16x2, [](u32 old, u32 b, u32) -> u32 { return addHalves<BHalf>(old, b); });
  for (Type t = Type::B8; t != Type::None; t = Type(int(t) + 1))
    for (const auto& [vector, count] : {std::pair{"", 1}, {".v2", 2}, {".v4", 4}})
      a.access(std::string(vector) + "." + name(t), t, uint8_t(count));
}

std::optional<std::string> unqualified(const std::string& opcode, Action& out) {
  std::vector<std::string> words;
  std::istringstream text(opcode);
  for (std::string word; std::getline(text, word, '.');) words.push_back(word);
  std::string name = words.empty() ? "" : words[0];
  const bool loads = name == "ld" || name == "ldu", stores = name == "st";
  const bool atomics = name == "atom" || name == "red";
  if (!loads && !stores && !atomics) return opcode;
  size_t at = 1;
  const auto take = [&](std::initializer_list<const char*> list) {
    return at < words.size() && oneOf(words[at], list) && ++at;
  };
  const auto scope = [&] { return take({"cta", "cluster", "gpu", "sys"}); };
  const bool ordered = take({"relaxed"}) || (!stores && take({"acquire"})) ||
                       (!loads && take({"release"})) || (atomics && take({"acq_rel"}));
  const bool isVolatile = !ordered && !atomics && take({"volatile"});
  if (!ordered && !isVolatile && !atomics) take({"weak"});
  if ((ordered || atomics) && !scope() && !atomics) return {};
  out.strong = ordered || isVolatile;
  if (take({"global"})) out.where = Where::Global;
  else if (take({"shared", "shared::cta"})) out.where = Where::Shared;
  else if (!atomics && take({"local"})) out.where = Where::Local;
  else if (!atomics && take({"param", "param::entry", "param::func"})) out.where = Where::Param;
  else if (loads && take({"const"})) out.where = Where::Const;
  if (loads && (out.where == Where::Global || out.where == Where::Generic)) take({"nc"});
  for (int level = 0; level < 2 && !atomics; level++) {
    take({"L1::evict_normal", "L1::evict_unchanged", "L1::evict_first", "L1::evict_last",
          "L1::no_allocate", "cg", "cs"}) ||
        (loads ? take({"ca", "lu", "cv", "L2::64B", "L2::128B", "L2::256B"}) : take({"wb", "wt"}));
  }
  if (loads) name = "ld";
  for (; at < words.size(); at++) name += "." + words[at];
  return name;
}

}  // namespace initium::soft
