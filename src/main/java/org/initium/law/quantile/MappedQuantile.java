// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

import java.util.stream.IntStream;
import org.initium.function.PowerSeries;
import org.initium.function.UniformMap;

/**
 * A smooth function of a uniform, by its own Taylor series: from the end {@code a} upwards, or from
 * the end {@code b} downwards the numbers with the other sign.
 */
record MappedQuantile(UniformMap map, boolean negated) implements Quantile {
  @Override
  public Series at(double share) {
    double from = negated ? map.b() : map.a();
    double width = negated ? map.a() - map.b() : map.b() - map.a();
    PowerSeries series = map.series(Math.fma(width, share, from), width * share);
    double[] terms = IntStream.rangeClosed(0, DEGREE).mapToDouble(series::get).toArray();
    return new Series(0, negated ? -1 : 1, terms);
  }
}
