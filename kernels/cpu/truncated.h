// SPDX-License-Identifier: Apache-2.0
// The table of a truncated normal law (Quantile of laws.cuh): NormalQuantile, NormalMass, Mills and QuantileSeries of
// org.initium.law.quantile, operation by operation, and so with their bits. A first fill would wait 5 ms for Java's, which
// nothing has compiled by then. Why it is so is said there. It is not worth vectors: all levels have the code of the least.
#pragma once
#include "lanes.h"
#include "quantile.cuh"

// One side of the law: from the bound `a` up, or of all numbers with the other sign.
struct TruncatedSide {
  double mean, std, a, b;
  double lower, upper, width;  // in standard deviations: the bounds from the mean, and from each other
};

struct Truncated {
  uint64_t table;  // its address
  uint64_t even;   // whether side 0 is both
  TruncatedSide sides[2];
};

// FDLIBM's exponential and logarithm, whose bits StrictMath has: "Copyright (C) 1993 by Sun Microsystems, Inc. All rights
// reserved. Developed at SunPro, a Sun Microsystems, Inc. business. Permission to use, copy, modify, and distribute this
// software is freely granted, provided that this notice is preserved."
constexpr double LN2_HIGH = 0x1.62e42feep-1, LN2_LOW = 0x1.a39ef35793c76p-33;

INLINE double timesPowerOf2(double x, int64_t k) { return __longlong_as_double(__double_as_longlong(x) + (k << 52)); }

// Of a number below 700. What FDLIBM does apart for speed is left out where it comes to the same bits.
static SMALL double strictExp(double x) {
  if (!(x >= -0x1.74910d52d3051p9)) return 0;
  int high = int(__double_as_longlong(x) >> 32), size = high & 0x7fffffff;
  if (size < 0x3e300000) return 1 + x;
  int k = 0;
  if (size > 0x3fd62e42) {  // more than half of ln 2
    double sign = high < 0 ? -1 : 1;
    k = int(size < 0x3ff0a2b2 ? sign : 0x1.71547652b82fep0 * x + 0.5 * sign);
  }
  double hi = x - k * LN2_HIGH, lo = k * LN2_LOW;
  x = hi - lo;
  double t = x * x;
  double c = x - t * (0x1.555555555553ep-3 + t * (-0x1.6c16c16bebd93p-9 + t * (0x1.1566aaf25de2cp-14 +
                 t * (-0x1.bbd41c5d26bf1p-20 + t * 0x1.6376972bea4d0p-25))));
  double y = 1 - (lo - x * c / (2 - c) - hi);
  return timesPowerOf2(y, k + 1000) * 0x1p-1000;
}

// Of a normal number above 0.
static SMALL double strictLog(double x) {
  int64_t bits = __double_as_longlong(x);
  int high = int(bits >> 32), fraction = high & 0xfffff, above = fraction + 0x95f64 >> 20;
  double k = (high >> 20) - 1023 + above, low = k * LN2_LOW;
  double f = __longlong_as_double((bits & 0xfffffffffffff) | int64_t(0x3ff - above) << 52) - 1;  // to sqrt(2) - 1
  double s = f / (2 + f), z = s * s, w = z * z, half = 0.5 * f * f;
  double odd = w * (0x1.999999997fa04p-2 + w * (0x1.c71c51d8e78afp-3 + w * 0x1.39a09d078c69fp-3));
  double r = z * (0x1.5555555555593p-1 + w * (0x1.2492494229359p-2 + w * (0x1.7466496cb03dep-3 + w * 0x1.2f112df3e5244p-3))) + odd;
  double less;
  if ((0xfffff & 2 + fraction) < 3) {  // |f| < 2^-20
    less = f * f * (0.5 - 0.33333333333333333 * f) - low;
  } else if (((fraction - 0x6147a) | (0x6b851 - fraction)) > 0) {
    less = half - (s * (half + r) + low);
  } else {
    less = s * (f - r) - low;
  }
  return k * LN2_HIGH - (less - f);
}

static SMALL double polynomial(const double* c, int n, double x) {
  double sum = c[0];
  for (int i = 1; i < n; i++) sum = sum * x + c[i];
  return sum;
}

// Mills' ratio of x >= 0, by Cody's approximations.
static SMALL double millsRatio(double x) {
  static constexpr double ERF_P[] = {1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2,
                                     3.77485237685302021e2, 3.20937758913846947e3};
  static constexpr double ERF_Q[] = {1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3,
                                     2.84423683343917062e3};
  static constexpr double MIDDLE_P[] = {2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0,
                                        6.61191906371416295e1,  2.98635138197400131e2,  8.81952221241769090e2,
                                        1.71204761263407058e3,  2.05107837782607147e3,  1.23033935479799725e3};
  static constexpr double MIDDLE_Q[] = {1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2,
                                        1.62138957456669019e3, 3.29079923573345963e3, 4.36261909014324716e3,
                                        3.43936767414372164e3, 1.23033935480374942e3};
  static constexpr double FAR_P[] = {1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1,
                                     1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4};
  static constexpr double FAR_Q[] = {1, 2.56852019228982242e0, 1.87295284992346725e0, 5.27905102951428412e-1,
                                     6.05183413124413191e-2, 2.33520497626869185e-3};
  double y = x * 0.7071067811865476, ratio;
  if (y <= 0.46875) {
    double z = y * y;
    ratio = strictExp(z) * (1 - y * polynomial(ERF_P, 5, z) / polynomial(ERF_Q, 5, z));
  } else if (y <= 4) {
    ratio = polynomial(MIDDLE_P, 9, y) / polynomial(MIDDLE_Q, 9, y);
  } else {
    double z = 1 / (y * y);
    ratio = (0.5641895835477563 - z * polynomial(FAR_P, 6, z) / polynomial(FAR_Q, 6, z)) / y;
  }
  return 1.2533141373155003 * ratio;
}

