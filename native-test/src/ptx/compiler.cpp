#include "compiler.h"

#include <algorithm>

namespace initium::soft {

namespace {
constexpr size_t kMaxCode = size_t{1} << 20, kMaxSlots = size_t{1} << 17;
constexpr size_t kMaxLocal = size_t{512} << 10, kMaxShared = size_t{48} << 10;
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
