// SPDX-License-Identifier: Apache-2.0
// From the text of one entry function to its Program, statement by statement. Calls are expanded in
// place.
#pragma once
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "forms.h"
#include "module.h"
#include "outline.h"
#include "program.h"

namespace initium::soft {

using Variables = std::map<std::string, Variable>;

// As written. Address: [name + offset]. Vector: {a, b}. List: (a, b). Pair: p|q.
struct Operand {
  enum Kind { Name, Number, Address, Vector, List, Pair, Missing } kind = Name;
  std::string name{};
  bool negated = false;  // !p
  Literal number{};
  int64_t offset = 0;
  std::vector<Operand> parts{};
};

Operand operand(Reader&, int depth = 0);

class Compiler {
 public:
  Compiler(const Outline& outline, const Variables& variables)
      : outline_(outline), variables_(variables), reader_{outline.tokens} {}
  Kernel compile(const Function& entry);
  void check(const Function&);  // one that is no entry: that a kernel could call it

 private:
  struct Symbol {
    enum Kind { Register, Family, Label, Targets, Shared, Dynamic, Local, Parameter } kind;
    Type type = Type::B32;
    uint64_t value = 0;  // slot, label, token, or offset in its space; Family: how many
  };
  using Scope = std::unordered_map<std::string, Symbol>;

  // compiler.cpp: blocks and names
  void body(const Function&, const Scope& bindings, uint32_t returnLabel);
  void open();
  void statement(uint32_t returnLabel);
  void declare(Scope&, const Declaration&);
  void define(Scope&, const std::string& name, Symbol);
  Symbol* lookup(const std::string& name);
  const Symbol& need(const std::string& name, Symbol::Kind, const char* what);
  uint64_t symbolValue(const std::string& name, bool& dynamic);
  void finish();

  // statements.cpp
  void instruction(uint32_t returnLabel);
  void form(const std::string& opcode, const Form&, std::vector<Operand>, Instr);
  bool branch(const std::string& opcode, const std::vector<Operand>&, Instr, uint32_t returnLabel);
  bool barrier(std::string opcode, std::vector<Operand>, Instr);
  bool vectorMove(const std::string& opcode, const std::vector<Operand>&, Instr);
  void call(std::vector<Operand>, Instr);
  std::vector<Symbol> bind(Scope&, const std::vector<Operand>&, const std::vector<Declaration>&);

  // operands.cpp
  uint32_t source(const Operand&, Type, bool wider = false);
  uint32_t target(const Operand&, Type, Instr&, bool wider = false);
  uint32_t address(const Operand&, Instr&);
  uint32_t special(const std::string& name, Type);
  uint32_t constant(uint64_t value, bool dynamic = false);
  void fits(const std::string& name, const Symbol&, Type, bool wider) const;
  uint32_t computed(const char* opcode, Handler, uint32_t from, uint64_t width);

  uint32_t newSlot();
  uint32_t newLabel();
  size_t place(size_t& area, const Declaration&, size_t limit, const char* what);
  void emit(const Instr&);
  [[noreturn]] void fail(const std::string& what) const { throw LoadError(line_, what); }

  const Outline& outline_;
  const Variables& variables_;
  Reader reader_;
  Program program_;
  std::vector<Scope> scopes_;
  std::vector<uint32_t> labels_;
  std::map<std::pair<bool, uint64_t>, uint32_t> constants_;
  std::map<std::string, uint32_t> specials_;
  std::vector<const Function*> stack_;
  uint32_t slots_ = 0;
  size_t local_ = 0, shared_ = 0;
  int line_ = 0;
};

void assertFails(Warp&, const Instr&, Mask);  // __assertfail

}  // namespace initium::soft
