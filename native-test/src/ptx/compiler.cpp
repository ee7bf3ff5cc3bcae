#include "compiler.h"

#include <algorithm>
#include <cctype>

namespace initium::soft {

namespace {
constexpr uint32_t kConstant = 1u << 30;                       // marks an operand as a constant until slots are final
constexpr size_t kMaxCode = size_t{1} << 20, kMaxSlots = size_t{1} << 17;
constexpr size_t kMaxLocal = size_t{512} << 10, kMaxShared = size_t{48} << 10;

const std::pair<const char*, Special> kSpecials[] = {
    {"%tid.x", Special::TidX}, {"%tid.y", Special::TidY}, {"%tid.z", Special::TidZ}, {"%ntid.x", Special::NtidX}, {"%ntid.y", Special::NtidY},
    {"%ntid.z", Special::NtidZ}, {"%ctaid.x", Special::CtaidX}, {"%ctaid.y", Special::CtaidY}, {"%ctaid.z", Special::CtaidZ}, {"%nctaid.x", Special::NctaidX},
    {"%nctaid.y", Special::NctaidY}, {"%nctaid.z", Special::NctaidZ}, {"%laneid", Special::LaneId}, {"%warpid", Special::WarpId}, {"%nwarpid", Special::NwarpId},
    {"%smid", Special::SmId}, {"%nsmid", Special::NsmId}, {"%gridid", Special::GridId}, {"%lanemask_eq", Special::MaskEq}, {"%lanemask_le", Special::MaskLe},
    {"%lanemask_lt", Special::MaskLt}, {"%lanemask_ge", Special::MaskGe}, {"%lanemask_gt", Special::MaskGt}, {"%dynamic_smem_size", Special::DynamicShared},
    {"%total_smem_size", Special::TotalShared}};

uint64_t maskOf(Type t) { return t == Type::Pred || bytes(t) == 4 ? 0xffffffff : bytes(t) == 8 ? ~uint64_t{0} : (uint64_t{1} << 8 * bytes(t)) - 1; }
}  // namespace

uint32_t Compiler::newSlot() {
  if (slots_ >= kMaxSlots) fail("too many registers");
  return slots_++;
}

size_t Compiler::place(size_t& area, size_t size, size_t align, size_t limit, const char* what) {
  const size_t at = (area + align - 1) / align * align;
  if (at > limit || size > limit - at) fail(std::string("more than ") + std::to_string(limit) + " bytes of " + what + " memory");
  area = at + size;
  return at;
}

void Compiler::emit(const Instr& i) {
  if (program_.code.size() >= kMaxCode) fail("function too large once its calls are expanded");
  program_.code.push_back(i);
}

uint32_t Compiler::constant(uint64_t value, bool dynamic) {
  const auto [it, fresh] = constants_.try_emplace({dynamic, value}, uint32_t(constants_.size()));
  return it->second | kConstant;
}

// ---- names

Compiler::Symbol* Compiler::lookup(const std::string& name) {
  const size_t digits = name.find_last_not_of("0123456789") + 1;
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    if (const auto it = scope->find(name); it != scope->end()) return &it->second;
    if (digits == name.size() || name.size() - digits > 8) continue;
    const auto family = scope->find(name.substr(0, digits));
    if (family == scope->end() || family->second.kind != Symbol::Family) continue;
    if (std::stoul(name.substr(digits)) >= family->second.value) continue;
    const Symbol fresh{Symbol::Register, family->second.type, newSlot()};
    return &scope->emplace(name, fresh).first->second;
  }
  return nullptr;
}

const Compiler::Symbol& Compiler::need(const std::string& name, Symbol::Kind kind, const char* what) {
  const Symbol* s = lookup(name);
  if (s == nullptr || s->kind != kind) fail(std::string("not ") + what + ": '" + name + "'");
  return *s;
}

void Compiler::declare(const Declaration& d) {
  line_ = d.line;
  Symbol s{Symbol::Register, d.type, 0};
  if (d.space == "reg") {
    if (d.count > 0) s = {Symbol::Family, d.type, d.count};
    else s.value = newSlot();
  } else if (d.space == "local" || d.space == "param") {
    s = {Symbol::Local, d.type, place(local_, d.size(), d.align, kMaxLocal, "local")};
  } else if (d.space == "shared") {
    if (d.unsized || d.external) s = {Symbol::Dynamic, d.type, 0};
    else s = {Symbol::Shared, d.type, place(shared_, d.size(), d.align, kMaxShared, "static shared")};
  } else fail("variables of this space belong outside functions");
  if (!scopes_.back().emplace(d.name, s).second) fail("declared twice: '" + d.name + "'");
}

