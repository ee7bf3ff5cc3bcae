// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.initium.DType;
import org.initium.Fill;
import org.initium.law.Quantile32;
import org.initium.law.Quantile64;
import org.initium.testing.Tolerances;
import org.initium.testing.outside.Resources;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Truncated normal laws against mpmath (src/test/python/truncated_reference.py). */
@Tag("slow")
class TruncatedTest {
  private static final int RUN = 1 << 18;

  record Row(Fill.TruncatedNormal law, int word, double x32, long bits53, double x64) {
    static Row parse(String line) {
      String[] v = line.split(" ");
      Fill.TruncatedNormal law =
          new Fill.TruncatedNormal(
              Double.parseDouble(v[0]),
              Double.parseDouble(v[1]),
              Double.parseDouble(v[2]),
              Double.parseDouble(v[3]));
      boolean upper = v[4].equals("1");
      int m32 = Integer.parseInt(v[5]);
      long m64 = Long.parseLong(v[7]);
      return new Row(
          law,
          upper ? ~m32 : m32,
          Double.parseDouble(v[6]),
          upper ? (1L << 53) - 1 - m64 : m64,
          Double.parseDouble(v[8]));
    }
  }

  static List<Row> rows(String resource) throws IOException {
    return Resources.lines(TruncatedTest.class, resource).stream().map(Row::parse).toList();
  }

  @Test
  void quantiles() throws IOException {
    List<Row> rows = rows("/law/truncated.txt");
    assertEquals(646, rows.size());
    check32(rows);
    check64(rows);
  }

  static void check32(List<Row> rows) {
    List<String> bad = new ArrayList<>();
    for (Row row : rows) {
      double off = Math.abs(Quantile32.of(row.law, DType.F32).at(row.word) - row.x32);
      double ulps = off / Math.ulp((float) row.x32);
      // where the law passes through 0 on the way, the error is one of the scale
      double scale = off / (row.law.std() * Tolerances.TRUNCATED_F32_SCALE);
      boolean boundAtZero = row.law.a() == 0 || row.law.b() == 0;
      if (ulps > Tolerances.TRUNCATED_F32_ULP && (boundAtZero || scale > 1)) {
        bad.add(row + ": " + Quantile32.of(row.law, DType.F32).at(row.word) + ", " + ulps);
      }
    }
    assertTrue(bad.isEmpty(), bad.size() + " are off:\n" + String.join("\n", bad));
  }

  static void check64(List<Row> rows) {
    List<String> bad = new ArrayList<>();
    for (Row row : rows) {
      double off = Math.abs(Quantile64.of(row.law).at(row.bits53) - row.x64);
      double ulps = off / Math.ulp(row.x64);
      double scale = off / (row.law.std() * Tolerances.TRUNCATED_F64_SCALE);
      boolean boundAtZero = row.law.a() == 0 || row.law.b() == 0;
      if (ulps > Tolerances.TRUNCATED_F64_ULP && (boundAtZero || scale > 1)) {
        bad.add(row + ": " + Quantile64.of(row.law).at(row.bits53) + ", " + ulps);
      }
    }
    assertTrue(bad.isEmpty(), bad.size() + " are off:\n" + String.join("\n", bad));
  }

  /**
   * Words in their order, 2^18 in a row from 256 places, both ends among them: at most a rounding
   * goes back, and the ends hold no atom.
   */
  @Test
  void wordsInOrder() {
    Quantile32 law = Quantile32.of(new Fill.TruncatedNormal(0, 1, -2, 2), DType.F32);
    int parts = 1 << 8;
    double[] result =
        IntStream.range(0, parts)
            .parallel()
            .mapToObj(
                part ->
                    inOrder(
                        law, part < 128 ? (long) part << 24 : ((long) part + 1 << 24) - RUN, RUN))
            .reduce((x, y) -> new double[] {Math.max(x[0], y[0]), x[1] + y[1]})
            .orElseThrow();
    assertTrue(result[0] <= 2, "goes back " + result[0] + " ulp");
    // 2^32 phi(2) / 0.9545 words a unit: 15 in the half ulp that rounds to a bound, on either side
    assertTrue(result[1] <= 4 * 15, result[1] + " words reach a bound");
  }

  /** The largest step back in ulps, and how many words give a bound. */
  private static double[] inOrder(Quantile32 law, long start, int count) {
    double back = 0;
    double bounds = 0;
    float before = -2;
    for (long word = start; word < start + count; word++) {
      float x = law.at((int) word);
      back = word == start ? 0 : Math.max(back, (before - x) / Math.ulp(x));
      before = x;
      bounds += Math.abs(x) == 2 ? 1 : 0;
    }
    return new double[] {back, bounds};
  }
}
