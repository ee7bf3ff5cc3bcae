// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.testing.outside.Resources;
import org.junit.jupiter.api.Test;

/** Values by index against NumPy (index_values.py). */
class IndexValuesTest {
  /** Of sines of angles that are known to an ulp themselves, and where a sum cancels. */
  private static final double ABSOLUTE = 4e-15;

  @Test
  void areThoseOfNumpy() throws IOException {
    List<String> bad = new ArrayList<>();
    int rows = 0;
    for (String line : lines()) {
      rows++;
      String[] row = line.split(" ");
      Shape shape = Shape.of(Arrays.stream(row[1].split("x")).mapToLong(Long::parseLong).toArray());
      assertEquals(row.length - 2, shape.numel());
      try (Tensor wide = Tensor.empty(shape, DType.F64);
          Tensor half = Tensor.empty(shape, DType.BF16)) {
        wide.fill(Init.parse(row[0]), Generator.philox(0));
        half.fill(Init.parse(row[0]), Generator.philox(0));
        for (int i = 0; i < shape.numel(); i++) {
          double wanted = Double.parseDouble(row[i + 2]);
          double value = DType.F64.get(wide.segment(), i);
          double bound =
              Math.max(2 * Math.ulp(wanted), row[0].matches("(sinus|rot|aff).*") ? ABSOLUTE : 0);
          if (!(Math.abs(value - wanted) <= bound)
              || DType.BF16.get(half.segment(), i) != DType.BF16.round(value)) {
            bad.add(row[0] + " at " + i + ": " + value + " for " + wanted);
          }
        }
      }
    }
    assertEquals(25, rows);
    assertTrue(bad.isEmpty(), bad.size() + " are off:\n" + String.join("\n", bad));
  }

  /** PyTorch draws the uniform and goes over it: what comes after is not moved. */
  @Test
  void functionsOfTorchsUniform() {
    Shape shape = Shape.of(5, 7);
    try (Tensor uniform = Tensor.empty(shape, DType.F32);
        Tensor mapped = Tensor.empty(shape, DType.F32)) {
      Generator one = Generator.torchCpu(3);
      Generator other = Generator.torchCpu(3);
      uniform.fill(Init.uniform(1, 16), one);
      mapped.transpose(0, 1).transpose(0, 1).fill(Init.parse("log(uniform(1,16))"), other);
      for (int i = 0; i < shape.numel(); i++) {
        float value = (float) StrictMath.log(DType.F32.get(uniform.segment(), i));
        assertEquals(value, (float) DType.F32.get(mapped.segment(), i));
      }
      uniform.fill(Init.normal(), one);
      mapped.fill(Init.normal(), other);
      assertEquals(-1, uniform.segment().mismatch(mapped.segment()));
    }
  }

  private static List<String> lines() throws IOException {
    return Resources.lines(IndexValuesTest.class, "/law/index-values.txt");
  }
}
