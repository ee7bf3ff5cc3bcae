// SPDX-License-Identifier: Apache-2.0
#include "compiler.h"

#include <algorithm>

namespace initium::soft {

namespace {

constexpr uint32_t kConstant = 1u << 30;  // marks an operand as a constant until slots are final
constexpr size_t kMaxCode = size_t{1} << 20, kMaxSlots = size_t{1} << 17, kMaxDepth = 64;
constexpr size_t kMaxLocal = size_t{512} << 10, kMaxShared = size_t{48} << 10, kMaxParam = 4096;

size_t roundUp(size_t n, size_t to) { return (n + to - 1) / to * to; }

}  // namespace

uint32_t Compiler::newSlot() {
  if (slots_ >= kMaxSlots) fail("too many registers");
  return slots_++;
}
uint32_t Compiler::newLabel() {
  labels_.push_back(kNone);
  return uint32_t(labels_.size() - 1);
}
uint32_t Compiler::constant(uint64_t value, bool dynamic) {
  const auto next = uint32_t(constants_.size());
  return constants_.try_emplace({dynamic, value}, next).first->second | kConstant;
}

size_t Compiler::place(size_t& area, const Declaration& d, size_t limit, const char* what) {
  const size_t at = roundUp(area, d.align);
  if (at > limit || d.size() > limit - at)
    fail("more than " + std::to_string(limit) + " bytes of " + what + " memory");
  area = at + d.size();
  return at;
}

void Compiler::emit(const Instr& i) {
  if (program_.code.size() >= kMaxCode) fail("function too large once its calls are expanded");
  program_.code.push_back(i);
}

void Compiler::define(Scope& scope, const std::string& name, Symbol symbol) {
  if (!scope.emplace(name, symbol).second) fail("defined twice: '" + name + "'");
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

const Compiler::Symbol& Compiler::need(const std::string& name, Symbol::Kind kind,
                                       const char* what) {
  const Symbol* s = lookup(name);
  if (s == nullptr || s->kind != kind) fail(std::string("not ") + what + ": '" + name + "'");
  return *s;
}

void Compiler::declare(Scope& scope, const Declaration& d) {
  Symbol s{Symbol::Register, d.type, 0};
  if (d.space == "reg") {
    if (d.count > 0) s = {Symbol::Family, d.type, d.count};
    else s.value = newSlot();
  } else if (d.space == "local" || d.space == "param") {
    s = {Symbol::Local, d.type, place(local_, d, kMaxLocal, "local")};
  } else if (d.space == "shared") {
    if (d.unsized) s.kind = Symbol::Dynamic;
    else s = {Symbol::Shared, d.type, place(shared_, d, kMaxShared, "static shared")};
  } else {
    fail("variables of this space belong outside functions");
  }
  define(scope, d.name, s);
}

// The labels of a block are known in all of it.
void Compiler::open() {
  if (scopes_.size() > kMaxDepth) fail("blocks nested too deeply");
  scopes_.emplace_back();
  Reader r = reader_;
  for (int depth = 0; depth >= 0; r.next()) {
    if (r.is("{")) depth++;
    if (r.is("}")) depth--;
    if (depth != 0 || r.peek().kind != Token::Word || r.peek(1).text != ":") continue;
    line_ = r.peek().line;
    const std::string name(r.peek().text);
    if (r.peek(2).text == ".branchtargets")
      define(scopes_.back(), name, {Symbol::Targets, Type::B32, r.position + 3});
    else define(scopes_.back(), name, {Symbol::Label, Type::B32, newLabel()});
  }
}

void Compiler::statement(uint32_t returnLabel) {
  Reader& r = reader_;
  line_ = r.peek().line;
  if (r.take("{")) {
    open();
  } else if (r.take("}")) {
    scopes_.pop_back();
  } else if (r.isAny({".reg", ".param", ".local", ".shared", ".global", ".const"})) {
    for (const Declaration& d : declarations(r)) declare(scopes_.back(), d);
  } else if (r.peek(1).text == ":") {
    const std::string name = r.word("a label");
    r.next();
    if (const Symbol& s = *lookup(name); s.kind == Symbol::Label)
      labels_[s.value] = uint32_t(program_.code.size());
    else
      while (!r.take(";")) r.word("a label"), r.take(",");
  } else if (!r.debug() && !r.take(";")) {
    instruction(returnLabel);
  }
}

void Compiler::body(const Function& f, const Scope& bindings, uint32_t returnLabel) {
  const size_t outer = scopes_.size(), back = reader_.position;
  if (stack_.size() > kMaxDepth) fail("calls nested too deeply");
  stack_.push_back(&f);
  reader_.position = f.body;
  scopes_.push_back(bindings);
  open();
  while (scopes_.size() > outer + 1) statement(returnLabel);
  scopes_.pop_back();
  reader_.position = back;
  stack_.pop_back();
}

uint64_t Compiler::symbolValue(const std::string& name, bool& dynamic) {
  const Symbol* s = lookup(name);
  if (s == nullptr) {
    const auto it = variables_.find(name);
    if (it != variables_.end()) return it->second.address;
    for (const Declaration& d : outline_.variables)  // a shared one is placed when a kernel uses it
      if (d.name == name && d.space == "shared") declare(scopes_.front(), d);
    s = lookup(name);
    if (s == nullptr) fail("unknown name '" + name + "'");
  }
  if (s->kind < Symbol::Shared) fail("not the name of a variable: '" + name + "'");
  dynamic = s->kind == Symbol::Dynamic;
  return s->value;
}

void Compiler::finish() {
  Instr last;
  last.flow = Flow::Exit;
  last.opcode = "exit";
  last.line = line_;
  emit(last);  // falling off the end; also where a last label points
  program_.slots = slots_ + uint32_t(constants_.size());
  program_.constants.resize(constants_.size());
  for (const auto& [key, index] : constants_)
    program_.constants[index] = key.second + (key.first ? roundUp(shared_, 16) : 0);
  for (Instr& i : program_.code) {
    for (uint32_t& op : i.op)
      if (op != kNone && (op & kConstant)) op = slots_ + (op & ~kConstant);
    if (i.flow == Flow::Branch) i.imm = labels_[size_t(i.imm)];
  }
  for (auto& table : program_.tables)
    for (uint32_t& label : table) label = labels_[label];
}

void Compiler::check(const Function& f) {
  line_ = f.line;
  scopes_.assign(1, {});
  Scope parameters;
  for (const auto* list : {&f.results, &f.parameters})
    for (const Declaration& d : *list) declare(parameters, d);
  body(f, parameters, kNone);
}

Kernel Compiler::compile(const Function& f) {
  Kernel k;
  k.name = f.name;
  scopes_.assign(1, {});
  Scope parameters;
  for (const Declaration& d : f.parameters) {
    line_ = d.line;
    const size_t at = place(k.paramBytes, d, kMaxParam, "parameter");
    k.parameters.push_back({d.name, at, d.size()});
    parameters[d.name] = {Symbol::Parameter, d.type, at};
  }
  body(f, parameters, kNone);
  finish();
  k.localBytes = roundUp(local_, 16);
  k.sharedBytes = shared_;
  if (f.maxThreads != 0) k.maxThreads = std::min(f.maxThreads, 1024u);
  k.required = {f.required[0], f.required[1], f.required[2]};
  k.program = std::make_shared<const Program>(std::move(program_));
  return k;
}

}  // namespace initium::soft
