// SPDX-License-Identifier: Apache-2.0
package org.initium.function;

/**
 * A function near a point: {@code c[0] + c[1] v + ... + c[DEGREE] v^DEGREE}. What is made of one is
 * cut behind the same power.
 *
 * @since 0.1.0
 */
public final class PowerSeries {
  /** The highest power. */
  public static final int DEGREE = 10;

  private final double[] c;

  private PowerSeries(double[] c) {
    this.c = c;
  }

  /**
   * {@return {@code value + slope v}}
   *
   * {@snippet :
   * PowerSeries line = PowerSeries.line(1, 0.5);
   * }
   *
   * @param value coefficient of v^0
   * @param slope coefficient of v^1
   */
  public static PowerSeries line(double value, double slope) {
    double[] c = new double[DEGREE + 1];
    c[0] = value;
    c[1] = slope;
    return new PowerSeries(c);
  }

  /**
   * {@return the coefficient of v^n}
   *
   * @param n the power, 0 or more
   */
  public double get(int n) {
    return c[n];
  }

  /** {@code scale f + offset}. */
  PowerSeries affine(double scale, double offset) {
    double[] y = new double[DEGREE + 1];
    for (int n = 0; n <= DEGREE; n++) {
      y[n] = c[n] * scale;
    }
    y[0] += offset;
    return new PowerSeries(y);
  }

  PowerSeries plus(PowerSeries other) {
    double[] y = new double[DEGREE + 1];
    for (int n = 0; n <= DEGREE; n++) {
      y[n] = c[n] + other.c[n];
    }
    return new PowerSeries(y);
  }

  /** The same but for its value at 0, where that is known better than as a sum. */
  PowerSeries from(double value) {
    double[] y = c.clone();
    y[0] = value;
    return new PowerSeries(y);
  }

  /** By {@code y' = f' y}. */
  PowerSeries exp() {
    double[] y = new double[DEGREE + 1];
    y[0] = StrictMath.exp(c[0]);
    for (int n = 1; n <= DEGREE; n++) {
      for (int k = 1; k <= n; k++) {
        y[n] += k * c[k] * y[n - k];
      }
      y[n] /= n;
    }
    return new PowerSeries(y);
  }

  /** By {@code y' f = f'}. */
  PowerSeries log() {
    double[] y = new double[DEGREE + 1];
    y[0] = StrictMath.log(c[0]);
    for (int n = 1; n <= DEGREE; n++) {
      double sum = n * c[n];
      for (int k = 1; k < n; k++) {
        sum -= k * y[k] * c[n - k];
      }
      y[n] = sum / (n * c[0]);
    }
    return new PowerSeries(y);
  }

  /** By {@code y' f = exponent f' y}. */
  PowerSeries power(double exponent) {
    double[] y = new double[DEGREE + 1];
    y[0] = StrictMath.pow(c[0], exponent);
    for (int n = 1; n <= DEGREE; n++) {
      for (int k = 1; k <= n; k++) {
        y[n] += (k * exponent - (n - k)) * c[k] * y[n - k];
      }
      y[n] /= n * c[0];
    }
    return new PowerSeries(y);
  }
}
