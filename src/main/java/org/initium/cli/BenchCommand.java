// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cli.console.ByteSize;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.text.ArgumentChecks;
import org.initium.text.Text;

/**
 * {@code bench}: how fast fills are here, beside what the memory takes, which is the rate of a
 * constant fill of the same tensor in the same run. Each figure is the median of several fills
 * after a warm-up, each ended by the device.
 */
final class BenchCommand {
  private static final List<String> CASES =
      List.of("uniform(-1, 1)", "normal(0, 1)", "trunc_normal(0, 1, -2, 2)");
  private static final long WARM_UP_NANOS = 1_500_000_000L;
  private static final int MOST_REPEATS = 1_000_000;

  private final PrintStream out = System.out;

  int run(Device device, long bytes, int repeats) {
    ArgumentChecks.that(
        repeats >= 1 && repeats <= MOST_REPEATS, "repeats", repeats, "1 to " + MOST_REPEATS);
    ArgumentChecks.that(bytes >= DType.F64.bytes(), "size", bytes, "8 bytes or more, for one f64");
    // What is not there, or has not so much memory, is said before the head of a table.
    Tensor.empty(Shape.of(bytes / DType.F32.bytes()), DType.F32, device).close();
    out.print(
        Text.format(
            "%s, tensors of %s, median of %d%n%-28s %-5s %10s %12s %8s%n",
            device,
            ByteSize.format(bytes),
            repeats,
            "fill",
            "dtype",
            "GB/s",
            "Melements/s",
            "of limit"));
    for (DType dtype : DType.values()) {
      if (dtype.isInteger()) {
        continue;
      }
      try (Tensor tensor = Tensor.empty(Shape.of(bytes / dtype.bytes()), dtype, device)) {
        if (out.checkError()) { // it is told at the end, and nobody reads the rest
          return 0;
        }
        double limit = rate(tensor, new Fill.Constant(1), repeats);
        print("constant(1): the limit", tensor, limit, limit);
        for (String init : CASES) {
          if (out.checkError()) {
            return 0;
          }
          Fill fill = Init.parse(init).fill(tensor.shape());
          print(init, tensor, rate(tensor, fill, repeats), limit);
        }
      }
    }
    return 0;
  }

  private void print(String name, Tensor tensor, double rate, double limit) {
    out.print(
        Text.format(
            "%-28s %-5s %10.2f %12.0f %7.0f%%%n",
            name,
            tensor.dtype(),
            rate / 1e9,
            rate / 1e6 / tensor.dtype().bytes(),
            100 * rate / limit));
  }

  /** Bytes in a second. */
  private static double rate(Tensor tensor, Fill fill, int repeats) {
    PhiloxGenerator generator = Generator.philox(1);
    Stream stream = Backend.of(tensor.device()).defaultStream(tensor.device());
    long warm = System.nanoTime();
    do {
      tensor.fill(fill, generator, stream);
      stream.synchronize();
    } while (System.nanoTime() - warm < WARM_UP_NANOS);
    long[] times = new long[repeats];
    for (int i = 0; i < repeats; i++) {
      long start = System.nanoTime();
      tensor.fill(fill, generator, stream);
      stream.synchronize();
      times[i] = System.nanoTime() - start;
    }
    Arrays.sort(times);
    return tensor.shape().numel() * tensor.dtype().bytes() * 1e9 / times[repeats / 2];
  }
}
