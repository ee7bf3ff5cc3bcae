// SPDX-License-Identifier: Apache-2.0
#include "number.h"

#include <algorithm>
#include <bit>

namespace initium::soft {

uint32_t narrow(double v, Format f, Round round) {
  const bool negative = std::signbit(v);
  const uint32_t sign = uint32_t(negative) << (f.fraction + f.exponent);
  const uint32_t infinity = ((1u << f.exponent) - 1) << f.fraction;
  if (std::isnan(v)) return f.fraction == 23 ? kNan32 : kNan16;
  if (std::isinf(v)) return sign | infinity;
  if (v == 0) return sign;
  const int bias = (1 << (f.exponent - 1)) - 1;
  int exponent = 0;  // |v| = mantissa * 2^(exponent-52), mantissa in [2^52, 2^53)
  const auto mantissa = uint64_t(std::ldexp(std::frexp(std::fabs(v), &exponent), 53));
  exponent--;
  int drop = 52 - f.fraction;                            // bits of the mantissa to round away
  if (exponent < 1 - bias) drop += 1 - bias - exponent;  // subnormal
  drop = std::min(drop, 63);
  uint64_t kept = mantissa >> drop;
  const uint64_t rest = mantissa & ((uint64_t{1} << drop) - 1), half = uint64_t{1} << (drop - 1);
  const bool away = round == (negative ? Round::Down : Round::Up);
  if (round == Round::Nearest) kept += rest > half || (rest == half && (kept & 1));
  else kept += away && rest != 0;
  // For a normal number the hidden bit is in kept: adding it to exponent-1 also carries correctly.
  if (exponent >= 1 - bias) kept += uint64_t(exponent + bias - 1) << f.fraction;
  if (kept < infinity) return sign | uint32_t(kept);
  return sign | (round == Round::Nearest || away ? infinity : infinity - 1);
}

double widen(uint32_t bits, Format f) {
  const bool negative = bits >> (f.fraction + f.exponent) & 1;
  const int exponent = int(bits >> f.fraction & ((1u << f.exponent) - 1)),
            bias = (1 << (f.exponent - 1)) - 1;
  const uint32_t fraction = bits & ((1u << f.fraction) - 1);
  double v;
  if (exponent == (1 << f.exponent) - 1) v = fraction ? std::nan("") : HUGE_VAL;
  else if (exponent == 0) v = std::ldexp(double(fraction), 1 - bias - f.fraction);
  else v = std::ldexp(double(fraction | 1u << f.fraction), exponent - bias - f.fraction);
  return negative ? -v : v;
}

double addOdd(double a, double b) {
  const double sum = a + b;
  if (!std::isfinite(sum)) return sum;
  const double part = sum - a,
               error = (a - (sum - part)) + (b - part);  // Knuth's two-sum: a + b = sum + error
  if (error == 0 || (std::bit_cast<uint64_t>(sum) & 1)) return sum;
  return std::nextafter(sum, error > 0 ? HUGE_VAL : -HUGE_VAL);
}

double toDoubleOdd(uint64_t magnitude, bool negative) {
  const double v = magnitude >> 53
                       ? std::ldexp(double(magnitude >> 11 | ((magnitude & 2047) != 0)), 11)
                       : double(magnitude);
  return negative ? -v : v;
}

}  // namespace initium::soft
