package org.initium.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Locale;
import org.initium.Tensor;
import org.initium.random.Generator;

/**
 * PyTorch's own numbers, rows of the grid by the processor time of one thread, the least of many
 * fills. Needs {@code -Dinitium.threads=1}.
 */
final class TorchCpuTime {
  private static final List<String> ROWS =
      List.of(
          "uniform-1e7",
          "normal-1e7",
          "trunc_normal-2s-1e7",
          "uniform-bf16-1e7",
          "normal-bf16-1e7",
          "uniform-f64-1e7",
          "normal-f64-1e7",
          "sparse-2000");

  private static final double SECONDS = 1.5;

  private TorchCpuTime() {}

  public static void main(String[] args) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    Generator generator = Generator.torchCpu(1);
    for (String id : ROWS) {
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
        System.out.printf(Locale.ROOT, "%s %.3f%n", id, least / 1e6);
      }
    }
  }
}
