// One statement as one instruction.
#include "compiler.h"

namespace initium::soft {

void Compiler::plain(const Item& item, const Form& f, Instr i) {
  i.run = f.run;
  i.flow = f.flow;
  i.cls = f.cls;
  i.approx = f.approx;
  i.flags = f.flags;
  i.member = f.member;
  i.size = f.size;
  i.count = f.count;
  i.extend = f.extend;
  i.strong = f.strong;
  i.where = f.where;
  std::vector<const Operand*> operands;
  const bool pairs = f.results == 2 && f.operands.size() > 2 && f.operands[1] == Type::Pred && f.count == 1;  // d|p: the second may be left out
  for (const Operand& o : item.operands) {
    const bool first = operands.empty();
    if (first && pairs && o.kind == Operand::Pair) operands = {&o.parts[0], &o.parts[1]};
    else if (first && pairs) operands = {&o, nullptr};
    else if (f.count > 1 && o.kind == Operand::Vector) for (const Operand& part : o.parts) operands.push_back(&part);
    else operands.push_back(&o);
  }
  if (operands.size() != f.operands.size()) fail(item.name + " takes " + std::to_string(f.operands.size()) + " operands, not " + std::to_string(operands.size()));
  size_t slot = 0;
  // Where an address in brackets belongs: after the results of an access; alone in a prefetch.
  const size_t place = f.size != 0 ? f.results : item.name.compare(0, 8, "prefetch") == 0 ? 0 : operands.size();
  for (size_t k = 0; k < operands.size(); k++) {
    const Operand* o = operands[k];
    const Type t = f.operands[k];
    if (slot == 1 && f.hole) slot++;
    if (f.cls == OpClass::Atomic && f.results == 0 && slot == 0) slot++;
    uint32_t& out = i.op[slot++];
    if (o == nullptr) continue;
    if (k == place) {
      out = address(*o, i);
    } else if (k < f.results) {
      out = target(*o, t, f.relaxedWidth);
      if (const Symbol* s = lookup(o->name); s != nullptr && f.relaxedWidth) i.width = maskOf(s->type);
    } else out = source(*o, t, f.relaxedWidth);
  }
  emit(i);
}

bool Compiler::vectorMove(const Item& item, Instr i) {
  Type t;
  if (item.name.compare(0, 4, "mov.") != 0 || !parseType(std::string_view(item.name).substr(4), t) || item.operands.size() != 2) return false;
  const bool packs = item.operands[1].kind == Operand::Vector;
  if (!packs && item.operands[0].kind != Operand::Vector) return false;
  const auto& parts = item.operands[packs ? 1 : 0].parts;
  const size_t n = parts.size();
  if ((n != 2 && n != 4) || bytes(t) / int(n) == 0) fail("a vector of this size does not fit into ." + std::string(name(t)));
  const Type part = bytes(t) / n == 4 ? Type::B32 : bytes(t) / n == 2 ? Type::B16 : Type::B8;
  i.run = packs ? pack : unpack;
  i.count = uint8_t(n);
  i.size = uint8_t(bytes(part));
  if (packs) i.op[0] = target(item.operands[0], t);
  for (size_t k = 0; k < n; k++) i.op[packs + k] = packs ? source(parts[k], part) : target(parts[k], part);
  if (!packs) i.op[n] = source(item.operands[1], t);
  emit(i);
  return true;
}

bool Compiler::branch(const Item& item, Instr i, uint32_t returnLabel) {
  i.cls = OpClass::Branch;
  const auto& o = item.operands;
  if ((item.name == "bra" || item.name == "bra.uni") && o.size() == 1) {
    i.flow = Flow::Branch;
    i.imm = int64_t(need(o[0].name, Symbol::Label, "a label").value);
  } else if ((item.name == "brx.idx" || item.name == "brx.idx.uni") && o.size() == 2) {
    i.flow = Flow::Table;
    i.op[0] = source(o[0], Type::U32);
    i.imm = int64_t(program_.tables.size());
    std::vector<uint32_t> table;
    for (const Operand& label : need(o[1].name, Symbol::Targets, "a list of branch targets").targets->operands) table.push_back(uint32_t(need(label.name, Symbol::Label, "a label").value));
    program_.tables.push_back(std::move(table));
  } else if ((item.name == "ret" || item.name == "ret.uni") && o.empty()) {
    i.flow = returnLabel == kNone ? Flow::Exit : Flow::Branch;
    i.imm = returnLabel;
  } else if (item.name == "exit" && o.empty()) {
    i.flow = Flow::Exit;
  } else return false;
  emit(i);
  return true;
}

// bar{.cta}.sync a{, b}   bar.arrive a, b   bar.red.op.type d, a{, b}, c   and barrier... with or without .aligned
bool Compiler::barrier(const Item& item, Instr i) {
  std::string n = item.name;
  if (n.compare(0, 8, "barrier.") == 0) n = "bar." + n.substr(8);
  if (n.compare(0, 4, "bar.") != 0 || n == "bar.warp.sync") return false;
  for (const char* drop : {".cta", ".aligned"})
    if (const size_t at = n.find(drop); at != n.npos) n.erase(at, std::string_view(drop).size());
  std::vector<Operand> o = item.operands;
  const bool reduces = n.compare(0, 8, "bar.red.") == 0;
  i.cls = OpClass::Barrier;
  i.flow = n == "bar.arrive" ? Flow::Arrive : Flow::Barrier;
  if (reduces) {
    const bool popc = n == "bar.red.popc.u32";
    i.flags = popc ? 1 : n == "bar.red.and.pred" ? 2 : n == "bar.red.or.pred" ? 3 : 0;
    if (i.flags == 0 || o.size() < 3) return false;
    i.op[0] = target(o.front(), popc ? Type::U32 : Type::Pred);
    i.op[3] = source(o.back(), Type::Pred);
    o.erase(o.begin());
    o.pop_back();
  } else if (n != "bar.sync" && n != "bar.arrive") return false;
  if (o.empty() || o.size() > 2 || (i.flow == Flow::Arrive && o.size() != 2)) fail("wrong number of operands");
  i.op[1] = source(o[0], Type::U32);
  if (o.size() == 2) i.op[2] = source(o[1], Type::U32);
  emit(i);
  return true;
}

}  // namespace initium::soft
