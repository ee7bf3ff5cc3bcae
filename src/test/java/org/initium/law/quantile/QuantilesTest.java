// SPDX-License-Identifier: Apache-2.0
package org.initium.law.quantile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.initializer.Init;
import org.initium.law.ElementLaw;
import org.initium.law.Quantile32;
import org.initium.law.Quantile64;
import org.initium.testing.DTypes;
import org.initium.testing.Tolerances;
import org.initium.testing.outside.Resources;
import org.junit.jupiter.api.Test;

/**
 * Cauchy's, Laplace's and the exponential law against SciPy, functions of a uniform against mpmath
 * (quantile_reference.py).
 */
class QuantilesTest {
  @Test
  void areThoseOfScipy() throws IOException {
    List<String> bad = new ArrayList<>();
    int rows = 0;
    for (String line : Resources.lines(QuantilesTest.class, "/law/quantiles.txt")) {
      rows++;
      String[] v = line.split(" ");
      Fill.ByQuantile law = (Fill.ByQuantile) Init.parse(v[0]).fill(Shape.of(1));
      boolean upper = v[1].equals("1");
      int m32 = Integer.parseInt(v[2]);
      long m64 = Long.parseLong(v[4]);
      double x32 = Quantile32.of(law, DType.F32).at(upper ? ~m32 : m32);
      double x64 = Quantile64.of(law).at(upper ? (1L << 53) - 1 - m64 : m64);
      double scale =
          switch (law) {
            case Fill.Cauchy c -> c.scale();
            case Fill.Laplace l -> l.scale();
            case Fill.Exponential _, Fill.TruncatedNormal _ -> 0; // does not pass through 0
            case Fill.OfUniform u -> Math.min(1, u.map().greatest() - u.map().least());
          };
      double wanted32 = Double.parseDouble(v[3]);
      double wanted64 = Double.parseDouble(v[5]);
      double bound32 =
          Math.max(
              Tolerances.QUANTILE_F32_ULP * Math.ulp((float) wanted32),
              scale * Tolerances.QUANTILE_F32_SCALE);
      double bound64 =
          Math.max(
              Tolerances.QUANTILE_F64_ULP * Math.ulp(wanted64),
              scale * Tolerances.QUANTILE_F64_SCALE);
      double off32 = Math.abs(x32 - wanted32);
      double off64 = Math.abs(x64 - wanted64);
      if (!(off32 <= bound32)) {
        bad.add(line + ": f32 " + x32 + ", ulps " + off32 / Math.ulp((float) wanted32));
      }
      if (!(off64 <= bound64)) {
        bad.add(line + ": f64 " + x64 + ", ulps " + off64 / Math.ulp(wanted64));
      }
    }

    assertEquals(810, rows);
    assertTrue(bad.isEmpty(), bad.size() + " are off:\n" + String.join("\n", bad));
  }

  /** What is beyond the dtype's range is its largest value; an exponential is never below 0. */
  @Test
  void areFinite() {
    for (DType dtype : DTypes.FLOATS) {
      Fill.ByQuantile cauchy = new Fill.Cauchy(0, dtype.maxValue() / 8);
      Fill.ByQuantile exponential = new Fill.Exponential(8 / dtype.maxValue());
      int[] ends = {0, 0, -1, -1};
      double[] most = new double[4];
      double[] least = new double[4];
      ElementLaw.of(cauchy, dtype).elements(ends, most);
      ElementLaw.of(exponential, dtype).elements(ends, least);
      int last = dtype == DType.F64 ? 1 : 2;
      assertEquals(-dtype.maxValue(), dtype.round(most[0]));
      assertEquals(dtype.maxValue(), dtype.round(most[last]));
      assertTrue(least[0] >= 0, "exponential in " + dtype);
      assertEquals(dtype.maxValue(), dtype.round(least[last]));
    }
  }
}
