// Loads, stores and atomics.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <sstream>

#include "forms.h"
#include "lanes.h"

namespace initium::soft {

namespace {

uint64_t loadBytes(const std::byte* p, unsigned size) {
  switch (size) {
    case 1: return uint64_t(*p);
    case 2: { uint16_t v; std::memcpy(&v, p, 2); return v; }
    case 4: { uint32_t v; std::memcpy(&v, p, 4); return v; }
    default: { uint64_t v; std::memcpy(&v, p, 8); return v; }
  }
}
void storeBytes(std::byte* p, uint64_t v, unsigned size) {
  switch (size) {
    case 1: std::memcpy(p, &v, 1); break;
    case 2: std::memcpy(p, &v, 2); break;
    case 4: std::memcpy(p, &v, 4); break;
    default: std::memcpy(p, &v, 8);
  }
}
uint64_t extended(uint64_t v, const Instr& i) {
  if (!i.extend) return v;
  const int up = 64 - 8 * i.size;
  return uint64_t(int64_t(v << up) >> up) & i.width;
}

// op: up to 4 registers, then the address
void load(Warp& w, const Instr& i, Mask m) {
  const uint64_t* a = w.slot(i.op[i.count]);
  each(m, [&](int l) {
    const std::byte* p = access(w, i, l, a[l] + uint64_t(i.imm), i.size * i.count, Access::Read);
    for (unsigned k = 0; k < i.count; k++)
      if (i.op[k] != kNone) w.slot(i.op[k])[l] = extended(loadBytes(p + k * i.size, i.size), i);
  });
}
// op: the address, then up to 4 registers
void store(Warp& w, const Instr& i, Mask m) {
  const uint64_t* a = w.slot(i.op[0]);
  each(m, [&](int l) {
    std::byte* p = access(w, i, l, a[l] + uint64_t(i.imm), i.size * i.count, Access::Write);
    for (unsigned k = 0; k < i.count; k++) storeBytes(p + k * i.size, w.slot(i.op[1 + k])[l], i.size);
  });
}

// op: the old value (none for red), the address, b, c. F(old, b, c) is the new value.
template <class T, auto F> void atomic(Warp& w, const Instr& i, Mask m) {
  const uint64_t *a = w.slot(i.op[1]), *b = w.slot(i.op[2]), *c = i.op[3] == kNone ? b : w.slot(i.op[3]);
  each(m, [&](int l) {
    const uint64_t address = a[l] + uint64_t(i.imm);
    std::byte* p = access(w, i, l, address, sizeof(T), Access::Atomic);
    const bool inShared = i.where == Where::Shared || (i.where == Where::Generic && address >> 56 == 1);
    std::atomic_ref<T> cell(*reinterpret_cast<T*>(p));
    T old = cell.load();
    while (!cell.compare_exchange_weak(old, T(F(old, T(b[l]), T(c[l]), inShared)))) {}
    if (i.op[0] != kNone) w.slot(i.op[0])[l] = std::make_unsigned_t<T>(old);
  });
}

using u16 = uint16_t;
using u32 = uint32_t;
using u64 = uint64_t;
using s32 = int32_t;
using s64 = int64_t;

u32 addF32(u32 old, u32 b, u32, bool shared) {  // global memory flushes subnormals, shared memory does not
  const auto z = [&](float v) { return shared ? v : flush(v); };
  return u32(put(z(z(std::bit_cast<float>(old)) + z(std::bit_cast<float>(b)))));
}
u64 addF64(u64 old, u64 b, u64, bool) { return put(std::bit_cast<double>(old) + std::bit_cast<double>(b)); }
template <class H> u16 addHalf(u16 old, u16 b, u16, bool) {
  return u16(narrow(addOdd(widen(H{old}), widen(H{b})), std::is_same_v<H, Half> ? kF16 : kBF16, Round::Nearest));
}
template <class H> u32 addHalf2(u32 old, u32 b, u32, bool) {
  return addHalf<H>(u16(old), u16(b), 0, false) | u32{addHalf<H>(u16(old >> 16), u16(b >> 16), 0, false)} << 16;
}

struct AtomicOp {
  const char* name;  // .op.type
  Type type;
  Handler run;
};
#define ATOMIC(T, expression) atomic<T, []([[maybe_unused]] T old, [[maybe_unused]] T b, [[maybe_unused]] T c, bool) { return T(expression); }>
#define ALL(name, type, T, expression) {name, type, ATOMIC(T, expression)}
const AtomicOp kAtomics[] = {
    ALL("add.u32", Type::U32, u32, old + b), ALL("add.s32", Type::S32, u32, old + b), ALL("add.u64", Type::U64, u64, old + b), ALL("add.s64", Type::S64, u64, old + b),
    {"add.f32", Type::F32, atomic<u32, addF32>}, {"add.f64", Type::F64, atomic<u64, addF64>},
    {"add.noftz.f16", Type::F16, atomic<u16, addHalf<Half>>}, {"add.noftz.f16x2", Type::F16x2, atomic<u32, addHalf2<Half>>},
    {"add.noftz.bf16", Type::BF16, atomic<u16, addHalf<BHalf>>}, {"add.noftz.bf16x2", Type::BF16x2, atomic<u32, addHalf2<BHalf>>},
    ALL("exch.b32", Type::B32, u32, b), ALL("exch.b64", Type::B64, u64, b),
    ALL("cas.b16", Type::B16, u16, old == b ? c : old), ALL("cas.b32", Type::B32, u32, old == b ? c : old), ALL("cas.b64", Type::B64, u64, old == b ? c : old),
    ALL("and.b32", Type::B32, u32, old & b), ALL("and.b64", Type::B64, u64, old & b), ALL("or.b32", Type::B32, u32, old | b), ALL("or.b64", Type::B64, u64, old | b),
    ALL("xor.b32", Type::B32, u32, old ^ b), ALL("xor.b64", Type::B64, u64, old ^ b),
    ALL("min.u32", Type::U32, u32, std::min(old, b)), ALL("min.s32", Type::S32, s32, std::min(old, b)), ALL("min.u64", Type::U64, u64, std::min(old, b)), ALL("min.s64", Type::S64, s64, std::min(old, b)),
    ALL("max.u32", Type::U32, u32, std::max(old, b)), ALL("max.s32", Type::S32, s32, std::max(old, b)), ALL("max.u64", Type::U64, u64, std::max(old, b)), ALL("max.s64", Type::S64, s64, std::max(old, b)),
    ALL("inc.u32", Type::U32, u32, old >= b ? 0 : old + 1), ALL("dec.u32", Type::U32, u32, old == 0 || old > b ? b : old - 1)};

std::vector<std::string_view> split(std::string_view opcode) {
  std::vector<std::string_view> out;
  for (size_t at = 0; at <= opcode.size();) {
    const size_t end = std::min(opcode.find('.', at), opcode.size());
    out.push_back(opcode.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

bool oneOf(std::string_view word, std::string_view list) {
  const std::string padded = " " + std::string(list) + " ";
  return !word.empty() && padded.find(" " + std::string(word) + " ") != padded.npos;
}

}  // namespace

// ld{.sem{.scope}}{.space}{.cache}{.v2|.v4}.type and its kin: a word is taken when it is the next one that may follow.
std::optional<Form> memoryForm(std::string_view opcode) {
  const auto words = split(opcode);
  size_t at = 1;
  const std::string_view kind = words[0];
  const bool loads = kind == "ld" || kind == "ldu", stores = kind == "st", atoms = kind == "atom" || kind == "red";
  if (!loads && !stores && !atoms) return {};
  const auto take = [&](std::string_view list, std::string_view& out) { return at < words.size() && oneOf(words[at], list) && (out = words[at++], true); };
  std::string_view word;
  Form f;
  f.cls = atoms ? OpClass::Atomic : OpClass::Memory;
  if (take(loads ? "volatile relaxed acquire weak" : stores ? "volatile relaxed release weak" : "relaxed acquire release acq_rel", word)) {
    f.strong = word != "weak";
    if (word != "weak" && word != "volatile" && !take("cta cluster gpu sys", word)) return {};
  } else if (atoms) take("cta cluster gpu sys", word);
  static constexpr std::pair<std::string_view, Where> spaces[] = {{"global", Where::Global}, {"shared", Where::Shared}, {"shared::cta", Where::Shared}, {"local", Where::Local},
                                                                 {"param", Where::Param}, {"param::entry", Where::Param}, {"param::func", Where::Param}, {"const", Where::Const}};
  for (const auto& [name, where] : spaces)
    if (at < words.size() && words[at] == name && !(atoms && where >= Where::Local) && !(stores && where == Where::Const)) { f.where = where; at++; break; }
  if (atoms) {
    if (at >= words.size()) return {};
    const std::string rest(opcode.substr(words[at].data() - opcode.data()));
    for (const AtomicOp& op : kAtomics) {
      if (rest != op.name) continue;
      const bool red = kind == "red", swap = rest.compare(0, 4, "exch") == 0, cas = rest.compare(0, 3, "cas") == 0;
      if (red && (swap || cas)) return {};
      f.strong = true;
      f.run = op.run;
      f.results = red ? 0 : 1;
      f.operands.assign(cas ? 4 : 3, op.type);
      if (red) f.operands.erase(f.operands.begin());
      f.size = uint8_t(bytes(op.type));
      return f;
    }
    return {};
  }
  if (loads && (f.where == Where::Global || f.where == Where::Generic)) take("nc", word);
  for (int level = 0; level < 2; level++)
    take(loads ? "ca cg cs lu cv L1::evict_normal L1::evict_unchanged L1::evict_first L1::evict_last L1::no_allocate L2::64B L2::128B L2::256B"
               : "wb cg cs wt L1::evict_normal L1::evict_unchanged L1::evict_first L1::evict_last L1::no_allocate", word);
  if (take("v2 v4", word)) f.count = word == "v2" ? 2 : 4;
  Type type;
  if (at + 1 != words.size() || !parseType(words[at], type) || type == Type::Pred) return {};
  f.size = uint8_t(bytes(type));
  if (f.size * f.count > 16) return {};
  f.extend = loads && isSigned(type);
  f.relaxedWidth = true;
  f.run = loads ? load : store;
  f.results = loads ? f.count : 0;
  f.operands.assign(f.count + 1, type);
  return f;
}

}  // namespace initium::soft