// The labels of a block are known in all of it.
void Compiler::enter(const std::vector<Item>& items, size_t from) {
  scopes_.emplace_back();
  int depth = 0;
  for (size_t i = from; i < items.size() && depth >= 0; i++) {
    const Item& item = items[i];
    if (item.kind == Item::Open) depth++;
    else if (item.kind == Item::Close) depth--;
    else if (depth == 0 && (item.kind == Item::Label || item.kind == Item::Targets)) {
      line_ = item.line;
      Symbol s{item.kind == Item::Label ? Symbol::Label : Symbol::Targets, Type::B32, item.kind == Item::Label ? newLabel() : 0, &item};
      if (!scopes_.back().emplace(item.name, s).second) fail("label defined twice: '" + item.name + "'");
    }
  }
}

uint64_t Compiler::symbolValue(const std::string& name, bool& dynamic) {
  if (const Symbol* s = lookup(name)) {
    dynamic = s->kind == Symbol::Dynamic;
    if (s->kind == Symbol::Parameter) return s->value;
    if (s->kind == Symbol::Shared || s->kind == Symbol::Local || dynamic) return s->value;
    fail("not the name of a variable: '" + name + "'");
  }
  if (const auto it = variables_.find(name); it != variables_.end()) return it->second.address;
  for (const Declaration& d : ast_.variables)
    if (d.name == name && d.space == "shared") {  // of the module: placed when a kernel uses it
      Scope& outer = scopes_.front();
      const Symbol s = d.unsized || d.external ? Symbol{Symbol::Dynamic, d.type, 0} : Symbol{Symbol::Shared, d.type, place(shared_, d.size(), d.align, kMaxShared, "static shared")};
      outer.emplace(name, s);
      dynamic = s.kind == Symbol::Dynamic;
      return s.value;
    }
  fail("unknown name '" + name + "'");
}

// ---- operands

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

