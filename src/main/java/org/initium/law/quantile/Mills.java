// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

/**
 * Mills' ratio of the standard normal law, {@code R(x) = Q(x) / phi(x)}: the mass above x in units
 * of the density at x, for x >= 0. It is sqrt(pi / 2) erfcx(x / sqrt 2), with the rational
 * approximations of W. J. Cody, "Rational Chebyshev approximations for the error function", Math.
 * Comp. 23 (1969).
 */
public final class Mills {
  private static final double SQRT_HALF = 0.7071067811865476;
  private static final double SQRT_HALF_PI = 1.2533141373155003;
  private static final double INVERSE_SQRT_PI = 0.5641895835477563;

  /** erf(y) = y P(y^2) / Q(y^2) up to 0.46875; from the highest power on, as the others. */
  private static final double[] ERF_P = {
    1.85777706184603153e-1,
    3.16112374387056560e0,
    1.13864154151050156e2,
    3.77485237685302021e2,
    3.20937758913846947e3
  };

  private static final double[] ERF_Q = {
    1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3
  };

  /** erfcx(y) = P(y) / Q(y) from there to 4. */
  private static final double[] MIDDLE_P = {
    2.15311535474403846e-8,
    5.64188496988670089e-1,
    8.88314979438837594e0,
    6.61191906371416295e1,
    2.98635138197400131e2,
    8.81952221241769090e2,
    1.71204761263407058e3,
    2.05107837782607147e3,
    1.23033935479799725e3
  };

  private static final double[] MIDDLE_Q = {
    1,
    1.57449261107098347e1,
    1.17693950891312499e2,
    5.37181101862009858e2,
    1.62138957456669019e3,
    3.29079923573345963e3,
    4.36261909014324716e3,
    3.43936767414372164e3,
    1.23033935480374942e3
  };

  /** erfcx(y) = (1/sqrt(pi) - z P(z) / Q(z)) / y, z = 1 / y^2, beyond. */
  private static final double[] FAR_P = {
    1.63153871373020978e-2,
    3.05326634961232344e-1,
    3.60344899949804439e-1,
    1.25781726111229246e-1,
    1.60837851487422766e-2,
    6.58749161529837803e-4
  };

  private static final double[] FAR_Q = {
    1,
    2.56852019228982242e0,
    1.87295284992346725e0,
    5.27905102951428412e-1,
    6.05183413124413191e-2,
    2.33520497626869185e-3
  };

  private Mills() {}

  /** R(x) for x >= 0. */
  static double ratio(double x) {
    double y = x * SQRT_HALF;
    return SQRT_HALF_PI * erfcx(y);
  }

  /** The mass of the standard normal law below x, any number or infinity. */
  public static double below(double x) {
    double tail = StrictMath.exp(-x * x / 2) / (2 * SQRT_HALF_PI) * ratio(Math.abs(x));
    return x > 0 ? 1 - tail : tail;
  }

  private static double erfcx(double y) {
    if (y <= 0.46875) {
      double z = y * y;
      return StrictMath.exp(z) * (1 - y * polynomial(ERF_P, z) / polynomial(ERF_Q, z));
    }
    if (y <= 4) {
      return polynomial(MIDDLE_P, y) / polynomial(MIDDLE_Q, y);
    }
    double z = 1 / (y * y);
    return (INVERSE_SQRT_PI - z * polynomial(FAR_P, z) / polynomial(FAR_Q, z)) / y;
  }

  private static double polynomial(double[] c, double x) {
    double sum = c[0];
    for (int i = 1; i < c.length; i++) {
      sum = sum * x + c[i];
    }
    return sum;
  }
}
