// Formats narrower than double, rounded exactly as IEEE 754 and PTX say.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>

#include "program.h"

namespace initium::soft {

struct Half { uint16_t bits; };
struct BHalf { uint16_t bits; };

constexpr uint32_t kNan32 = 0x7fffffff;  // what every f32 operation answers for NaN
constexpr uint16_t kNan16 = 0x7fff;

struct Format { int fraction, exponent; };
constexpr Format kF32{23, 8}, kF16{10, 5}, kBF16{7, 8};

// The bits of v in the format. v may be rounded to odd: more than two bits to spare make that exact.
uint32_t narrow(double v, Format, Round);
double widen(uint32_t bits, Format);

// a + b with the last bit set when inexact (round to odd): safe to round again to half the precision.
double addOdd(double a, double b);
double toDoubleOdd(uint64_t magnitude, bool negative);

inline double widen(Half h) { return widen(h.bits, kF16); }
inline double widen(BHalf h) { return widen(h.bits, kBF16); }

template <class T> T flush(T v) { return std::fpclassify(v) == FP_SUBNORMAL ? std::copysign(T(0), v) : v; }
template <class T> T saturate(T v) { return v > T(0) ? (v < T(1) ? v : T(1)) : T(0); }  // NaN: 0

}  // namespace initium::soft
