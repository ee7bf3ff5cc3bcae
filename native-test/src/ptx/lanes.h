// SPDX-License-Identifier: Apache-2.0
// One operation applied to the lanes of a warp.
#pragma once
#include <bit>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "number.h"
#include "warp.h"

namespace initium::soft {

using u8 = uint8_t;
using s8 = int8_t;
using u16 = uint16_t;
using s16 = int16_t;
using u32 = uint32_t;
using s32 = int32_t;
using u64 = uint64_t;
using s64 = int64_t;

// A slot's 64 bits as a value of T and back.
template <class T> T get(u64 bits) {
  if constexpr (std::is_same_v<T, float>) return std::bit_cast<float>(u32(bits));
  else if constexpr (std::is_same_v<T, double>) return std::bit_cast<double>(bits);
  else if constexpr (std::is_integral_v<T>) return T(bits);
  else return T{decltype(T::bits)(bits)};
}
template <class T> u64 put(T v) {
  if constexpr (std::is_same_v<T, float>) return v != v ? kNan32 : std::bit_cast<u32>(v);
  else if constexpr (std::is_same_v<T, double>) return std::bit_cast<u64>(v);
  else if constexpr (std::is_integral_v<T>) return u64(std::make_unsigned_t<T>(v));
  else return v.bits;
}

template <class F> void each(Mask m, F f) {
  if (m == kAll)
    for (int l = 0; l < kLanes; l++) f(l);
  else
    for (; m != 0; m &= m - 1) f(std::countr_zero(m));
}

// The lanes among m for which f holds.
template <class F> Mask which(Mask m, F f) {
  Mask r = 0;
  each(m, [&](int l) { r |= Mask(f(l)) << l; });
  return r;
}
inline void assign(Warp& w, uint32_t predicate, Mask v, Mask m) {
  u64& p = *w.slot(predicate);
  p = (p & ~m) | (v & m);
}
inline Mask predicate(Warp& w, uint32_t slot) { return Mask(*w.slot(slot)); }

// What a captureless lambda takes and returns.
template <class F> struct Signature : Signature<decltype(+F{})> {};
template <class D, class... S> struct Signature<D (*)(S...)> {
  using Result = D;
  static constexpr size_t kCount = sizeof...(S);
};

// d = F(a, b, ..)
template <class F, class D, class... S> void lanes(Warp& w, const Instr& i, Mask m) {
  u64* d = w.slot(i.op[0]);
  [&]<size_t... K>(std::index_sequence<K...>) {
    const u64* s[] = {w.slot(i.op[1 + K])...};
    each(m, [&](int l) { d[l] = put<D>(F{}(get<S>(s[K][l])...)); });
  }(std::index_sequence_for<S...>{});
}

}  // namespace initium::soft
