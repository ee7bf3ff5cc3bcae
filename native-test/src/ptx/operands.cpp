// Operands of an instruction as register slots; constants and special registers get slots of their own.
#include <algorithm>

#include "compiler.h"

namespace initium::soft {

namespace {
const std::pair<const char*, Special> kSpecials[] = {
    {"%tid.x", Special::TidX}, {"%tid.y", Special::TidY}, {"%tid.z", Special::TidZ}, {"%ntid.x", Special::NtidX}, {"%ntid.y", Special::NtidY},
    {"%ntid.z", Special::NtidZ}, {"%ctaid.x", Special::CtaidX}, {"%ctaid.y", Special::CtaidY}, {"%ctaid.z", Special::CtaidZ}, {"%nctaid.x", Special::NctaidX},
    {"%nctaid.y", Special::NctaidY}, {"%nctaid.z", Special::NctaidZ}, {"%laneid", Special::LaneId}, {"%warpid", Special::WarpId}, {"%nwarpid", Special::NwarpId},
    {"%smid", Special::SmId}, {"%nsmid", Special::NsmId}, {"%gridid", Special::GridId}, {"%lanemask_eq", Special::MaskEq}, {"%lanemask_le", Special::MaskLe},
    {"%lanemask_lt", Special::MaskLt}, {"%lanemask_ge", Special::MaskGe}, {"%lanemask_gt", Special::MaskGt}, {"%dynamic_smem_size", Special::DynamicShared},
    {"%total_smem_size", Special::TotalShared}};

}  // namespace

uint32_t Compiler::constant(uint64_t value, bool dynamic) {
  const auto [it, fresh] = constants_.try_emplace({dynamic, value}, uint32_t(constants_.size()));
  return it->second | kConstant;
}

uint32_t Compiler::special(const std::string& name, Type type) {
  if (name.compare(0, 6, "%clock") == 0 || name.compare(0, 12, "%globaltimer") == 0) {
    Instr i;
    i.run = loadClock;
    i.op[0] = newSlot();
    i.width = maskOf(type);
    i.line = line_;
    emit(i);
    return i.op[0];
  }
  const auto known = std::find_if(std::begin(kSpecials), std::end(kSpecials), [&](const auto& s) { return name == s.first; });
  const bool zero = name.compare(0, 7, "%envreg") == 0;
  if (known == std::end(kSpecials) && !zero) fail("unknown register '" + name + "'");
  const auto [it, fresh] = specials_.try_emplace(name, 0);
  if (fresh) {
    it->second = newSlot();
    program_.specials.push_back({it->second, zero ? Special::Zero : known->second});
  }
  return it->second;
}

uint32_t Compiler::negated(uint32_t predicate) {
  Instr i;
  i.run = notPred;
  i.cls = OpClass::Compare;
  i.op[0] = newSlot();
  i.op[1] = predicate;
  i.line = line_;
  emit(i);
  return i.op[0];
}

uint32_t Compiler::source(const Operand& o, Type type, bool relaxed) {
  switch (o.kind) {
    case Operand::Integer: case Operand::Float: case Operand::F32Bits: case Operand::F64Bits: {
      if (type == Type::Pred) return constant(o.bits != 0 ? 0xffffffff : 0);
      return constant(immediate(o, type) & maskOf(type));
    }
    case Operand::Name: break;
    default: fail("an operand of this kind does not belong here");
  }
  if (o.name == "WARP_SZ") return constant(kLanes);
  const Symbol* s = lookup(o.name);
  if (s != nullptr && s->kind == Symbol::Register) {
    const bool fits = type == Type::Pred || s->type == Type::Pred ? type == s->type : relaxed ? bytes(s->type) >= bytes(type) : bytes(s->type) == bytes(type);
    if (!fits || o.offset != 0) fail("register '" + o.name + "' of type ." + name(s->type) + " where ." + name(type) + " is needed");
    if (o.negated && type != Type::Pred) fail("'!' before a register that is not a predicate");
    const auto slot = uint32_t(s->value);
    return o.negated ? negated(slot) : slot;
  }
  if (s == nullptr && o.name[0] == '%') return special(o.name, type);
  if (bytes(type) < 4) fail("an address does not fit into ." + std::string(name(type)));
  bool dynamic = false;
  const uint64_t value = symbolValue(o.name, dynamic) + uint64_t(o.offset);
  return constant(value & maskOf(type), dynamic);
}

uint32_t Compiler::target(const Operand& o, Type type, bool relaxed) {
  if (o.kind != Operand::Name || o.negated || o.offset != 0) fail("expected a register as the result");
  if (o.name == "_") return newSlot();
  const Symbol& s = need(o.name, Symbol::Register, "a register");
  const bool fits = type == Type::Pred || s.type == Type::Pred ? type == s.type : relaxed ? bytes(s.type) >= bytes(type) : bytes(s.type) == bytes(type);
  if (!fits) fail("register '" + o.name + "' of type ." + name(s.type) + " where ." + name(type) + " is needed");
  return uint32_t(s.value);
}

uint32_t Compiler::address(const Operand& o, Instr& i) {
  if (o.kind != Operand::Address) fail("expected an address in brackets");
  i.imm = o.offset;
  if (o.name.empty()) return constant(0);
  const Symbol* s = lookup(o.name);
  if (s != nullptr && s->kind == Symbol::Register) {
    if (bytes(s->type) != 8 && !(bytes(s->type) == 4 && (i.where == Where::Shared || i.where == Where::Local))) fail("address register '" + o.name + "' has the wrong width");
    return uint32_t(s->value);
  }
  if (s != nullptr && s->kind == Symbol::Local && i.where == Where::Param) i.where = Where::Local;  // a parameter of a call
  bool dynamic = false;
  const uint64_t value = symbolValue(o.name, dynamic);
  return constant(value, dynamic);
}

}  // namespace initium::soft
