// SPDX-License-Identifier: Apache-2.0
package org.initium.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.initium.Tensor;
import org.initium.random.Generator;

/**
 * Rows of the grid by the processor time of one thread, the least of many fills: what can be
 * measured on a machine that has other work. Needs {@code -Dinitium.threads=1}; {@code
 * -Dbench.generator=torch-cpu} is for PyTorch's own numbers.
 */
final class CpuTime {
  private static final double SECONDS = 1.5;

  private CpuTime() {}

  public static void main(String[] ids) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    Generator generator = Generator.parse(System.getProperty("bench.generator", "philox"), 1);
    for (String id : ids) {
      Grid row = Grid.row(id);
      try (Tensor tensor = Tensor.empty(row.shape(), row.dtype())) {
        long least = Long.MAX_VALUE;
        long begun = threads.getCurrentThreadCpuTime();
        for (long now = begun; now - begun < SECONDS * 1e9; ) {
          tensor.fill(row.init(), generator);
          long after = threads.getCurrentThreadCpuTime();
          least = Math.min(least, after - now);
          now = after;
        }
        System.out.printf("%s %.3f%n", id, least / 1e6);
      }
    }
  }
}
