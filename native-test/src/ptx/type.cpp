// SPDX-License-Identifier: Apache-2.0
#include "type.h"

#include <utility>

namespace initium::soft {

// clang-format off
static constexpr std::pair<const char*, int> kTypes[] = {
    {"pred", 0}, {"b8", 1}, {"u8", 1}, {"s8", 1}, {"b16", 2}, {"u16", 2}, {"s16", 2}, {"f16", 2},
    {"bf16", 2}, {"b32", 4}, {"u32", 4}, {"s32", 4}, {"f32", 4}, {"f16x2", 4}, {"bf16x2", 4},
    {"b64", 8}, {"u64", 8}, {"s64", 8}, {"f64", 8}};
// clang-format on

const char* name(Type t) { return kTypes[size_t(t)].first; }
int bytes(Type t) { return kTypes[size_t(t)].second; }

Type typeOf(std::string_view text) {
  for (size_t i = 0; i < std::size(kTypes); i++)
    if (text == kTypes[i].first) return Type(i);
  return Type::None;
}

}  // namespace initium::soft
