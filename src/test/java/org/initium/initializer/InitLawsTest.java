// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.testing.outside.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Laws, bounds and standard deviations against those of PyTorch 2.13.0 and of the published
 * formulas, for random shapes and arguments; src/test/python/init_laws.py wrote them.
 */
class InitLawsTest {
  /** Python squares a slope with pow and divides in another order: 2 units in the last place. */
  private static final double RELATIVE = 2 * 0x1p-52;

  static List<String> rows() throws IOException {
    List<String> rows = Resources.lines(InitLawsTest.class, "init-laws.csv");
    assertTrue(rows.size() >= 250, "only " + rows.size() + " rows");
    return rows;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void asPyTorchAndThePapersHaveIt(String row) {
    String[] columns = row.split("\\|", -1);
    Shape shape = Shape.parse(columns[1]);
    if (columns[2].equals("error")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> Init.parse(columns[0]).fill(shape).check(shape, DType.F32));
      return;
    }
    double[] wanted =
        Arrays.stream(columns, 3, columns.length).mapToDouble(Double::parseDouble).toArray();
    double[] actual = numbers(columns[2], Init.parse(columns[0]).fill(shape));
    assertEquals(wanted.length, actual.length);
    for (int i = 0; i < wanted.length; i++) {
      assertEquals(wanted[i], actual[i], Math.abs(wanted[i]) * RELATIVE);
    }
  }

  private static double[] numbers(String law, Fill fill) {
    return switch (fill) {
      case Fill.Uniform(double a, double b) when law.equals("uniform") -> new double[] {a, b};
      case Fill.Normal(double mean, double std) when law.equals("normal") ->
          new double[] {mean, std};
      case Fill.Constant(double value) when law.equals("fill") -> new double[] {value};
      case Fill.TruncatedNormal(double mean, double std, double a, double b)
          when law.equals("trunc_normal") ->
          new double[] {mean, std, a, b};
      default -> throw new AssertionError("wanted " + law + ", got " + fill);
    };
  }
}
