// SPDX-License-Identifier: Apache-2.0
package org.initium.bench;

import java.util.Locale;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;

/**
 * The first fill of a row of the grid in a fresh process and the steady ones after it, in
 * milliseconds: the memory is written before, the process has done nothing else.
 */
final class FirstFill {
  private static final int MORE = 30;

  private FirstFill() {}

  public static void main(String[] args) {
    Grid row = Grid.row(args[0]);
    PhiloxGenerator generator = Generator.philox(1);
    try (Tensor tensor = Tensor.empty(row.shape(), row.dtype())) {
      tensor.segment().fill((byte) 1);
      long begun = System.nanoTime();
      tensor.fill(row.init(), generator);
      long first = System.nanoTime() - begun;
      long[] later = new long[MORE];
      for (int i = 0; i < MORE; i++) {
        long start = System.nanoTime();
        tensor.fill(row.init(), generator);
        later[i] = System.nanoTime() - start;
      }
      java.util.Arrays.sort(later);
      System.out.printf(Locale.ROOT, "%.3f %.3f%n", first / 1e6, later[MORE / 2] / 1e6);
    }
  }
}
