// SPDX-License-Identifier: Apache-2.0
// Logarithm, sine and cosine in binary64 by Taylor's series, the leading terms summed in two doubles: class HalfUlp of
// org.initium.torch.
#pragma once
#include "lanes.h"

// Of a normal number above 0: k ln 2 + 2 artanh(f / (2 + f)).
INLINE Doubles halfUlpLog(Doubles value) {
  Longs bits = Longs(value);
  Longs k = (bits - 0x3fe6a09e00000000L) >> 52;
  Doubles whole = toDoubles(k);
  Doubles f = Doubles(bits - (k << 52)) - 1;  // from sqrt(1/2) - 1 to sqrt(2) - 1
  Doubles divisor = 2 + f, divisorLow = f - (divisor - 2);
  Doubles s = f / divisor;
  Doubles sLow = (fma(-s, divisor, f) - s * divisorLow) / divisor;

  Doubles z = s * s;
  Doubles r = fma(Doubles{} + 2.0 / 25, z, 2.0 / 23);  // of 2 artanh s, s^5 and on: 2/5 + 2/7 s^2 + ...
  r = fma(r, z, 2.0 / 21);
  r = fma(r, z, 2.0 / 19);
  r = fma(r, z, 2.0 / 17);
  r = fma(r, z, 2.0 / 15);
  r = fma(r, z, 2.0 / 13);
  r = fma(r, z, 2.0 / 11);
  r = fma(r, z, 2.0 / 9);
  r = fma(r, z, 2.0 / 7);
  r = fma(r, z, 2.0 / 5);

  Doubles cube = Doubles{} + 2.0 / 3;
  Doubles zLow = fma(s, s, -z) + 2 * s * sLow;
  Doubles p = fma(z, r, cube), pLow = fma(z, r, cube - p) + 0x1.5555555555555p-55;
  Doubles q = z * p, qLow = fma(z, p, -q) + fma(z, pLow, zLow * p);
  Doubles c = s * q, cLow = fma(s, q, -c) + fma(s, qLow, sLow * q);

  Doubles first = whole * 6.93147180369123816490e-01, twice = 2 * s;
  Doubles rough = first + twice;  // where k is not 0 the first is the larger, otherwise it is 0
  Doubles sum = rough + c;
  Doubles rest = first - rough + twice + (rough - sum + c);
  return sum + (rest + fma(whole, Doubles{} + 1.90821492927058770002e-10, 2 * sLow + cLow));
}

struct DoubleTurns {
  Doubles sin, cos;
};

// Of an angle from 0 to 2 pi: a multiple of pi/2, and a rest within pi/4 of 0.
INLINE DoubleTurns halfUlpSinCos(Doubles angle) {
  constexpr double TO_INTEGER = 0x1.8p52, PI = 3.14159265358979323846;
  Doubles biased = fma(angle, Doubles{} + 2 / PI, TO_INTEGER);  // the quadrant is in the lowest bits
  Doubles quadrant = biased - TO_INTEGER;
  Doubles near = fma(-quadrant, Doubles{} + 0x1.921fb54442d18p0, angle);  // exact
  Doubles far = -quadrant * 0x1.1a62633145c07p-54;
  Doubles x = near + far, xLow = near - x + far;

  Doubles z = x * x, zLow = fma(x, x, -z);
  Doubles r = fma(Doubles{} + -1.0 / 121645100408832000L, z, 1.0 / 355687428096000L);  // 1/19!, 1/17!
  r = fma(r, z, -1.0 / 1307674368000L);
  r = fma(r, z, 1.0 / 6227020800L);
  r = fma(r, z, -1.0 / 39916800L);
  r = fma(r, z, 1.0 / 362880L);
  r = fma(r, z, -1.0 / 5040L);
  r = fma(r, z, 1.0 / 120L);
  Doubles cube = Doubles{} + -1.0 / 6;
  Doubles p = fma(z, r, cube), pLow = fma(z, r, cube - p) + -0x1.5555555555555p-57;
  Doubles q = z * p, qLow = fma(z, p, -q) + fma(z, pLow, zLow * p);
  Doubles c = x * q, cLow = fma(x, q, -c) + x * qLow;
  Doubles sum = x + c;
  Doubles sine = sum + (x - sum + c + (cLow + fma(-0.5 * z, xLow, xLow)));

  p = fma(Doubles{} + 1.0 / 2432902008176640000L, z, -1.0 / 6402373705728000L);  // 1/20!, 1/18!
  p = fma(p, z, 1.0 / 20922789888000L);
  p = fma(p, z, -1.0 / 87178291200L);
  p = fma(p, z, 1.0 / 479001600L);
  p = fma(p, z, -1.0 / 3628800L);
  p = fma(p, z, 1.0 / 40320L);
  p = fma(p, z, -1.0 / 720L);
  p = fma(p, z, 1.0 / 24L);
  Doubles half = 0.5 * z;
  Doubles w = 1 - half;
  Doubles tail = fma(z, z * p, -fma(x, xLow, 0.5 * zLow));
  Doubles cosine = w + (1 - w - half + tail);

  Longs turns = Longs(biased);
  Longs swap = (turns & 1) != 0;
  Longs sin = (swap & Longs(cosine)) | (~swap & Longs(sine)), cos = (swap & Longs(sine)) | (~swap & Longs(cosine));
  return {Doubles(sin ^ ((turns & 2) << 62)), Doubles(cos ^ (((turns + 1) & 2) << 62))};
}
