// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.initium.DType;
import org.initium.Fill;
import org.initium.kernel.KernelSet;
import org.initium.kernel.Parameters;
import org.initium.law.Quantile32;
import org.initium.law.Quantile64;
import org.initium.law.quantile.NormalSide;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The tables of truncated normal laws by the native kernel are Java's, to the bit. */
@Tag("slow")
class TruncatedKernelTest {
  private static final int LAWS = Integer.getInteger("initium.fuzz.truncated", 2000);
  private final KernelSet kernels = NativeKernels.of("auto");

  /** -1, or the first byte that is another. */
  private long mismatch(Fill.TruncatedNormal law, boolean wide) {
    MemorySegment expected =
        wide
            ? MemorySegment.ofArray(Quantile64.of(law).table())
            : MemorySegment.ofArray(Quantile32.of(law, DType.F32).table());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment got = arena.allocate(expected.byteSize(), 64);
      boolean even = NormalSide.isEven(law);
      Parameters parameters = new Parameters().add(got.address()).add(even ? 1L : 0L);
      for (NormalSide side : new NormalSide[] {NormalSide.of(law), NormalSide.ofNegated(law)}) {
        for (double number : side.numbers()) {
          parameters.add(number);
        }
      }
      String kernel = wide ? "truncated_f64" : "truncated_f32";
      kernels.kernel(kernel).run(parameters.fields(), 0, even ? 1 : 2, 0);
      return expected.mismatch(got);
    }
  }

  private void check(Fill.TruncatedNormal law) {
    assertEquals(-1, mismatch(law, false), () -> "f32, " + law);
    assertEquals(-1, mismatch(law, true), () -> "f64, " + law);
  }

  @Test
  void usualBounds() {
    for (double bound : new double[] {0.01, 0.3, 0.7, 1, 1.5, 2, 2.5, 3, 4, 5, 8, 12, 37, 38.5}) {
      check(new Fill.TruncatedNormal(0, 1, -bound, bound));
      check(new Fill.TruncatedNormal(0, 0.02, -bound, bound));
      check(new Fill.TruncatedNormal(0, 1, 0, bound));
      check(new Fill.TruncatedNormal(0, 1, -bound, 0));
      check(new Fill.TruncatedNormal(0, 1, -0.0, bound));
      check(new Fill.TruncatedNormal(-0.0, 1, -bound, -0.0));
      check(new Fill.TruncatedNormal(1, 1, -bound, bound));
      check(new Fill.TruncatedNormal(0, 1, bound, Double.POSITIVE_INFINITY));
      check(new Fill.TruncatedNormal(0, 1, Double.NEGATIVE_INFINITY, bound));
      check(new Fill.TruncatedNormal(0, 1, bound, bound + 1e-3));
    }
    check(new Fill.TruncatedNormal(0, 1, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
  }

  /** Bounds near and far, apart by little and by much, and numbers of all sizes. */
  @Test
  void drawnBounds() {
    SplittableRandom random = new SplittableRandom(16);
    int checked = 0;
    for (int i = 0; i < LAWS; i++) {
      double std = Math.scalb(0.5 + random.nextDouble(), random.nextInt(-40, 40));
      double mean = random.nextInt(3) == 0 ? 0 : std * far(random);
      double a = mean + std * far(random);
      double b = random.nextInt(4) == 0 ? 2 * mean - a : a + std * Math.abs(far(random));
      Fill.TruncatedNormal law =
          new Fill.TruncatedNormal(mean, std, Math.min(a, b), Math.max(a, b));
      if (law.a() < law.b() && NormalSide.of(law).isNormal()) {
        check(law);
        checked++;
      }
    }
    assertTrue(checked > LAWS / 2, checked + " were normal");
  }

  /** The ends of what doubles are. */
  @Test
  void extremes() {
    double[] bounds = {
      -Double.MAX_VALUE,
      -1e300,
      -1e155,
      -9e9,
      -1e5,
      -40,
      -1e-9,
      -Double.MIN_VALUE,
      0,
      Double.MIN_VALUE,
      1e-300,
      1e-9,
      1,
      26,
      38,
      1e3,
      9.9e9,
      1e200,
      Double.MAX_VALUE,
      Double.POSITIVE_INFINITY
    };
    double[] stds = {Double.MIN_VALUE, 1e-308, 1e-150, 1e-9, 1, 1e9, 1e150, Double.MAX_VALUE};
    int checked = 0;
    for (double std : stds) {
      for (double mean : new double[] {0, 1, -3e10, 1e300}) {
        for (double a : bounds) {
          for (double b : bounds) {
            Fill.TruncatedNormal law = new Fill.TruncatedNormal(mean, std, a, b);
            if (a < b && NormalSide.of(law).isNormal()) {
              check(law);
              checked++;
            }
          }
        }
      }
    }
    assertTrue(checked > 300, checked + " were normal");
  }

  /** Of some standard deviations: few, many, or very many. */
  private static double far(SplittableRandom random) {
    double sign = random.nextBoolean() ? 1 : -1;
    return switch (random.nextInt(4)) {
      case 0 -> sign * random.nextDouble() * 3;
      case 1 -> sign * random.nextDouble() * 45;
      case 2 -> sign * Math.scalb(random.nextDouble(), random.nextInt(-50, 5));
      default -> sign * Math.scalb(random.nextDouble(), random.nextInt(5, 33));
    };
  }
}
