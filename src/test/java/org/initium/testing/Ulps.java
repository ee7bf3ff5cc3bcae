// SPDX-License-Identifier: Apache-2.0
package org.initium.testing;

import java.math.BigDecimal;
import java.math.MathContext;

/** Errors in units in the last place of the exact value, as the type of the result has them. */
public final class Ulps {
  private Ulps() {}

  /** The error of a binary32 result against a much better value. */
  public static double off(float result, double exact) {
    return Math.abs(result - exact) / Math.ulp((float) exact);
  }

  /** The error of a binary64 result against a much better value. */
  public static double off(double result, BigDecimal exact) {
    return new BigDecimal(result)
        .subtract(exact)
        .abs()
        .divide(new BigDecimal(Math.ulp(exact.doubleValue())), MathContext.DECIMAL64)
        .doubleValue();
  }
}
