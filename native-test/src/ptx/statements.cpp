// SPDX-License-Identifier: Apache-2.0
// One statement as one instruction.
#include <algorithm>

#include "compiler.h"

namespace initium::soft {

void Compiler::instruction(uint32_t returnLabel) {
  Instr i;
  i.line = line_;
  if (reader_.take("@")) {
    i.guardNegated = reader_.take("!");
    const std::string name = reader_.word("a predicate");
    const Symbol& p = need(name, Symbol::Register, "a predicate");
    if (p.type != Type::Pred) fail("the guard is not a predicate: '" + name + "'");
    i.guard = uint32_t(p.value);
  }
  const std::string opcode = reader_.word("an instruction");
  i.opcode = opcode;
  std::vector<Operand> operands;
  if (!reader_.is(";")) {
    do operands.push_back(operand(reader_));
    while (reader_.take(","));
  }
  reader_.need(";");
  if (opcode == "call" || opcode == "call.uni") return call(std::move(operands), i);
  if (branch(opcode, operands, i, returnLabel) || barrier(opcode, operands, i) ||
      vectorMove(opcode, operands, i))
    return;
  const auto known = Forms::all().find(opcode);
  if (!known) fail("unknown instruction or modifier '" + opcode + "'");
  if (opcode.starts_with("cvta.param") && outline_.version < 77)  // nvcc emits it, ptxas refuses it
    fail("'" + opcode + "' needs .version 7.7");
  form(opcode, *known, std::move(operands), i);
}

void Compiler::form(const std::string& opcode, const Form& f, std::vector<Operand> written,
                    Instr i) {
  static_cast<Action&>(i) = f;
  std::vector<Operand> operands;
  // d|p: the second may be left out
  const bool pair = f.results == 2 && f.operands[1] == Type::Pred && f.count == 1;
  for (Operand& o : written) {
    const bool spread = (pair && o.kind == Operand::Pair && operands.empty()) ||
                        (f.count > 1 && o.kind == Operand::Vector);
    if (!spread) operands.push_back(std::move(o));
    else operands.insert(operands.end(), o.parts.begin(), o.parts.end());
  }
  if (pair && operands.size() == f.operands.size() - 1)
    operands.insert(operands.begin() + 1, Operand{Operand::Missing});
  if (operands.size() != f.operands.size())
    fail(opcode + " takes " + std::to_string(f.operands.size()) + " operands, not " +
         std::to_string(operands.size()));
  // Where an address in brackets belongs: after the results of an access; alone in a prefetch.
  const size_t place = f.accesses ? f.results : operands.size();
  for (size_t k = 0; k < operands.size(); k++) {
    const Operand& o = operands[k];
    const bool member = f.flow == Flow::Converge && k == operands.size() - 1;
    uint32_t& out = i.op[member ? 5 : k];
    if (o.kind == Operand::Missing) continue;
    if (k == place) out = address(o, i);
    else if (k >= f.results) out = source(o, f.operands[k], f.wider);
    else out = target(o, f.operands[k], i, f.wider);
  }
  emit(i);
}

bool Compiler::vectorMove(const std::string& opcode, const std::vector<Operand>& o, Instr i) {
  if (!opcode.starts_with("mov.") || o.size() != 2) return false;
  const bool packs = o[1].kind == Operand::Vector;
  if (!packs && o[0].kind != Operand::Vector) return false;
  const Type whole = typeOf(opcode.substr(4));
  if (whole == Type::None) return false;
  const Form f = soft::vectorMove(whole, o[packs].parts.size(), packs);
  if (f.run == nullptr)
    fail("a vector of this size does not fit into ." + std::string(name(whole)));
  form(opcode, f, o, i);
  return true;
}

bool Compiler::branch(const std::string& opcode, const std::vector<Operand>& o, Instr i,
                      uint32_t returnLabel) {
  const std::string op = opcode.ends_with(".uni") ? opcode.substr(0, opcode.size() - 4) : opcode;
  if (op == "bra" && o.size() == 1) {
    i.flow = Flow::Branch;
    i.imm = int64_t(need(o[0].name, Symbol::Label, "a label").value);
  } else if (op == "brx.idx" && o.size() == 2) {
    i.flow = Flow::Table;
    i.op[0] = source(o[0], Type::U32);
    i.imm = int64_t(program_.tables.size());
    Reader r = reader_;
    r.position = need(o[1].name, Symbol::Targets, "a list of branch targets").value;
    std::vector<uint32_t> table;
    do table.push_back(uint32_t(need(r.word("a label"), Symbol::Label, "a label").value));
    while (r.take(","));
    program_.tables.push_back(std::move(table));
  } else if (op == "ret" && o.empty() && returnLabel != kNone) {
    i.flow = Flow::Branch;
    i.imm = returnLabel;
  } else if ((op == "ret" || op == "exit") && o.empty()) {
    i.flow = Flow::Exit;
  } else {
    return false;
  }
  emit(i);
  return true;
}

// bar{.cta}.sync a   bar{.cta}.red.op.type d, a, c   and barrier... with or without .aligned: for
// all threads of the block.
bool Compiler::barrier(std::string n, std::vector<Operand> o, Instr i) {
  if (n.starts_with("barrier.")) n = "bar." + n.substr(8);
  if (!n.starts_with("bar.") || n == "bar.warp.sync") return false;
  for (const std::string drop : {".cta", ".aligned"})
    if (const size_t at = n.find(drop); at != n.npos) n.erase(at, drop.size());
  i.flow = Flow::Barrier;
  static const std::map<std::string, uint32_t> kKinds = {
      {"bar.sync", 0}, {"bar.red.popc.u32", 1}, {"bar.red.and.pred", 2}, {"bar.red.or.pred", 3}};
  const auto kind = kKinds.find(n);
  if (kind == kKinds.end()) return false;
  i.flags = kind->second;
  const bool reduces = i.flags != 0;
  if (o.size() != (reduces ? 3 : 1)) fail("a barrier is for all threads: its number and no count");
  if (o[reduces].kind != Operand::Number || o[reduces].number.bits > 15)
    fail("a barrier has a number from 0 to 15");
  if (reduces) {
    i.op[0] = target(o[0], i.flags == 1 ? Type::U32 : Type::Pred, i);
    i.op[1] = source(o[2], Type::Pred);
  }
  emit(i);
  return true;
}

std::vector<Compiler::Symbol> Compiler::bind(Scope& scope, const std::vector<Operand>& actual,
                                             const std::vector<Declaration>& formal) {
  if (actual.size() != formal.size()) fail("a call with the wrong number of parameters");
  std::vector<Symbol> out;
  for (size_t k = 0; k < actual.size(); k++) {
    out.push_back(need(actual[k].name, Symbol::Local, "a .param variable"));
    scope[formal[k].name] = out.back();
  }
  return out;
}

// call {(results),} name {, (arguments)}
void Compiler::call(std::vector<Operand> o, Instr i) {
  if (o.empty() || o.front().kind != Operand::List) o.insert(o.begin(), Operand{Operand::List});
  if (o.size() == 2) o.push_back(Operand{Operand::List});
  if (o.size() != 3 || o[1].kind != Operand::Name || o[2].kind != Operand::List)
    fail("expected the name of a function; indirect calls are not supported");
  const std::string& name = o[1].name;
  const Function* callee = nullptr;
  for (const Function& f : outline_.functions)
    if (f.name == name && !f.entry && (callee == nullptr || f.body != 0)) callee = &f;
  if (callee == nullptr) fail("call of '" + name + "', which is not a function");
  if (std::find(stack_.begin(), stack_.end(), callee) != stack_.end())
    fail("recursive call of '" + name + "' is not supported");
  Scope bindings;
  bind(bindings, o[0].parts, callee->results);
  const std::vector<Symbol> arguments = bind(bindings, o[2].parts, callee->parameters);
  if (callee->body == 0) {
    if (name != "__assertfail" || arguments.size() < 4)
      fail("call of '" + name + "', which the module does not define");
    i.run = assertFails;
    i.where = Where::Local;
    for (size_t k = 0; k < 4; k++) i.op[k] = constant(arguments[k].value);
    return emit(i);
  }
  const uint32_t after = newLabel();
  if (i.guard != kNone) {  // @p call: the others jump over the body
    i.guardNegated = !i.guardNegated;
    i.flow = Flow::Branch;
    i.imm = after;
    emit(i);
  }
  std::vector<Scope> outer;
  outer.swap(scopes_);
  scopes_.push_back(std::move(outer.front()));  // the module's names
  body(*callee, bindings, after);
  outer.front() = std::move(scopes_.front());
  scopes_.swap(outer);
  labels_[after] = uint32_t(program_.code.size());
}

}  // namespace initium::soft
