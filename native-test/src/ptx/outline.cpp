// SPDX-License-Identifier: Apache-2.0
#include "outline.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace initium::soft {

namespace {

constexpr size_t kMaxBytes = size_t{1} << 31;  // of one variable

void values(Reader& r, Declaration& d) {
  const bool list = r.take("{");
  do {
    Declaration::Value value;
    if (r.peek().kind == Token::Word) {
      const bool generic = r.take("generic");
      if (generic) r.need("(");
      value.symbol = r.word("a name");
      if (generic) r.need(")");
      if (r.take("+")) value.bits = r.literal().bits;
    } else {
      value.bits = r.literal().as(d.type);
    }
    d.values.push_back(std::move(value));
  } while (list && r.take(","));
  if (list) r.need("}");
}

Declaration declarator(Reader& r, Declaration d) {
  d.line = r.peek().line;
  d.name = r.word("a name");
  if (r.take("<")) {
    d.count = r.count(1 << 24, "register count");
    if (d.count == 0) r.fail("no registers");
    r.need(">");
  }
  while (r.take("[")) {
    const size_t n = r.is("]") ? 0 : r.count(kMaxBytes, "array size");
    d.unsized |= r.is("]") && n == 0;
    if (d.elements != 0 && n > kMaxBytes / d.elements) r.fail("array too large");
    d.elements *= n;
    r.need("]");
  }
  if (d.align == 0) d.align = std::max(1, bytes(d.type));
  if (d.size() > kMaxBytes) r.fail("array too large");
  if (r.take("=")) values(r, d);
  if (d.unsized && !d.values.empty()) d.elements = d.values.size(), d.unsized = false;
  if (d.values.size() > d.elements) r.fail("more values than elements");
  return d;
}

// What the variables of one declaration have in common.
Declaration common(Reader& r) {
  Declaration d;
  d.space = r.next().text.substr(1);
  if (r.take(".align")) d.align = r.count(1 << 16, "alignment");
  if (d.align & (d.align - 1)) r.fail("alignment is not a power of two");
  d.type = r.type();
  if (!r.take(".ptr")) return d;
  while (r.isAny({".global", ".const", ".local", ".shared", ".align"}))  // what it points to
    if (r.next().text == ".align") r.count(1 << 16, "alignment");
  return d;
}

std::vector<Declaration> parameters(Reader& r) {
  std::vector<Declaration> out;
  if (!r.take("(")) return out;
  while (!r.is(")")) {
    if (!r.is(".param")) r.fail("expected .param");
    const Declaration d = common(r);
    out.push_back(declarator(r, d));
    if (!r.take(",") && !r.is(")")) r.fail("expected ',' or ')'");
  }
  r.need(")");
  return out;
}

Function function(Reader& r) {
  Function f;
  f.entry = r.next().text == ".entry";
  f.line = r.peek().line;
  f.results = parameters(r);
  f.name = r.word("a function name");
  f.parameters = parameters(r);
  for (;;) {
    if (r.isAny({".maxntid", ".reqntid"})) {
      const bool required = r.next().text == ".reqntid";
      uint32_t n[3] = {1, 1, 1};
      int k = 0;
      do n[k] = uint32_t(r.count(1 << 20, "thread count"));
      while (++k < 3 && r.take(","));
      if (required) std::copy(n, n + 3, f.required);
      f.maxThreads = uint32_t(std::min<uint64_t>(uint64_t{n[0]} * n[1] * n[2], 1u << 20));
    } else if (r.isAny({".minnctapersm", ".maxnreg", ".maxnctapersm"})) {
      r.next();
      r.count(1 << 20, "count");
    } else if (!r.take(".noreturn") && !r.debug()) {
      break;
    }
  }
  if (r.take(";")) return f;
  f.body = r.position + 1;
  r.skipBlock();
  return f;
}

// The version times ten.
int header(Reader& r) {
  while (r.debug()) {}
  r.need(".version");
  const std::string version(r.next().text);
  int major = 0, minor = 0;
  const bool known = std::sscanf(version.c_str(), "%d.%d", &major, &minor) == 2;
  if (!known || major < 6 || major > 9)
    throw LoadError(r.peek().line, "unsupported .version " + version);
  r.need(".target");
  do {
    const std::string target = r.word("a target");
    const bool sm = target.starts_with("sm_") && std::atoi(target.c_str() + 3) >= 30;
    if (target != "debug" && !sm) r.fail("unknown target " + target);
  } while (r.take(","));
  r.need(".address_size");
  if (r.literal().bits != 64) r.fail(".address_size must be 64");
  return 10 * major + minor;
}

}  // namespace

std::vector<Declaration> declarations(Reader& r) {
  const Declaration base = common(r);
  std::vector<Declaration> out;
  do out.push_back(declarator(r, base));
  while (r.take(","));
  r.need(";");
  return out;
}

Outline::Outline(std::string_view ptx) : tokens(soft::tokens(ptx)) {
  Reader r{tokens};
  version = header(r);
  while (r.peek().kind != Token::End) {
    bool external = false;
    while (r.isAny({".visible", ".extern", ".weak", ".common"}))
      external |= r.next().text == ".extern";
    if (r.isAny({".entry", ".func"})) {
      functions.push_back(function(r));
    } else if (r.isAny({".global", ".const", ".shared"})) {
      for (Declaration& d : declarations(r)) {
        d.unsized |= external;
        variables.push_back(std::move(d));
      }
    } else if (!r.debug()) {
      r.fail("unknown directive");
    }
  }
}

}  // namespace initium::soft
