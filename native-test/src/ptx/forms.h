// SPDX-License-Identifier: Apache-2.0
// The instruction set: every accepted opcode, with its modifiers, and the handler that executes it.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lanes.h"
#include "program.h"
#include "type.h"

namespace initium::soft {

struct Form : Action {
  std::vector<Type> operands = {};  // in the order written, results first
  uint8_t results = 1;
  bool wider = false;     // registers may be wider than the type
  bool accesses = false;  // the first operand after the results is an address
};

template <class T> constexpr Type kType = T::type;
template <> inline constexpr Type kType<u8> = Type::U8;
template <> inline constexpr Type kType<s8> = Type::S8;
template <> inline constexpr Type kType<u16> = Type::U16;
template <> inline constexpr Type kType<s16> = Type::S16;
template <> inline constexpr Type kType<u32> = Type::U32;
template <> inline constexpr Type kType<s32> = Type::S32;
template <> inline constexpr Type kType<u64> = Type::U64;
template <> inline constexpr Type kType<s64> = Type::S64;
template <> inline constexpr Type kType<float> = Type::F32;
template <> inline constexpr Type kType<double> = Type::F64;

// mov.b64 d, {a, b} and its like: the whole and its parts. No handler when they do not fit.
Form vectorMove(Type whole, size_t parts, bool packs);

class Forms {
 public:
  static const Forms& all();
  std::optional<Form> find(const std::string& opcode) const;
  const std::map<std::string, Form>& table() const { return table_; }

  // Adds all opcodes that a pattern stands for: of "{.a,.b}" one or none is there, of "[.a,.b]"
  // one. Modifiers become flags; .and, .or and .xor take one more predicate.
  void add(const std::string& pattern, Form form);
  void add(const std::string& pattern, std::vector<Type> operands, Handler run,
           uint8_t results = 1);

  // d = f(a, b, ..) in each lane; the types of the function are those of the operands.
  template <class F> void op(const std::string& pattern, F f) { typed<F>(pattern, +f); }

 private:
  Forms();
  template <class F, class D, class... S> void typed(const std::string& pattern, D (*)(S...)) {
    add(pattern, {kType<D>, kType<S>...}, lanes<F, D, S...>);
  }
  std::map<std::string, Form> table_;
};

// Each adds its part of the table.
void addIntegers(Forms&);
void addFloats(Forms&);
void addHalves(Forms&);
void addConversions(Forms&);
void addCompares(Forms&);
void addMoves(Forms&);
void addMemory(Forms&);
void addWarps(Forms&);

// "ld.global.nc.L1::no_allocate.v2.f32" is "ld.v2.f32" with these qualifiers: of ld, st, atom and
// red. Nothing when one is unknown or out of place.
std::optional<std::string> unqualified(const std::string& opcode, Action& qualifiers);

}  // namespace initium::soft
