// SPDX-License-Identifier: Apache-2.0
// The types of PTX, and what a text that we cannot execute is answered with.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace initium::soft {

struct LoadError : std::runtime_error {
  LoadError(int line, const std::string& what)
      : std::runtime_error("line " + std::to_string(line) + ": " + what) {}
};

// clang-format off
enum class Type : uint8_t {
  Pred, B8, U8, S8, B16, U16, S16, F16, BF16, B32, U32, S32, F32, F16x2, BF16x2, B64, U64, S64, F64,
  None
};
// clang-format on

const char* name(Type);
int bytes(Type);                     // 0 for Pred
Type typeOf(std::string_view name);  // without the dot; None when there is no such type
inline bool isSigned(Type t) {
  return t == Type::S8 || t == Type::S16 || t == Type::S32 || t == Type::S64;
}

}  // namespace initium::soft
