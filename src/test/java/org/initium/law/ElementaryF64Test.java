// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import org.initium.testing.Tolerances;
import org.initium.testing.Ulps;
import org.initium.testing.outside.Resources;
import org.junit.jupiter.api.Test;

/** Logarithm, sine and cosine in binary64 against mpmath (src/test/python/reference64.py). */
class ElementaryF64Test {
  private static List<String[]> rows(String kind) throws IOException {
    return Resources.lines(ElementaryF64Test.class, "/law/elementary-f64.txt").stream()
        .map(l -> l.split(" "))
        .filter(w -> w[0].equals(kind))
        .toList();
  }

  @Test
  void logarithm() throws IOException {
    List<String[]> rows = rows("log");
    assertEquals(1237, rows.size());
    for (String[] row : rows) {
      double own = Logarithm.minusTwoLn(UnitInterval.unit(Long.parseLong(row[1])));
      near(own, row[2], row[1]);
    }
  }

  @Test
  void circle() throws IOException {
    List<String[]> rows = rows("circle");
    assertEquals(1560, rows.size());
    for (String[] row : rows) {
      long bits = Long.parseLong(row[1]);
      near(Circle.sin(bits), row[2], row[1]);
      near(Circle.cos(bits), row[3], row[1]);
    }
  }

  private static void near(double own, String exact, String of) {
    BigDecimal value = new BigDecimal(exact);
    double off = value.signum() == 0 ? Math.abs(own) : Ulps.off(own, value);
    assertTrue(off <= Tolerances.F64_ULP, "bits " + of + ": " + own + " is " + off + " ulp off");
  }
}
