// The instruction set: every accepted opcode, with all its modifiers spelt out, and the handler that executes it.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ast.h"
#include "program.h"

namespace initium::soft {

struct Form {
  std::vector<Type> operands;  // in the order written, destinations first
  Handler run = nullptr;
  OpClass cls = OpClass::Integer;
  uint32_t flags = 0;
  uint8_t results = 1;
  bool approx = false;
  Flow flow = Flow::Next;
  uint8_t member = 0;
  bool hole = false;     // nothing in op[1]: the operands after the first move up
  // Loads, stores and atomics
  uint8_t size = 0, count = 1;
  bool extend = false, strong = false, relaxedWidth = false;  // relaxedWidth: registers may be wider than the type
  uint8_t optional = 0;  // operands that may be left out, at the end
  Where where = Where::Generic;
};

class Forms {
 public:
  static const Forms& all();
  std::optional<Form> find(std::string_view opcode) const;
  size_t size() const { return table_.size(); }
  const std::map<std::string, Form, std::less<>>& table() const { return table_; }
  void add(const std::string& opcode, Form form) { table_[opcode] = std::move(form); }

 private:
  Forms();
  std::map<std::string, Form, std::less<>> table_;
};

// Each adds its part of the table.
void addIntegers(Forms&);
void addFloats(Forms&);
void addHalves(Forms&);
void addConversions(Forms&);
void addCompares(Forms&);
void addMoves(Forms&);
void addWarps(Forms&);
std::optional<Form> memoryForm(std::string_view opcode);  // ld, st, atom, red: modifiers in many combinations

void pack(Warp&, const Instr&, Mask);    // mov.b64 d, {a, b}
void unpack(Warp&, const Instr&, Mask);  // mov.b64 {a, b}, d
void notPred(Warp&, const Instr&, Mask);
void loadClock(Warp&, const Instr&, Mask);

}  // namespace initium::soft
