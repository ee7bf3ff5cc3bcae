// SPDX-License-Identifier: Apache-2.0
package org.initium.testing;

import java.util.SplittableRandom;
import org.initium.Shape;

/**
 * A region of a tensor.
 *
 * @param origin of its first element
 * @param shape its sizes, which may be 0
 */
public record RandomRegion(long[] origin, Shape shape) {
  /** One of random place and size. */
  public static RandomRegion random(Shape whole, SplittableRandom random) {
    long[] origin = new long[whole.rank()];
    Shape part = whole;
    for (int d = 0; d < whole.rank(); d++) {
      origin[d] = random.nextLong(whole.size(d));
      part = part.with(d, random.nextLong(whole.size(d) - origin[d] + 1));
    }
    return new RandomRegion(origin, part);
  }

  /** The index in each dimension of row-major element n. */
  public static long[] index(Shape shape, long n) {
    long[] index = new long[shape.rank()];
    for (int d = shape.rank() - 1; d >= 0; d--) {
      index[d] = n % shape.size(d);
      n /= shape.size(d);
    }
    return index;
  }
}
