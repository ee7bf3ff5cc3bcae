// SPDX-License-Identifier: Apache-2.0
#include "forms.h"

#include <algorithm>
#include <sstream>

namespace initium::soft {

namespace {

uint32_t flagsOf(std::string_view modifier) {
  // clang-format off
  static constexpr std::pair<std::string_view, uint32_t> kFlags[] = {
      {".rz", 1}, {".rm", 2}, {".rp", 3},
      {".rni", kInteger}, {".rzi", kInteger | 1}, {".rmi", kInteger | 2}, {".rpi", kInteger | 3},
      {".ftz", kFtz}, {".sat", kSat}, {".and", kAnd}, {".or", kOr}, {".xor", kXor},
      {".eq", kEqual}, {".ne", kLess | kGreater}, {".lt", kLess}, {".le", kLess | kEqual},
      {".gt", kGreater}, {".ge", kGreater | kEqual}, {".lo", kLess}, {".ls", kLess | kEqual},
      {".hi", kGreater}, {".hs", kGreater | kEqual}, {".equ", kEqual | kUnordered},
      {".neu", kLess | kGreater | kUnordered}, {".ltu", kLess | kUnordered},
      {".leu", kLess | kEqual | kUnordered}, {".gtu", kGreater | kUnordered},
      {".geu", kGreater | kEqual | kUnordered}, {".num", kLess | kEqual | kGreater},
      {".nan", kUnordered}};
  // clang-format on
  for (const auto& [word, flags] : kFlags)
    if (word == modifier) return flags;
  return 0;
}

}  // namespace

void Forms::add(const std::string& pattern, Form form) {
  const size_t open = pattern.find_first_of("{["), close = pattern.find_first_of("}]");
  if (open == pattern.npos) {
    if (form.flags & kBoolean) form.operands.push_back(Type::Pred);
    table_[pattern] = std::move(form);
    return;
  }
  const std::string before = pattern.substr(0, open), after = pattern.substr(close + 1);
  if (pattern[open] == '{') add(before + after, form);
  std::istringstream choices(pattern.substr(open + 1, close - open - 1));
  for (std::string word; std::getline(choices, word, ',');) {
    Form chosen = form;
    chosen.flags |= flagsOf(word);
    add(before + word + after, std::move(chosen));
  }
}

void Forms::add(const std::string& pattern, std::vector<Type> operands, Handler run,
                uint8_t results) {
  add(pattern, Form{{.run = run}, std::move(operands), results});
}

Forms::Forms() {
  addIntegers(*this);
  addFloats(*this);
  addHalves(*this);
  addConversions(*this);
  addCompares(*this);
  addMoves(*this);
  addMemory(*this);
  addWarps(*this);
}

const Forms& Forms::all() {
  static const Forms forms;
  return forms;
}

std::optional<Form> Forms::find(const std::string& opcode) const {
  Action qualifiers;
  const auto name = unqualified(opcode, qualifiers);
  if (!name) return {};
  const auto it = table_.find(*name);
  if (it == table_.end()) return {};
  Form form = it->second;
  form.where = qualifiers.where;
  form.strong |= qualifiers.strong;
  return form;
}

}  // namespace initium::soft
