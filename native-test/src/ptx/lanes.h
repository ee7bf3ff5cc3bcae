// One operation applied to the lanes of a warp.
#pragma once
#include <bit>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "ast.h"
#include "number.h"
#include "warp.h"

namespace initium::soft {

template <class T> constexpr Type kType = Type::Count;
template <> inline constexpr Type kType<uint16_t> = Type::U16;
template <> inline constexpr Type kType<int16_t> = Type::S16;
template <> inline constexpr Type kType<uint32_t> = Type::U32;
template <> inline constexpr Type kType<int32_t> = Type::S32;
template <> inline constexpr Type kType<uint64_t> = Type::U64;
template <> inline constexpr Type kType<int64_t> = Type::S64;
template <> inline constexpr Type kType<float> = Type::F32;
template <> inline constexpr Type kType<double> = Type::F64;
template <> inline constexpr Type kType<Half> = Type::F16;
template <> inline constexpr Type kType<BHalf> = Type::BF16;

// A slot's 64 bits as a value of T and back.
template <class T> inline T get(uint64_t bits) {
  if constexpr (std::is_same_v<T, float>) return std::bit_cast<float>(uint32_t(bits));
  else if constexpr (std::is_same_v<T, double>) return std::bit_cast<double>(bits);
  else if constexpr (std::is_integral_v<T>) return T(bits);
  else return T{uint16_t(bits)};
}

template <class T> inline uint64_t put(T v) {
  if constexpr (std::is_same_v<T, float>) return v != v ? kNan32 : std::bit_cast<uint32_t>(v);
  else if constexpr (std::is_same_v<T, double>) return std::bit_cast<uint64_t>(v);
  else if constexpr (std::is_integral_v<T>) return uint64_t(std::make_unsigned_t<T>(v));
  else return v.bits;
}

template <class F> inline void each(Mask m, F f) {
  if (m == kAll) for (int l = 0; l < kLanes; l++) f(l);
  else for (; m != 0; m &= m - 1) f(std::countr_zero(m));
}

// d = F(a, b, ...). Operand types as given; F is a stateless function.
template <auto F, class D, class... S> void lanes(Warp& w, const Instr& i, Mask m) {
  uint64_t* d = w.slot(i.op[0]);
  [&]<size_t... K>(std::index_sequence<K...>) {
    const uint64_t* s[] = {w.slot(i.op[1 + K])...};
    each(m, [&](int l) { d[l] = put<D>(F(get<S>(s[K][l])...)); });
  }(std::index_sequence_for<S...>{});
}

}  // namespace initium::soft
