// PTX as written: declarations and statements, names not yet resolved.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace initium::soft {

// A text that is not PTX we know how to execute.
struct LoadError : std::runtime_error {
  LoadError(int line, const std::string& what) : std::runtime_error("line " + std::to_string(line) + ": " + what) {}
};

enum class Type : uint8_t { Pred, B8, U8, S8, B16, U16, S16, F16, BF16, B32, U32, S32, F32, F16x2, BF16x2, B64, U64, S64, F64, Count };
constexpr int kTypes = int(Type::Count);
const char* name(Type);
bool parseType(std::string_view name, Type&);  // without the dot
int bytes(Type);  // 0 for Pred
inline bool isSigned(Type t) { return t == Type::S8 || t == Type::S16 || t == Type::S32 || t == Type::S64; }

struct Operand {
  // Name: register, symbol or label, with offset for a symbol. Address: [base + offset], base empty for [number].
  // Vector: {a, b}. List: (a, b). Pair: p|q.
  enum Kind { Name, Integer, Float, F32Bits, F64Bits, Address, Vector, List, Pair } kind = Name;
  std::string name;
  bool negated = false;  // !p
  uint64_t bits = 0;     // of a number; Float: of a double
  int64_t offset = 0;
  std::vector<Operand> parts;
};

// One variable, or with count > 0 the registers name0..name(count-1).
struct Declaration {
  std::string space;  // reg, param, local, shared, global, const
  Type type = Type::B8;
  std::string name;
  size_t align = 0, elements = 1, count = 0;
  bool unsized = false;  // name[]
  bool external = false;
  struct Value {
    uint64_t bits = 0;
    std::string symbol;  // its address is added when not empty
    bool generic = true;
  };
  std::vector<Value> values;
  int line = 0;
  size_t size() const { return elements * bytes(type); }
};

struct Item {
  enum Kind { Instruction, Label, Open, Close, Declare, Targets } kind = Instruction;
  int line = 0;
  std::string name;   // opcode or label
  std::string guard;  // empty: none
  bool guardNegated = false;
  std::vector<Operand> operands;
  Declaration declaration;
};

struct Function {
  std::string name;
  bool entry = false, defined = false;
  int line = 0;
  std::vector<Declaration> parameters, results;
  std::vector<Item> body;
  uint32_t maxThreads = 0;
  uint32_t required[3] = {0, 0, 0};
};

struct Ast {
  std::vector<Function> functions;
  std::vector<Declaration> variables;
};

// The bits of a number as an operand or element of that type.
uint64_t immediate(const Operand& number, Type);

Ast parse(std::string_view ptx);  // throws LoadError

}  // namespace initium::soft
