// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.law.Quantile32;
import org.initium.law.Quantile64;
import org.initium.testing.DTypes;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bounds far from the mean, near to each other, or infinite. */
@Tag("slow")
class TruncatedExtremesTest {
  /** Laws of the fuzz; {@code -Dinitium.fuzz.truncated=60000} takes about a minute. */
  private static final int LAWS = Integer.getInteger("initium.fuzz.truncated", 3000);

  private static final int[] WORDS = {
    0,
    1,
    5,
    1000,
    1 << 20,
    1 << 29,
    1 << 30,
    3 << 29,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Integer.MIN_VALUE + 1,
    5 << 29,
    3 << 30,
    7 << 29,
    -(1 << 20),
    -1000,
    -5,
    -2,
    -1
  };

  @Test
  void quantiles() throws IOException {
    List<TruncatedTest.Row> rows = TruncatedTest.rows("/law/truncated-extremes.txt");
    assertTrue(rows.size() >= 250, () -> "too few: " + rows.size());
    TruncatedTest.check32(rows);
    TruncatedTest.check64(rows);
  }

  /**
   * Nothing is NaN or outside the bounds, no word goes back, and f32 has the values of f64 rounded:
   * an atom in one that the other has not would be seen.
   */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d.*")
  void fuzz(DType dtype) {
    SplittableRandom random = new SplittableRandom(18_21 + dtype.ordinal());
    int filled = 0;
    for (int i = 0; i < LAWS / DTypes.FLOATS.size(); i++) {
      Fill.TruncatedNormal law = law(random, dtype);
      try {
        law.check(Shape.of(1), dtype);
      } catch (IllegalArgumentException e) {
        assertTrue(!e.getMessage().contains("\n") && e.getMessage().length() < 200, e::getMessage);
        continue;
      }
      filled++;
      check(law, dtype);
    }
    assertTrue(filled > LAWS / DTypes.FLOATS.size() / 2, filled + " were not refused");
  }

  private static void check(Fill.TruncatedNormal law, DType dtype) {
    Quantile64 wide = Quantile64.of(law);
    Quantile32 narrow = dtype == DType.F64 ? null : Quantile32.of(law, dtype);
    double before = Double.NEGATIVE_INFINITY;
    for (int word : WORDS) {
      long m = (word < 0 ? ~word : word) * (1L << 21) + (1 << 20); // the middle of f32's share
      long bits53 = word < 0 ? (1L << 53) - 1 - m : m;
      double x64 = wide.at(bits53);
      double x = narrow == null ? x64 : narrow.at(word);
      double own = dtype.round(x);
      assertTrue(own >= law.a() && own <= law.b(), () -> law + " in " + dtype + " gives " + own);
      double ulp = narrow == null ? Math.ulp(x) : Math.ulp((float) x);
      double scale = narrow == null ? 1e-15 : 1e-7; // of what was canceled on the way
      double slack = 4 * ulp + scale * Math.min(law.std(), Math.abs(law.b() - law.a()));
      double last = before;
      assertTrue(
          x >= last - slack, () -> law + " in " + dtype + " goes back from " + last + " to " + x);
      before = x;
      if (narrow != null) {
        double inside = Math.clamp(x64, narrow.low(), narrow.high());
        assertTrue(
            Math.abs(x - inside) <= slack,
            () -> law + " in " + dtype + " gives " + x + " at " + word + " for " + x64);
      }
    }
  }

  /** Magnitudes over all exponents, and bounds in each relation to the mean. */
  private static Fill.TruncatedNormal law(SplittableRandom random, DType dtype) {
    double mean = random.nextInt(3) == 0 ? 0 : number(random, dtype);
    double std = Math.abs(number(random, dtype));
    double a;
    double b;
    switch (random.nextInt(4)) {
      case 0 -> {
        a = number(random, dtype);
        b = number(random, dtype);
      }
      case 1 -> {
        a = mean + std * number(random, DType.F16);
        b = mean + std * number(random, DType.F16);
      }
      case 2 -> {
        a = mean + std * random.nextDouble(-60, 60);
        b = a + Math.abs(std * random.nextDouble() * Math.scalb(1.0, random.nextInt(-60, 5)));
      }
      default -> {
        a = number(random, dtype);
        b = random.nextBoolean() ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
      }
    }
    return new Fill.TruncatedNormal(mean, std, Math.min(a, b), Math.max(a, b));
  }

  private static double number(SplittableRandom random, DType dtype) {
    int most = Math.getExponent(dtype.maxValue());
    double magnitude = Math.scalb(1 + random.nextDouble(), random.nextInt(-most - 10, most));
    return random.nextBoolean() ? magnitude : -magnitude;
  }

  @Test
  void boundsWithoutAValueBetweenThemAreRefused() {
    assertEquals(
        "no value of bf16 is between a = 1.001 and b = 1.002; give bounds that are further apart",
        assertThrows(
                IllegalArgumentException.class,
                () -> new Fill.TruncatedNormal(0, 1, 1.001, 1.002).check(Shape.of(1), DType.BF16))
            .getMessage());
    new Fill.TruncatedNormal(0, 1, 1.001, 1.002).check(Shape.of(1), DType.F32);
  }

  /** The numbers of the report. */
  @Test
  void reported() {
    for (Fill.TruncatedNormal law :
        List.of(
            new Fill.TruncatedNormal(1e17, 1, -2, 2),
            new Fill.TruncatedNormal(0, 1e30, -1, 1),
            new Fill.TruncatedNormal(0, 1, -1e-30, 1e-30))) {
      check(law, DType.F32);
      check(law, DType.F64);
    }
    assertEquals(2, Quantile64.of(new Fill.TruncatedNormal(1e17, 1, -2, 2)).at(1L << 52), 1e-15);
    assertEquals(-0.5, Quantile64.of(new Fill.TruncatedNormal(0, 1e30, -1, 1)).at(1L << 51), 1e-15);
  }
}
