// SPDX-License-Identifier: Apache-2.0
// Operands of an instruction as register slots; constants and special registers get slots of their
// own.
#include <chrono>

#include "compiler.h"

namespace initium::soft {

namespace {

uint64_t maskOf(Type t) {
  const int bits = t == Type::Pred ? 32 : 8 * bytes(t);
  return ~uint64_t{0} >> (64 - bits);
}

void offset(Reader& r, Operand& out) {
  while (r.isAny({"+", "-"})) {
    r.take("+");
    out.offset = int64_t(uint64_t(out.offset) + r.literal().bits);
  }
}

void invert(Warp& w, const Instr& i, Mask m) { assign(w, i.op[0], ~predicate(w, i.op[1]), m); }
void clock(Warp& w, const Instr& i, Mask m) {
  const auto now = uint64_t(std::chrono::steady_clock::now().time_since_epoch().count());
  uint64_t* d = w.slot(i.op[0]);
  each(m, [&](int l) { d[l] = now & i.width; });
}

}  // namespace

Operand operand(Reader& r, int depth) {
  if (depth > 4) r.fail("operand nested too deeply");
  Operand out;
  if (r.isAny({"{", "("})) {
    const bool vector = r.next().text == "{";
    const char* close = vector ? "}" : ")";
    out.kind = vector ? Operand::Vector : Operand::List;
    if (!r.is(close)) {
      do out.parts.push_back(operand(r, depth + 1));
      while (r.take(","));
    }
    r.need(close);
  } else if (r.take("[")) {
    out.kind = Operand::Address;
    if (r.peek().kind == Token::Word) out.name = r.word("an address");
    else out.offset = int64_t(r.literal().bits);
    offset(r, out);
    r.need("]");
  } else if (r.peek().kind == Token::Number || r.is("-")) {
    out.kind = Operand::Number;
    out.number = r.literal();
  } else {
    out.negated = r.take("!");
    out.name = r.word("an operand");
    offset(r, out);
    if (!r.take("|")) return out;
    Operand pair;
    pair.kind = Operand::Pair;
    pair.parts = {out, operand(r, depth + 1)};
    return pair;
  }
  return out;
}

// A slot that an instruction of our own fills.
uint32_t Compiler::computed(const char* opcode, Handler run, uint32_t from, uint64_t width) {
  Instr i;
  i.run = run;
  i.opcode = opcode;
  i.op[0] = newSlot();
  i.op[1] = from;
  i.width = width;
  i.line = line_;
  emit(i);
  return i.op[0];
}

uint32_t Compiler::special(const std::string& name, Type type) {
  if (name.starts_with("%clock") || name.starts_with("%globaltimer"))
    return computed("mov", clock, kNone, maskOf(type));
  const Special value = soft::special(name);
  if (value == nullptr) fail("unknown register '" + name + "'");
  const auto [it, fresh] = specials_.try_emplace(name, 0);
  if (fresh) program_.specials.emplace_back(it->second = newSlot(), value);
  return it->second;
}

void Compiler::fits(const std::string& name, const Symbol& s, Type type, bool wider) const {
  const bool predicates = type == Type::Pred || s.type == Type::Pred;
  const int more = bytes(s.type) - bytes(type);
  if (predicates ? type != s.type : more < 0 || (more > 0 && !wider))
    fail("register '" + name + "' of type ." + soft::name(s.type) + " where ." + soft::name(type) +
         " is needed");
}

uint32_t Compiler::source(const Operand& o, Type type, bool wider) {
  if (o.kind == Operand::Number) {
    if (type == Type::Pred) return constant(o.number.bits != 0 ? kAll : 0);
    return constant(o.number.as(type) & maskOf(type));
  }
  if (o.kind != Operand::Name) fail("an operand of this kind does not belong here");
  if (o.name == "WARP_SZ") return constant(kLanes);
  const Symbol* s = lookup(o.name);
  if (s != nullptr && s->kind == Symbol::Register) {
    fits(o.name, *s, type, wider);
    if (o.offset != 0) fail("an offset of a register: '" + o.name + "'");
    if (o.negated && type != Type::Pred) fail("'!' before a register that is not a predicate");
    const auto slot = uint32_t(s->value);
    return o.negated ? computed("not", invert, slot, kAll) : slot;
  }
  if (s == nullptr && o.name[0] == '%') return special(o.name, type);
  if (bytes(type) < 4) fail("an address does not fit into ." + std::string(name(type)));
  bool dynamic = false;
  const uint64_t value = symbolValue(o.name, dynamic) + uint64_t(o.offset);
  return constant(value & maskOf(type), dynamic);
}

uint32_t Compiler::target(const Operand& o, Type type, Instr& i, bool wider) {
  if (o.kind != Operand::Name || o.negated || o.offset != 0)
    fail("expected a register as the result");
  if (o.name == "_") return newSlot();
  const Symbol& s = need(o.name, Symbol::Register, "a register");
  fits(o.name, s, type, wider);
  i.width = maskOf(s.type);
  return uint32_t(s.value);
}

uint32_t Compiler::address(const Operand& o, Instr& i) {
  if (o.kind != Operand::Address) fail("expected an address in brackets");
  i.imm = o.offset;
  if (o.name.empty()) return constant(0);
  const Symbol* s = lookup(o.name);
  if (s != nullptr && s->kind == Symbol::Register) {
    const bool small = i.where == Where::Shared || i.where == Where::Local;
    if (bytes(s->type) != 8 && !(bytes(s->type) == 4 && small))
      fail("address register '" + o.name + "' has the wrong width");
    return uint32_t(s->value);
  }
  // a parameter of a call
  if (s != nullptr && s->kind == Symbol::Local && i.where == Where::Param) i.where = Where::Local;
  bool dynamic = false;
  const uint64_t value = symbolValue(o.name, dynamic);
  return constant(value, dynamic);
}

}  // namespace initium::soft
