// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdlib>

namespace initium::soft {

uint64_t Literal::as(Type t) const {
  if (t == Type::F64) return std::bit_cast<uint64_t>(value);
  if (t == Type::F32 && !single) return std::bit_cast<uint32_t>(float(value));
  return bits;
}

const Token& Reader::peek(size_t ahead) const {
  return tokens[std::min(position + ahead, tokens.size() - 1)];
}
const Token& Reader::next() {
  const Token& token = peek();
  position = std::min(position + 1, tokens.size() - 1);
  return token;
}
bool Reader::is(std::string_view text) const { return peek().text == text; }
bool Reader::isAny(std::initializer_list<std::string_view> texts) const {
  return std::any_of(texts.begin(), texts.end(), [&](std::string_view t) { return is(t); });
}
bool Reader::take(std::string_view text) { return is(text) && (next(), true); }
void Reader::need(std::string_view text) {
  if (!take(text)) fail("expected '" + std::string(text) + "'");
}
std::string Reader::word(const char* what) {
  if (peek().kind != Token::Word) fail(std::string("expected ") + what);
  return std::string(next().text);
}

void Reader::fail(const std::string& what) const {
  const std::string at = "at '" + std::string(peek().text.substr(0, 60)) + "'";
  const bool end = peek().kind == Token::End;
  throw LoadError(peek().line, what + (end ? " at the end of the text" : " " + at));
}

Literal Reader::literal() {
  Literal r;
  const bool minus = take("-");
  if (peek().kind != Token::Number) fail("expected a number");
  const std::string text(peek().text);
  const char kind = text.size() > 1 && text[0] == '0' ? char(text[1] | 0x20) : ' ';
  const auto digits = [&](size_t skip, int base) {
    const char* end = text.data() + text.size() - (text.back() == 'U');
    const auto [stop, error] = std::from_chars(text.data() + skip, end, r.bits, base);
    if (error != std::errc() || stop != end) fail("bad number");
  };
  const bool raw = kind == 'f' || kind == 'd';
  if (raw && text.size() != (kind == 'f' ? 10 : 18)) fail("bad float");
  if (raw || kind == 'x') digits(2, 16);
  if (kind == 'f') {
    r.single = true;
    r.bits ^= minus ? 0x80000000u : 0;
    r.value = std::bit_cast<float>(uint32_t(r.bits));
  } else if (kind == 'd') {
    r.bits ^= uint64_t{minus} << 63;
    r.value = std::bit_cast<double>(r.bits);
  } else if (text.find_first_of(".eE") != text.npos && kind != 'x') {
    char* stop = nullptr;
    r.value = std::strtod(text.c_str(), &stop);
    if (*stop != '\0') fail("bad number");
    if (minus) r.value = -r.value;
    r.bits = std::bit_cast<uint64_t>(r.value);
  } else {
    if (kind == 'b') digits(2, 2);
    else if (kind >= '0' && kind <= '9') digits(1, 8);
    else if (kind != 'x') digits(0, 10);
    if (minus) r.bits = 0 - r.bits;
    r.value = double(int64_t(r.bits));
  }
  next();
  return r;
}

uint64_t Reader::count(uint64_t limit, const char* what) {
  const Literal n = literal();
  if (n.bits > limit) fail(std::string("bad ") + what);
  return n.bits;
}

Type Reader::type() {
  const std::string_view text = peek().text;
  const Type t = text.starts_with('.') ? typeOf(text.substr(1)) : Type::None;
  if (t == Type::None) fail("unknown type");
  next();
  return t;
}

bool Reader::debug() {
  const int line = peek().line;
  if (isAny({".file", ".loc"})) {
    while (peek().kind != Token::End && peek().line == line) next();
  } else if (is(".pragma")) {
    while (!is(";") && peek().kind != Token::End) next();
    need(";");
  } else if (take(".section")) {
    next();
    skipBlock();
  } else {
    return false;
  }
  return true;
}

void Reader::skipBlock() {
  need("{");
  for (int depth = 1; depth > 0;) {
    if (peek().kind == Token::End) fail("expected '}'");
    const std::string_view text = next().text;
    depth += (text == "{") - (text == "}");
  }
}

}  // namespace initium::soft
