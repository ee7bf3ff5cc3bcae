// From the syntax tree of one entry function to its Program. Calls are expanded in place.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ast.h"
#include "forms.h"
#include "module.h"
#include "program.h"

namespace initium::soft {

using Variables = std::map<std::string, Variable>;

constexpr uint32_t kConstant = 1u << 30;  // marks an operand as a constant until the slots are final
inline uint64_t maskOf(Type t) { return t == Type::Pred || bytes(t) == 4 ? 0xffffffff : bytes(t) == 8 ? ~uint64_t{0} : (uint64_t{1} << 8 * bytes(t)) - 1; }

class Compiler {
 public:
  Compiler(const Ast& ast, const Variables& variables) : ast_(ast), variables_(variables) {}
  Kernel compile(const Function& entry);

 private:
  struct Symbol {
    enum Kind { Register, Family, Label, Targets, Shared, Dynamic, Local, Parameter } kind = Register;
    Type type = Type::B32;
    uint64_t value = 0;  // slot, label, or offset in its space; Family: how many
    const Item* targets = nullptr;
  };
  using Scope = std::unordered_map<std::string, Symbol>;

  void body(const Function&, const Scope& bindings, uint32_t returnLabel, int depth);
  void declare(const Declaration&);
  void enter(const std::vector<Item>&, size_t from);
  Symbol* lookup(const std::string& name);
  const Symbol& need(const std::string& name, Symbol::Kind, const char* what);

  void instruction(const Item&, uint32_t returnLabel, int depth);
  void plain(const Item&, const Form&, Instr);
  void call(const Item&, const Instr& guarded, int depth);
  void builtin(const std::string& name, const std::vector<Symbol>& arguments, Instr);
  bool branch(const Item&, Instr, uint32_t returnLabel);
  bool barrier(const Item&, Instr);
  bool vectorMove(const Item&, Instr);

  uint32_t source(const Operand&, Type, bool relaxed = false);
  uint32_t target(const Operand&, Type, bool relaxed = false);
  uint32_t address(const Operand&, Instr&);
  uint32_t negated(uint32_t predicate);
  uint32_t special(const std::string& name, Type);
  uint32_t constant(uint64_t value, bool dynamic = false);
  uint32_t newSlot();
  uint32_t newLabel() { labels_.push_back(kNone); return uint32_t(labels_.size() - 1); }
  size_t place(size_t& area, size_t size, size_t align, size_t limit, const char* what);
  void emit(const Instr&);
  uint64_t symbolValue(const std::string& name, bool& dynamic);
  void finish();
  [[noreturn]] void fail(const std::string& what) const { throw LoadError(line_, what); }

  const Ast& ast_;
  const Variables& variables_;
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

void printLanes(Warp&, const Instr&, Mask);   // vprintf; builtins.cpp
void assertFails(Warp&, const Instr&, Mask);  // __assertfail

}  // namespace initium::soft
