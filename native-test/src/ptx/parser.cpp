// Recursive descent over the grammar of "PTX ISA", chapters 4, 5 and 11: what nvcc emits and what people write inline.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "ast.h"
#include "lexer.h"

namespace initium::soft {

namespace {

constexpr std::array<std::pair<const char*, int>, kTypes> kTypeTable{{
    {"pred", 0}, {"b8", 1}, {"u8", 1}, {"s8", 1}, {"b16", 2}, {"u16", 2}, {"s16", 2}, {"f16", 2}, {"bf16", 2}, {"b32", 4},
    {"u32", 4}, {"s32", 4}, {"f32", 4}, {"f16x2", 4}, {"bf16x2", 4}, {"b64", 8}, {"u64", 8}, {"s64", 8}, {"f64", 8}}};
constexpr size_t kMaxBytes = size_t{1} << 31;  // of one variable

class Parser {
 public:
  explicit Parser(std::string_view ptx) : tokens_(tokens(ptx)) {}

  Ast module() {
    header();
    while (peek().kind != Token::End) {
      bool external = false;
      while (is(".visible") || is(".extern") || is(".weak") || is(".common")) external |= next().text == ".extern";
      if (is(".entry") || is(".func")) function();
      else if (is(".global") || is(".const") || is(".shared")) {
        for (Declaration& d : declarations()) {
          d.external = external;
          ast_.variables.push_back(std::move(d));
        }
      } else if (!skipped()) fail("unknown directive");
    }
    return std::move(ast_);
  }

