// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

/** The error function, to about 1e-15. */
final class Erf {
  private static final double ONE_FROM = 6; // beyond, 1 - erf is less than half an ulp of 1

  private Erf() {}

  /**
   * erf x = 2/sqrt(pi) exp(-x^2) sum of 2^n x^(2n+1) / (1 3 5 ... (2n+1)), whose terms are all of
   * one sign (Abramowitz and Stegun 7.1.6).
   */
  static double erf(double x) {
    if (Math.abs(x) >= ONE_FROM) {
      return Math.signum(x);
    }
    double sum = 0;
    double term = x;
    for (int n = 1; sum + term != sum; n++) {
      sum += term;
      term *= 2 * x * x / (2 * n + 1);
    }
    return 2 / StrictMath.sqrt(Math.PI) * StrictMath.exp(-x * x) * sum;
  }

  /** The mass of the standard normal below x. */
  static double normalCdf(double x) {
    return (1 + erf(x / Math.sqrt(2))) / 2;
  }
}
