// SPDX-License-Identifier: Apache-2.0
// A place in the tokens of a PTX text, and what can be read there.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lexer.h"
#include "type.h"

namespace initium::soft {

// A number as written: 12, -3, 0x1F, 017, 0b1, 1.5e3, 0f3F800000, 0d3FF0000000000000.
struct Literal {
  uint64_t bits = 0;  // of an integer in 64 bits, of 0f.. in 32, of other floats as f64
  double value = 0;
  bool single = false;  // 0f..

  uint64_t as(Type) const;  // the bits as an operand or element of that type
};

struct Reader {
  const std::vector<Token>& tokens;
  size_t position = 0;

  const Token& peek(size_t ahead = 0) const;
  const Token& next();
  bool is(std::string_view text) const;
  bool isAny(std::initializer_list<std::string_view> texts) const;
  bool take(std::string_view text);
  void need(std::string_view text);
  std::string word(const char* what);
  Literal literal();
  uint64_t count(uint64_t limit, const char* what);
  Type type();       // ".u32"
  bool debug();      // skips debug information, which means nothing to execution
  void skipBlock();  // from the "{" that comes next past its "}"
  [[noreturn]] void fail(const std::string& what) const;
};

}  // namespace initium::soft
