// SPDX-License-Identifier: Apache-2.0
// A PTX text in outline: its variables, and its functions with their parameters. What a function
// does is read when it is compiled.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "reader.h"

namespace initium::soft {

// One variable, or with count > 0 the registers name0..name(count-1).
struct Declaration {
  std::string space;  // reg, param, local, shared, global, const
  std::string name;
  Type type = Type::B8;
  size_t align = 0, elements = 1, count = 0;
  bool unsized = false;  // name[], or declared extern
  struct Value {
    uint64_t bits = 0;
    std::string symbol;  // its address is added when not empty
  };
  std::vector<Value> values;
  int line = 0;
  size_t size() const { return elements * bytes(type); }
};

// .space [.align N] .type name [<count>] [[n].. ] [= values] {, name ..}, up to the ";"
std::vector<Declaration> declarations(Reader&);

struct Function {
  std::string name;
  bool entry = false;
  int line = 0;
  size_t body = 0;  // the token after its "{"; 0: only declared
  std::vector<Declaration> parameters, results;
  uint32_t maxThreads = 0;
  uint32_t required[3] = {0, 0, 0};
};

struct Outline {
  std::vector<Token> tokens;  // of a text that must outlive them
  int version = 0;            // of PTX, times ten
  std::vector<Function> functions;
  std::vector<Declaration> variables;

  explicit Outline(std::string_view ptx);  // throws LoadError
};

}  // namespace initium::soft