struct NormalMass {
  struct Point {
    bool near;  // whether d counts from the lower bound, else from the anchor
    double d;
  };
  struct Below {
    double mass, ratio, z;
  };
  static constexpr double REACH = 40;

  double lower, upper, width;
  bool atLower, atUpper;  // where the anchor is
  double anchor, lowerDensity, belowLower;

  explicit __attribute__((minsize)) NormalMass(const TruncatedSide& side) : lower(side.lower), upper(side.upper), width(side.width) {
    atLower = lower >= 0;
    atUpper = !atLower && upper <= 0;
    anchor = atLower ? lower : atUpper ? upper : 0;
    double toAnchor = atLower ? 0 : atUpper ? width : -lower;
    lowerDensity = strictExp(toAnchor * (lower + anchor) / 2);
    belowLower = lower < 0 ? lowerDensity * millsRatio(-lower) : 0;
  }

  bool isNear(double fromLower) const {
    double reach = __builtin_fabs(lower) + fromLower;
    return fromLower * (reach > 1 ? reach : 1) <= 1;
  }

  Point normal(Point point) const {
    double fromLower = point.near || atLower ? point.d : atUpper ? width - point.d : point.d - lower;
    bool near = isNear(fromLower);
    if (near == point.near) return point;
    return {near, near || atLower ? fromLower : atUpper ? width - fromLower : lower + fromLower};
  }

  bool isDown(Point point) const { return !point.near && atUpper; }

  Point up(Point point, double step) const { return {point.near, isDown(point) ? point.d - step : point.d + step}; }

  // From the lower bound to a point at distance d: by Gauss and Legendre's rule.
  __attribute__((minsize)) double nearLower(double d) const {
    static constexpr double NODES[] = {0x1.fb478ec72174p-1,  0x1.e7743a7fdc45ap-1, 0x1.c5185776c479bp-1, 0x1.965a782e03bfcp-1,
                                       0x1.5e2a3482a2c67p-1, 0x1.200f4bf1ec61dp-1, 0x1.bfe1681c273c7p-2, 0x1.43ab96faba732p-2,
                                       0x1.a6961f47f100ep-3, 0x1.d73d4449dc328p-4, 0x1.88bc58023ba68p-5, 0x1.2e1c4e37a2fep-7};
    static constexpr double WEIGHTS[] = {0x1.8275d9dea6d9p-6,  0x1.b60602bce616fp-5, 0x1.47d7258f22d93p-4,
                                         0x1.a0163e6b1ab6fp-4, 0x1.de3155c256ab4p-4, 0x1.fe40ce6d4f029p-4};
    double sum = 0;
    for (int i = 0; i < 12; i++) {
      double s = NODES[i] * d;
      sum += WEIGHTS[i < 6 ? i : 11 - i] * strictExp(-s * (lower + s / 2));
    }
    return sum * d;
  }

  SMALL Below below(Point point) const {
    double d = point.d;
    if (point.near || atLower) {
      double fromLower = strictExp(-d * (lower + d / 2));
      if (point.near) {
        double scaled = nearLower(d);
        return {scaled * lowerDensity, scaled / fromLower, lower + d};
      }
      double mass = millsRatio(lower) - fromLower * millsRatio(lower + d);
      return {mass, mass / fromLower, lower + d};
    }
    double z = atUpper ? anchor - d : d;
    double density = strictExp(atUpper ? d * (anchor - d / 2) : -z * z / 2);
    double tail = density * millsRatio(__builtin_fabs(z));
    double mass = (z <= 0 ? tail : 2 * millsRatio(0) - tail) - belowLower;
    return {mass, mass / density, z};
  }

  double total() const {
    bool near = isNear(width);
    return below({near, near || atLower ? width : atUpper ? 0 : upper}).mass;
  }

  Point bisect(double wanted) const {
    double size = __builtin_fabs(anchor), farthest = REACH / (size > 1 ? size : 1);
    double from = 0, to = width < farthest ? width : farthest;
    if (!atLower && !atUpper) {
      from = lower > -REACH ? lower : -REACH;
      to = upper < REACH ? upper : REACH;
    }
    Point middle;
    for (int i = 0; i < 100; i++) {
      double d = (from + to) / 2;
      middle = normal({false, d});
      ((below(middle).mass < wanted) != atUpper ? from : to) = d;
    }
    return middle;
  }
};