// ---- instructions

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
  const bool accesses = f.size != 0;  // exactly one operand is an address
  for (size_t k = 0; k < operands.size(); k++) {
    const Operand* o = operands[k];
    const Type t = f.operands[k];
    if (slot == 1 && f.hole) slot++;
    if (f.cls == OpClass::Atomic && f.results == 0 && slot == 0) slot++;
    uint32_t& out = i.op[slot++];
    if (o == nullptr) continue;
    if (accesses && o->kind == Operand::Address) out = address(*o, i);
    else if (accesses && k == (f.results != 0 ? f.results : 0)) fail("expected an address in brackets");
    else if (!accesses && o->kind == Operand::Address) {
      Instr ignored = i;
      out = address(*o, ignored);  // prefetch
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

void Compiler::instruction(const Item& item, uint32_t returnLabel, int depth) {
  line_ = item.line;
  Instr i;
  i.line = item.line;
  if (!item.guard.empty()) {
    const Symbol& p = need(item.guard, Symbol::Register, "a predicate");
    if (p.type != Type::Pred) fail("the guard is not a predicate: '" + item.guard + "'");
    i.guard = uint32_t(p.value);
    i.guardNegated = item.guardNegated;
  }
  if (item.name == "call" || item.name == "call.uni") return call(item, i, depth);
  if (branch(item, i, returnLabel) || barrier(item, i) || vectorMove(item, i)) return;
  const auto form = Forms::all().find(item.name);
  if (!form) fail("unknown instruction or modifier '" + item.name + "'");
  plain(item, *form, i);
}

void Compiler::call(const Item& item, const Instr& guarded, int depth) {
  std::vector<Operand> results, arguments;
  size_t k = 0;
  const auto& o = item.operands;
  if (k < o.size() && o[k].kind == Operand::List) results = o[k++].parts;
  if (k >= o.size() || o[k].kind != Operand::Name) fail("expected the name of a function");
  const std::string& name = o[k++].name;
  if (k < o.size() && o[k].kind == Operand::List) arguments = o[k++].parts;
  if (k != o.size()) fail("indirect calls are not supported");
  const Function* callee = nullptr;
  for (const Function& f : ast_.functions)
    if (f.name == name && !f.entry && (callee == nullptr || f.defined)) callee = &f;
  if (callee == nullptr) fail("call of '" + name + "', which is not a function");
  if (std::find(stack_.begin(), stack_.end(), callee) != stack_.end()) fail("recursive call of '" + name + "' is not supported");
  if (depth > 64) fail("calls nested too deeply");
  if (results.size() != callee->results.size() || arguments.size() != callee->parameters.size()) fail("call of '" + name + "' with the wrong number of parameters");
  Scope bindings;
  std::vector<Symbol> slots;
  const auto bind = [&](const Operand& actual, const Declaration& formal) {
    const Symbol s = need(actual.name, Symbol::Local, "a .param variable");
    slots.push_back(s);
    bindings[formal.name] = s;
  };
  for (size_t n = 0; n < results.size(); n++) bind(results[n], callee->results[n]);
  for (size_t n = 0; n < arguments.size(); n++) bind(arguments[n], callee->parameters[n]);
  if (!callee->defined) return builtin(name, slots, guarded);
  const uint32_t after = newLabel();
  if (guarded.guard != kNone) {  // @p call: the others jump over the body
    Instr skip = guarded;
    skip.guardNegated = !guarded.guardNegated;
    skip.flow = Flow::Branch;
    skip.cls = OpClass::Branch;
    skip.imm = after;
    emit(skip);
  }
  stack_.push_back(callee);
  std::vector<Scope> outer;
  outer.swap(scopes_);
  scopes_.push_back(std::move(outer.front()));  // the module's names
  body(*callee, bindings, after, depth + 1);
  outer.front() = std::move(scopes_.front());
  scopes_.swap(outer);
  stack_.pop_back();
  labels_[after] = uint32_t(program_.code.size());
}

void Compiler::builtin(const std::string& name, const std::vector<Symbol>& slots, Instr i) {
  i.cls = OpClass::Branch;
  if (name == "vprintf" && slots.size() == 3) i.run = printLanes;
  else if (name == "__assertfail" && slots.size() >= 4) i.run = assertFails;
  else fail("call of '" + name + "', which the module does not define");
  for (size_t k = 0; k < slots.size() && k < 6; k++) i.op[k] = constant(slots[k].value);
  i.where = Where::Local;
  emit(i);
}

void Compiler::body(const Function& f, const Scope& bindings, uint32_t returnLabel, int depth) {
  const size_t base = scopes_.size();
  scopes_.push_back(bindings);
  enter(f.body, 0);
  for (size_t k = 0; k < f.body.size(); k++) {
    const Item& item = f.body[k];
    line_ = item.line;
    switch (item.kind) {
      case Item::Open: enter(f.body, k + 1); break;
      case Item::Close: scopes_.pop_back(); break;
      case Item::Declare: declare(item.declaration); break;
      case Item::Label: labels_[need(item.name, Symbol::Label, "a label").value] = uint32_t(program_.code.size()); break;
      case Item::Targets: break;
      case Item::Instruction: instruction(item, returnLabel, depth); break;
    }
  }
  scopes_.resize(base);
}

void Compiler::finish() {
  Instr last;
  last.flow = Flow::Exit;
  last.cls = OpClass::Branch;
  last.line = line_;
  emit(last);  // falling off the end; also where a last label points
  program_.slots = slots_ + uint32_t(constants_.size());
  program_.constants.resize(constants_.size());
  const size_t dynamic = (shared_ + 15) / 16 * 16;
  for (const auto& [key, index] : constants_) program_.constants[index] = key.second + (key.first ? dynamic : 0);
  for (Instr& i : program_.code) {
    for (uint32_t& op : i.op)
      if (op != kNone && (op & kConstant)) op = slots_ + (op & ~kConstant);
    if (i.flow == Flow::Branch) i.imm = labels_[size_t(i.imm)];
  }
  for (auto& table : program_.tables)
    for (uint32_t& label : table) label = labels_[label];
}

Kernel Compiler::compile(const Function& f) {
  Kernel k;
  k.name = program_.name = f.name;
  scopes_.assign(1, {});
  Scope parameters;
  for (const Declaration& d : f.parameters) {
    line_ = d.line;
    const size_t at = place(k.paramBytes, d.size(), d.align, 4096, "parameter");
    k.parameters.push_back({d.name, at, d.size(), d.align});
    parameters[d.name] = {Symbol::Parameter, d.type, at};
  }
  program_.paramBytes = k.paramBytes;
  stack_ = {&f};
  body(f, parameters, kNone, 0);
  finish();
  program_.localBytes = k.localBytes = (local_ + 15) / 16 * 16;
  program_.sharedBytes = k.sharedBytes = shared_;
  k.registers = int(slots_);
  if (f.maxThreads != 0) k.maxThreads = std::min(f.maxThreads, 1024u);
  k.required = {f.required[0], f.required[1], f.required[2]};
  k.program = std::make_shared<const Program>(std::move(program_));
  return k;
}

}  // namespace initium::soft
