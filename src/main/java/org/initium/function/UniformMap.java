// SPDX-License-Identifier: Apache-2.0
package org.initium.function;

import java.util.List;
import java.util.function.ObjDoubleConsumer;
import org.initium.text.Text;

/**
 * Smooth functions, one after the other, of a uniform number of [a, b].
 *
 * @param maps the first is that of the number itself
 * @param floor what is less than this is this
 * @param a the uniform's lower bound
 * @param b its upper bound, a or more
 * @since 0.1.0
 */
public record UniformMap(double a, double b, List<SmoothMap> maps, double floor) {
  /** Beyond this, {@code exp} changes too much for a table of the law. */
  private static final double WIDEST_EXPONENT = 20;

  /** Makes the list immutable. */
  public UniformMap {
    maps = List.copyOf(maps);
  }

  /**
   * {@return the value at a number of [a, b]}
   *
   * @param x a number of [a, b]
   */
  public double at(double x) {
    double y = x;
    for (SmoothMap map : maps) {
      y = map.of(y);
    }
    return Math.max(y, floor);
  }

  /**
   * {@return the series of the value near {@code x}, which moves by {@code slope} times the
   * variable; the floor left out}
   *
   * @param x a number of [a, b]
   * @param slope how fast x moves
   */
  public PowerSeries series(double x, double slope) {
    PowerSeries y = PowerSeries.line(x, slope);
    for (SmoothMap map : maps) {
      y = map.of(y);
    }
    return y;
  }

  /** {@return the lower bound of the values, which may be infinite} */
  public double least() {
    return Math.min(at(a), at(b));
  }

  /** {@return the upper bound of the values, which may be infinite} */
  public double greatest() {
    return Math.max(at(a), at(b));
  }

  /**
   * Lets the values be checked, nearly to the ends, which may be infinite ones.
   *
   * @param value called with a name and a value; throws what is wrong with it
   * @throws IllegalArgumentException if an exponential's range is too wide, too
   */
  public void check(ObjDoubleConsumer<String> value) {
    double from = a;
    double to = b;
    for (SmoothMap map : maps) {
      if (map instanceof SmoothMap.Exp && !(Math.abs(to - from) <= WIDEST_EXPONENT)) {
        throw new IllegalArgumentException(
            Text.message(
                "exp of numbers from %s to %s is not allowed; they must be at most %s apart",
                from, to, WIDEST_EXPONENT));
      }
      from = map.of(from);
      to = map.of(to);
    }
    for (double share : new double[] {0x1p-54, 0.5, 1 - 0x1p-53}) {
      double x = Math.fma(b - a, share, a);
      value.accept(Text.message("the value at %s", x), at(x));
    }
  }
}