static constexpr int DEGREE = COEFFICIENTS64 - 1;

// h(n, j) / n! of each n, one behind the other; H_(n+1) = H_n' + n z H_n, from the highest power of z on.
struct Polynomials {
  double of[DEGREE / 2 * (DEGREE / 2 + 1)] = {};
  constexpr Polynomials() {
    double h[DEGREE + 2][DEGREE / 2 + 2] = {}, factorial = 1;
    h[1][0] = 1;
    int k = 0;
    for (int n = 1; n <= DEGREE; n++) {
      factorial *= n;
      for (int j = 0; j < (n + 1) / 2; j++) {
        int power = n - 1 - 2 * j;
        h[n + 1][j] += n * h[n][j];
        h[n + 1][j + 1] += power * h[n][j];
        of[k++] = h[n][j] / factorial;
      }
    }
  }
};
static constexpr Polynomials POLYNOMIALS;

struct NormalQuantile {
  const TruncatedSide& side;
  const NormalMass law;
  double total, share = 0.5;
  NormalMass::Point point;
  double base, terms[DEGREE + 1];

  explicit __attribute__((minsize)) NormalQuantile(const TruncatedSide& side) : side(side), law(side) {
    total = law.total();
    point = law.bisect(total / 2);
    solve();
  }

  // From the point of the share before, which is near.
  SMALL void at(double next) {
    double v = next / share - 1, step = 0;
    for (int n = DEGREE; n > 0; n--) step = (step + terms[n]) * v;
    point = law.normal(law.up(point, step));
    share = next;
    solve();
    terms[0] = law.isDown(point) ? -point.d : point.d;
    base = point.near || law.atLower ? side.a : law.atUpper ? side.b : side.mean;
  }

  SMALL void solve() {
    NormalMass::Below below = law.below(point);
    for (double off = 1; __builtin_fabs(off) > 0x1p-26;) {
      off = strictLog(share * total / below.mass);
      point = law.normal(law.up(point, off * below.ratio));
      below = law.below(point);
    }
    double r = below.ratio, zr[DEGREE], rr[DEGREE / 2];
    powers(below.z * r, zr, DEGREE);
    powers(r * r, rr, DEGREE / 2);
    const double* h = POLYNOMIALS.of;
    for (int n = 1; n <= DEGREE; n++) {
      double sum = 0;
      for (int j = 0; j < (n + 1) / 2; j++) sum += *h++ * zr[n - 1 - 2 * j] * rr[j];
      terms[n] = sum * r;
    }
  }

  static __attribute__((minsize)) void powers(double x, double* powers, int count) {
    powers[0] = 1;
    for (int n = 1; n < count; n++) powers[n] = powers[n - 1] * x;
  }
};

// A row of the table, its sign turned if that is -1: Cubics of Quantile32, Series of Quantile64.
static SMALL void putRow(bool wide, uint64_t table, int row, const double* c, double sign) {
  double x[COEFFICIENTS64];
  for (int n = 0; n < COEFFICIENTS64; n++) x[n] = sign * c[n];
  if (wide) {
    auto* to = reinterpret_cast<double*>(table) + row * COEFFICIENTS64;
    for (int n = 0; n < COEFFICIENTS64; n++) to[n] = x[n];
  } else {
    auto* to = reinterpret_cast<float*>(table) + 4 * row;
    to[0] = float(x[0] - x[4] / 128);
    to[1] = float(x[1] - x[5] * 5 / 256);
    to[2] = float(x[2] + x[4] / 4);
    to[3] = float(x[3] + x[5] * 5 / 16);
  }
}

// The sides `begin` to `end - 1`.
static SMALL void truncated(const Truncated& p, uint64_t begin, uint64_t end, bool wide) {
  constexpr int PER_OCTAVE = 16;
  int segments = wide ? SEGMENTS64 : SEGMENTS32, bits = wide ? 53 : 32;
  double largest = wide ? 0x1.fffffffffffffp1023 : 0x1.fffffep127;
  for (uint64_t side = begin; side < end; side++) {
    NormalQuantile quantile(p.sides[side]);
    for (int row = segments - 1; row >= 0; row--) {
      double within = PER_OCTAVE + row % PER_OCTAVE + 0.5;
      quantile.at(timesPowerOf2(within / PER_OCTAVE, row / PER_OCTAVE - 1 - bits));
      double c[COEFFICIENTS64], scale = p.sides[side].std, reach = 0;
      c[0] = fma(quantile.terms[0], scale, quantile.base);
      for (int n = 1; n < COEFFICIENTS64; n++) {
        scale /= within;
        c[n] = quantile.terms[n] * scale;
      }
      for (double each : c) reach += __builtin_fabs(each);
      if (!(reach <= largest)) {
        for (int n = 1; n < COEFFICIENTS64; n++) c[n] = 0;
        c[0] = __builtin_copysign(largest, c[0]);
      }
      if (side == 0) putRow(wide, p.table, row, c, 1);
      if (side == 1 || p.even) putRow(wide, p.table, segments + row, c, -1);
    }
  }
}
