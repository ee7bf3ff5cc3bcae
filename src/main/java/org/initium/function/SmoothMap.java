// SPDX-License-Identifier: Apache-2.0
package org.initium.function;

/**
 * A smooth, monotone function of a number, and what it makes of a {@link PowerSeries}.
 *
 * @since 0.1.0
 */
public sealed interface SmoothMap {
  /**
   * {@return its value; not a number or infinite outside of where it is defined}
   *
   * @param x any number
   */
  double of(double x);

  /**
   * {@return the series of the map of a series}
   *
   * @param x a series
   */
  PowerSeries of(PowerSeries x);

  /** {@code e^x}. */
  record Exp() implements SmoothMap {
    @Override
    public double of(double x) {
      return StrictMath.exp(x);
    }

    @Override
    public PowerSeries of(PowerSeries x) {
      return x.exp();
    }
  }

  /** The natural logarithm. */
  record Log() implements SmoothMap {
    @Override
    public double of(double x) {
      return StrictMath.log(x);
    }

    @Override
    public PowerSeries of(PowerSeries x) {
      return x.log();
    }
  }

  /**
   * {@code x^exponent} for x of 0 or more.
   *
   * @param exponent any finite number
   */
  record Power(double exponent) implements SmoothMap {
    @Override
    public double of(double x) {
      return x < 0 ? Double.NaN : StrictMath.pow(x, exponent);
    }

    @Override
    public PowerSeries of(PowerSeries x) {
      return x.power(exponent);
    }
  }

  /**
   * {@code scale x + offset}.
   *
   * @param scale the factor
   * @param offset what is added
   */
  record Affine(double scale, double offset) implements SmoothMap {
    @Override
    public double of(double x) {
      return scale * x + offset;
    }

    @Override
    public PowerSeries of(PowerSeries x) {
      return x.affine(scale, offset);
    }
  }

  /** The y with {@code log(1 + e^y) = x}: {@code log(e^x - 1) = x + log(1 - e^-x)}. */
  record InverseSoftplus() implements SmoothMap {
    @Override
    public double of(double x) {
      return x + StrictMath.log(-StrictMath.expm1(-x));
    }

    @Override
    public PowerSeries of(PowerSeries x) {
      double share = -StrictMath.expm1(-x.get(0));
      return x.affine(-1, 0).exp().affine(-1, 1).from(share).log().plus(x);
    }
  }
}
