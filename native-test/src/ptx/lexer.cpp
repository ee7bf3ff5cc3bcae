// SPDX-License-Identifier: Apache-2.0
#include "lexer.h"

#include <cctype>

#include "type.h"

namespace initium::soft {

namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || c == '$' || c == '%' ||
         c == '.';
}

// How long the word or number is that the text begins with.
size_t wordLength(std::string_view t) {
  size_t n = 0;
  const auto part = [&](size_t i) { return i < t.size() && (letter(t[i]) || digit(t[i])); };
  // "::" belongs to a modifier such as .L1::evict_last; a single ':' ends a label.
  while (part(n) || (t.substr(n, 2) == "::" && part(n + 2) && ++n)) n++;
  return n;
}
size_t numberLength(std::string_view t) {
  const bool hex = t.size() > 1 && t[0] == '0' && std::string_view("xXfFdD").find(t[1]) != t.npos;
  size_t n = 1;
  const auto exponent = [&] {
    return !hex && (t[n] == '-' || t[n] == '+') && (t[n - 1] == 'e' || t[n - 1] == 'E');
  };
  while (n < t.size() && ((letter(t[n]) && t[n] != '%') || digit(t[n]) || exponent())) n++;
  return n;
}

}  // namespace

std::vector<Token> tokens(std::string_view text) {
  std::vector<Token> out;
  int line = 1;
  for (size_t i = 0, n = 0; i < text.size(); i += n) {
    const std::string_view rest = text.substr(i);
    const char c = rest[0];
    const auto put = [&](Token::Kind kind) { out.push_back({kind, rest.substr(0, n), line}); };
    n = 1;
    if (c == '\n') {
      line++;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\0') {
    } else if (rest.substr(0, 2) == "//") {
      n = std::min(rest.find('\n'), rest.size());
    } else if (rest.substr(0, 2) == "/*") {
      n = rest.find("*/", 2);
      if (n == rest.npos) throw LoadError(line, "comment without end");
      for (const char k : rest.substr(0, n += 2)) line += k == '\n';
    } else if (letter(c)) {
      n = wordLength(rest);
      put(Token::Word);
    } else if (digit(c)) {
      n = numberLength(rest);
      put(Token::Number);
    } else if (c == '"') {
      n = rest.find_first_of("\"\n", 1);
      if (n == rest.npos || rest[n++] == '\n') throw LoadError(line, "string without end");
      put(Token::String);
    } else if (std::string_view("()[]{}<>,;:@!+-=|").find(c) != std::string_view::npos) {
      put(Token::Mark);
    } else {
      throw LoadError(line, "unexpected character code " + std::to_string(uint8_t(c)));
    }
  }
  out.push_back({Token::End, "", line});
  return out;
}

}  // namespace initium::soft