 private:
  const Token& peek(size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  const Token& next() { return tokens_[at_ < tokens_.size() - 1 ? at_++ : at_]; }
  bool is(std::string_view text) const { return peek().kind != Token::String && peek().kind != Token::End && peek().text == text; }
  bool take(std::string_view text) { return is(text) && (next(), true); }
  void need(std::string_view text) { if (!take(text)) fail("expected '" + std::string(text) + "'"); }
  [[noreturn]] void fail(const std::string& what) const {
    throw LoadError(peek().line, what + (peek().kind == Token::End ? " at the end of the text" : " at '" + std::string(peek().text.substr(0, 60)) + "'"));
  }
  std::string word(const char* what) {
    if (peek().kind != Token::Word) fail(std::string("expected ") + what);
    return std::string(next().text);
  }

  void header() {
    while (skipped()) {}
    need(".version");
    const std::string version(next().text);
    int major = 0, minor = 0;
    if (std::sscanf(version.c_str(), "%d.%d", &major, &minor) != 2 || major < 6 || major > 9) throw LoadError(peek().line, "unsupported .version " + version);
    need(".target");
    do {
      const std::string target = word("a target");
      if (target != "debug" && (target.compare(0, 3, "sm_") != 0 || std::atoi(target.c_str() + 3) < 30)) fail("unknown target " + target);
    } while (take(","));
    need(".address_size");
    if (number().bits != 64) fail(".address_size must be 64");
  }

  // Debug information, which means nothing to execution.
  bool skipped() {
    if (is(".file") || is(".loc")) {
      for (const int line = peek().line; peek().kind != Token::End && peek().line == line;) next();
    } else if (is(".pragma")) {
      while (!is(";") && peek().kind != Token::End) next();
      need(";");
    } else if (is(".section")) {
      while (!is("{") && peek().kind != Token::End) next();
      need("{");
      while (!is("}") && peek().kind != Token::End) next();
      need("}");
    } else return false;
    return true;
  }

  Operand number() {
    Operand result;
    const bool minus = take("-");
    if (peek().kind != Token::Number) fail("expected a number");
    std::string text(next().text);
    const char* end = text.data() + text.size();
    result.kind = Operand::Integer;
    const auto digits = [&](int skip, int base) {
      const auto [stop, error] = std::from_chars(text.data() + skip, end, result.bits, base);
      if (error != std::errc() || stop != end) { at_--; fail("bad number"); }
    };
    const char kind = text.size() > 1 && text[0] == '0' ? char(std::tolower(text[1])) : ' ';
    if (kind == 'f' || kind == 'd') {
      result.kind = kind == 'f' ? Operand::F32Bits : Operand::F64Bits;
      if (text.size() != (kind == 'f' ? 10 : 18)) { at_--; fail("bad float"); }
      digits(2, 16);
      if (minus) result.bits ^= kind == 'f' ? 0x80000000u : 0x8000000000000000u;
      return result;
    }
    if (text.find_first_of(".eE") != text.npos && kind != 'x') {
      result.kind = Operand::Float;
      char* stop = nullptr;
      double value = std::strtod(text.c_str(), &stop);
      if (stop != text.c_str() + text.size()) { at_--; fail("bad number"); }
      if (minus) value = -value;
      std::memcpy(&result.bits, &value, 8);
      return result;
    }
    if (text.back() == 'U') end--;
    if (kind == 'x') digits(2, 16);
    else if (kind == 'b') digits(2, 2);
    else if (std::isdigit(static_cast<unsigned char>(kind))) digits(1, 8);
    else digits(0, 10);
    if (minus) result.bits = 0 - result.bits;
    return result;
  }

  size_t count(size_t limit, const char* what) {
    const Operand n = number();
    if (n.kind != Operand::Integer || n.bits > limit) throw LoadError(peek().line, std::string("bad ") + what);
    return n.bits;
  }

  bool type(Type& out) {
    if (peek().kind != Token::Word || peek().text[0] != '.' || !parseType(peek().text.substr(1), out)) return false;
    next();
    return true;
  }

  // .space [.align N] [.attribute(..)] .type [.ptr [.space] [.align N]] name [<count>] [ [n].. ] [= values] {, name ...} ;
  std::vector<Declaration> declarations(bool parameter = false) {
    Declaration base;
    base.space = next().text.substr(1);
    int vector = 1;
    for (;;) {
      if (take(".align")) base.align = count(1 << 16, "alignment");
      else if (take(".attribute")) { while (!take(")")) if (next().kind == Token::End) fail("expected ')'"); }
      else if (take(".v2")) vector = 2;
      else if (take(".v4")) vector = 4;
      else break;
    }
    if (base.align & (base.align - 1)) fail("alignment is not a power of two");
    if (!type(base.type)) fail("unknown type");
    if (vector > 1 && base.space == "reg") fail("vector registers are not supported");
    if (take(".ptr")) while (is(".global") || is(".const") || is(".local") || is(".shared") || is(".align")) if (next().text == ".align") count(1 << 16, "alignment");
    std::vector<Declaration> out;
    do {
      Declaration d = base;
      d.line = peek().line;
      d.name = word("a name");
      d.elements = vector;
      if (take("<")) {
        d.count = count(1 << 24, "register count");
        if (d.count == 0) fail("no registers");
        need(">");
      }
      while (take("[")) {
        if (take("]")) { d.unsized = true; d.elements = 0; continue; }
        const size_t n = count(kMaxBytes, "array size");
        if (d.elements != 0 && n > kMaxBytes / d.elements) fail("array too large");
        d.elements *= n;
        need("]");
      }
      const size_t natural = size_t(std::max(1, bytes(d.type))) * vector;
      if (d.align == 0) d.align = natural;
      if (d.elements > kMaxBytes / natural) fail("array too large");
      if (take("=")) values(d, 0);
      if (d.unsized && d.elements == 0 && !d.values.empty()) d.elements = d.values.size();
      if (d.values.size() > d.elements) fail("more values than elements");
      out.push_back(std::move(d));
    } while (!parameter && take(","));
    if (!parameter) need(";");
    return out;
  }

  void values(Declaration& d, int depth) {
    if (depth > 8) fail("initialiser nested too deeply");
    if (take("{")) {
      if (!is("}")) do values(d, depth + 1); while (take(","));
      need("}");
      return;
    }
    Declaration::Value value;
    if (peek().kind == Token::Word) {
      value.generic = take("generic");
      if (value.generic) need("(");
      value.symbol = word("a name");
      if (value.generic) need(")");
      if (take("+")) value.bits = number().bits;
    } else {
      const Operand n = number();
      value.bits = immediate(n, d.type);
    }
    d.values.push_back(std::move(value));
  }

 public:
  static uint64_t immediate(const Operand& n, Type t) {
    double v = 0;
    if (n.kind == Operand::Float) std::memcpy(&v, &n.bits, 8);
    if (n.kind == Operand::F32Bits && t == Type::F64) { float f; const auto b = uint32_t(n.bits); std::memcpy(&f, &b, 4); v = f; }
    if (n.kind == Operand::F64Bits && t == Type::F32) std::memcpy(&v, &n.bits, 8);
    if (n.kind == Operand::Integer && (t == Type::F32 || t == Type::F64)) v = double(int64_t(n.bits));
    const bool bitsAsTheyAre = (n.kind == Operand::Integer && t != Type::F32 && t != Type::F64) || (n.kind == Operand::F32Bits && t != Type::F64) || (n.kind == Operand::F64Bits && t != Type::F32);
    if (bitsAsTheyAre) return n.bits;
    uint64_t out = 0;
    if (t == Type::F32) { const float f = float(v); std::memcpy(&out, &f, 4); }
    else std::memcpy(&out, &v, 8);
    return out;
  }

 private:
  std::vector<Declaration> parameters() {
    std::vector<Declaration> out;
    need("(");
    while (!is(")")) {
      if (!is(".param")) fail("expected .param");
      out.push_back(std::move(declarations(true).front()));
      if (!take(",") && !is(")")) fail("expected ',' or ')'");
    }
    need(")");
    return out;
  }

  void function() {
    Function f;
    f.entry = next().text == ".entry";
    f.line = peek().line;
    if (is("(")) f.results = parameters();
    f.name = word("a function name");
    if (is("(")) f.parameters = parameters();
    for (;;) {
      if (is(".maxntid") || is(".reqntid")) {
        const bool required = next().text == ".reqntid";
        uint32_t n[3] = {1, 1, 1};
        for (int i = 0; i < 3; i++) {
          n[i] = uint32_t(count(1 << 20, "thread count"));
          if (!take(",")) break;
        }
        if (required) std::copy(n, n + 3, f.required);
        f.maxThreads = uint32_t(std::min<uint64_t>(uint64_t{n[0]} * n[1] * n[2], 1u << 20));
      } else if (is(".minnctapersm") || is(".maxnreg") || is(".maxnctapersm")) {
        next();
        count(1 << 20, "count");
      } else if (!take(".noreturn") && !take(".noinline") && !skipped()) break;
    }
    if (!take(";")) {
      need("{");
      f.defined = true;
      body(f.body);
    }
    ast_.functions.push_back(std::move(f));
  }

  void body(std::vector<Item>& items) {
    for (int depth = 1; depth > 0;) {
      Item item;
      item.line = peek().line;
      if (take("{")) item.kind = Item::Open, depth++;
      else if (take("}")) item.kind = Item::Close, depth--;
      else if (skipped() || take(";")) continue;
      else if (is(".reg") || is(".param") || is(".local") || is(".shared") || is(".global") || is(".const")) {
        item.kind = Item::Declare;
        for (Declaration& d : declarations()) {
          item.declaration = std::move(d);
          items.push_back(item);
        }
        continue;
      } else if (peek().kind == Token::Word && peek(1).text == ":" && peek(1).kind == Token::Mark) {
        item.kind = Item::Label;
        item.name = word("a label");
        next();
        if (take(".branchtargets")) {
          item.kind = Item::Targets;
          do item.operands.push_back(operand()); while (take(","));
          need(";");
        } else if (is(".callprototype")) fail("indirect calls are not supported");
      } else statement(item);
      if (depth > 64) fail("blocks nested too deeply");
      items.push_back(std::move(item));
    }
    items.pop_back();  // the function's own brace
  }

  void statement(Item& item) {
    if (take("@")) {
      item.guardNegated = take("!");
      item.guard = word("a predicate");
    }
    item.line = peek().line;
    item.name = word("an instruction");
    if (!is(";")) do item.operands.push_back(operand()); while (take(","));
    need(";");
  }

  Operand operand(int depth = 0) {
    if (depth > 4) fail("operand nested too deeply");
    Operand out;
    if (is("{") || is("(")) {
      const bool vector = next().text == "{";
      out.kind = vector ? Operand::Vector : Operand::List;
      const char* close = vector ? "}" : ")";
      if (!is(close)) do out.parts.push_back(operand(depth + 1)); while (take(","));
      need(close);
    } else if (take("[")) {
      if (peek().kind == Token::Word) out.name = word("an address");
      else out.offset = int64_t(number().bits);
      offset(out);
      out.kind = Operand::Address;
      need("]");
    } else if (peek().kind == Token::Number || is("-")) {
      out = number();
    } else {
      out.negated = take("!");
      out.name = word("an operand");
      offset(out);
      if (take("|")) {
        Operand pair;
        pair.kind = Operand::Pair;
        pair.parts = {out, operand(depth + 1)};
        return pair;
      }
    }
    return out;
  }

  void offset(Operand& out) {
    while (is("+") || is("-")) {
      if (is("+")) next();
      out.offset = int64_t(uint64_t(out.offset) + number().bits);
    }
  }

  std::vector<Token> tokens_;
  size_t at_ = 0;
  Ast ast_;
};

}  // namespace

const char* name(Type t) { return kTypeTable[size_t(t)].first; }
int bytes(Type t) { return kTypeTable[size_t(t)].second; }

bool parseType(std::string_view text, Type& out) {
  for (size_t i = 0; i < kTypes; i++)
    if (text == kTypeTable[i].first) return out = Type(i), true;
  return false;
}

uint64_t immediate(const Operand& number, Type type) { return Parser::immediate(number, type); }

Ast parse(std::string_view ptx) { return Parser(ptx).module(); }

}  // namespace initium::soft
