// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

/** {@code loc + scale log(2 share)}: Laplace's law below its median. */
record LaplaceQuantile(double loc, double scale) implements Quantile {
  /** The terms are those of log(1 + v). */
  @Override
  public Series at(double share) {
    double[] terms = new double[DEGREE + 1];
    terms[0] = StrictMath.log(2 * share);
    for (int n = 1; n <= DEGREE; n++) {
      terms[n] = (n % 2 == 0 ? -1.0 : 1.0) / n;
    }
    return new Series(loc, scale, terms);
  }
}
