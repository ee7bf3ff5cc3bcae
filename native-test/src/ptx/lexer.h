// SPDX-License-Identifier: Apache-2.0
// PTX text as tokens.
#pragma once
#include <string_view>
#include <vector>

namespace initium::soft {

struct Token {
  enum Kind { Word, Number, String, Mark, End } kind;  // Mark: one punctuation character
  std::string_view text;
  int line;
};

std::vector<Token> tokens(std::string_view ptx);  // throws LoadError; ends with an End token

}  // namespace initium::soft
