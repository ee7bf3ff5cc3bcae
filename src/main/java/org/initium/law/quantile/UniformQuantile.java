// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

/** Between bounds so near to each other that the density is the same at both. */
record UniformQuantile(double a, double b) implements Quantile {
  @Override
  public Series at(double share) {
    double[] terms = new double[DEGREE + 1];
    terms[0] = share;
    terms[1] = share;
    return new Series(a, b - a, terms);
  }
}
