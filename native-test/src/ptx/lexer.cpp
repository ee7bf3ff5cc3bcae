#include "lexer.h"

#include <cctype>

#include "ast.h"

namespace initium::soft {

namespace {
bool letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || c == '$' || c == '%' || c == '.'; }
bool digit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }
}  // namespace

std::vector<Token> tokens(std::string_view text) {
  std::vector<Token> out;
  size_t i = 0;
  int line = 1;
  const auto at = [&](size_t k) { return k < text.size() ? text[k] : '\0'; };
  while (i < text.size()) {
    const char c = text[i];
    const size_t start = i;
    if (c == '\n') line++, i++;
    else if (c == ' ' || c == '\t' || c == '\r' || c == '\0') i++;
    else if (c == '/' && at(i + 1) == '/') while (i < text.size() && text[i] != '\n') i++;
    else if (c == '/' && at(i + 1) == '*') {
      const size_t end = text.find("*/", i + 2);
      if (end == text.npos) throw LoadError(line, "comment without end");
      for (; i < end + 2; i++) line += text[i] == '\n';
    } else if (letter(c)) {
      // "::" belongs to a modifier such as .L1::evict_last; a single ':' ends a label.
      while (letter(at(i)) || digit(at(i)) || (at(i) == ':' && at(i + 1) == ':' && (letter(at(i + 2)) || digit(at(i + 2))) && ++i)) i++;
      out.push_back({Token::Word, text.substr(start, i - start), line});
    } else if (digit(c)) {
      while (std::isalnum(static_cast<unsigned char>(at(i))) || at(i) == '.' ||
             ((at(i) == '-' || at(i) == '+') && (at(i - 1) == 'e' || at(i - 1) == 'E') && at(start + 1) != 'x' && at(start + 1) != 'X' && at(start + 1) != 'f' && at(start + 1) != 'd')) i++;
      out.push_back({Token::Number, text.substr(start, i - start), line});
    } else if (c == '"') {
      for (i++; at(i) != '"'; i++)
        if (i >= text.size() || text[i] == '\n') throw LoadError(line, "string without end");
      out.push_back({Token::String, text.substr(start + 1, i - start - 1), line});
      i++;
    } else if (std::string_view("()[]{}<>,;:@!+-=|").find(c) != std::string_view::npos) {
      out.push_back({Token::Mark, text.substr(i++, 1), line});
    } else {
      throw LoadError(line, "unexpected character code " + std::to_string(static_cast<unsigned char>(c)));
    }
  }
  out.push_back({Token::End, "", line});
  return out;
}

}  // namespace initium::soft
