// SPDX-License-Identifier: Apache-2.0
// Formats narrower than double, rounded exactly as IEEE 754 and PTX say.
#pragma once
#include <cmath>
#include <cstdint>

#include "type.h"

namespace initium::soft {

// A type that C++ does not have, or whose bits are to stay as they are.
template <Type t, class U> struct Raw {
  U bits;
  static constexpr Type type = t;
};
using Half = Raw<Type::F16, uint16_t>;
using BHalf = Raw<Type::BF16, uint16_t>;

constexpr uint32_t kNan32 = 0x7fffffff;  // what every f32 operation answers for NaN
constexpr uint16_t kNan16 = 0x7fff;

struct Format {
  int fraction, exponent;
};
constexpr Format kF32{23, 8}, kF16{10, 5}, kBF16{7, 8};
template <class T> constexpr Format kFormat = kF32;
template <> inline constexpr Format kFormat<Half> = kF16;
template <> inline constexpr Format kFormat<BHalf> = kBF16;

enum class Round : uint8_t { Nearest, Zero, Down, Up };

// The bits of v in the format. v may be rounded to odd: more than two bits to spare make that
// exact.
uint32_t narrow(double v, Format, Round);
double widen(uint32_t bits, Format);

// a + b with the last bit set when inexact (round to odd): safe to round again to half the
// precision.
double addOdd(double a, double b);
double toDoubleOdd(uint64_t magnitude, bool negative);

inline double widen(Half h) { return widen(h.bits, kF16); }
inline double widen(BHalf h) { return widen(h.bits, kBF16); }

template <class T> T flush(T v) {
  return std::fpclassify(v) == FP_SUBNORMAL ? std::copysign(T(0), v) : v;
}
template <class T> T saturate(T v) { return v > T(0) ? (v < T(1) ? v : T(1)) : T(0); }  // NaN: 0

// The smaller or larger number. -0 < +0; the number wins over NaN, unless kKeep.
template <bool kMax, bool kKeep, class T> T extreme(T a, T b) {
  if (a != a || b != b) return kKeep ? T(NAN) : a != a ? b : a;
  if (a == b) return std::signbit(a) == kMax ? b : a;
  return (a < b) == kMax ? b : a;
}

}  // namespace initium::soft
