// SPDX-License-Identifier: Apache-2.0
package org.initium;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.LongStream;
import org.initium.initializer.Fans;
import org.initium.initializer.Init;
import org.initium.initializer.Nonlinearity;
import org.initium.random.Generator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A walk through torch.nn.init on three small tensors, as a new user would take it. */
class WalkThroughTest {
  private final Tensor wide = Tensor.empty(Shape.of(2, 3), DType.F32);
  private final Tensor tall = Tensor.empty(Shape.of(3, 2), DType.F32);
  private final Tensor conv = Tensor.empty(Shape.of(2, 3, 4), DType.F32);
  private final Generator generator = Generator.philox(42);

  @AfterEach
  void close() {
    wide.close();
    tall.close();
    conv.close();
  }

  private double[] fill(Tensor tensor, Init init) {
    tensor.fill(Init.constant(-99), generator);
    tensor.fill(init, generator);
    return LongStream.range(0, tensor.shape().numel())
        .mapToDouble(i -> DType.F32.get(tensor.segment(), i))
        .toArray();
  }

  private Tensor[] all() {
    return new Tensor[] {wide, tall, conv};
  }

  private static void assertInside(double[] values, double from, double below) {
    for (double value : values) {
      assertTrue(
          value >= from && value < below, value + " is not in [" + from + ", " + below + ")");
    }
    assertNotEquals(values[0], values[1]);
  }

  @Test
  void gainOfRelu() {
    assertEquals(1.4142135623730951, Init.calculateGain("relu"));
  }

  @Test
  void uniform() {
    for (Tensor tensor : all()) {
      assertInside(fill(tensor, Init.uniform()), 0, 1);
      assertInside(fill(tensor, Init.uniform(-3, -2)), -3, -2);
    }
  }

  @Test
  void normal() {
    for (Tensor tensor : all()) {
      // 2^-32 is the smallest uniform: no normal is beyond sqrt(2 * 33 ln 2) = 6.8 sigma.
      assertInside(fill(tensor, Init.normal()), -6.8, 6.8);
      assertInside(fill(tensor, Init.normal(100, 0.1)), 99.32, 100.68);
    }
  }

  @Test
  void constantTwo() {
    for (Tensor tensor : all()) {
      for (double value : fill(tensor, Init.constant(2))) {
        assertEquals(2, value);
      }
    }
  }

  @Test
  void eye() {
    assertArrayEquals(new double[] {1, 0, 0, 0, 1, 0}, fill(wide, Init.eye()));
    assertArrayEquals(new double[] {1, 0, 0, 1, 0, 0}, fill(tall, Init.eye()));
  }

  @Test
  void dirac() {
    double[] values = fill(conv, Init.dirac());
    assertEquals(1, conv.get(0, 0, 2));
    assertEquals(1, conv.get(1, 1, 2));
    assertEquals(2, LongStream.range(0, 24).filter(i -> values[(int) i] != 0).count());
  }

  @Test
  void xavier() {
    double gain = Init.calculateGain("relu");
    assertInside(
        fill(wide, Init.xavierUniform(gain)), -gain * Math.sqrt(1.2), gain * Math.sqrt(1.2));
    assertInside(fill(tall, Init.xavierUniform()), -Math.sqrt(1.2), Math.sqrt(1.2));
    // fan_in 12, fan_out 8
    assertInside(fill(conv, Init.xavierUniform()), -Math.sqrt(0.3), Math.sqrt(0.3));
    assertInside(fill(conv, Init.xavierNormal()), -2.2, 2.2);
  }

  @Test
  void kaiming() {
    // The bound is sqrt(6 / fan): fan_in 3, 2, 12 and fan_out 2, 3, 8.
    assertInside(fill(wide, Init.kaimingUniform()), -Math.sqrt(2), Math.sqrt(2));
    assertInside(fill(tall, Init.kaimingUniform()), -Math.sqrt(3), Math.sqrt(3));
    assertInside(fill(conv, Init.kaimingUniform()), -Math.sqrt(0.5), Math.sqrt(0.5));
    Init fanOut = Init.kaimingUniform(0, Fans.Mode.FAN_OUT, Nonlinearity.RELU);
    assertInside(fill(conv, fanOut), -Math.sqrt(0.75), Math.sqrt(0.75));
    assertInside(fill(conv, Init.kaimingNormal()), -2.8, 2.8);
  }

  @Test
  void orthogonal() {
    fill(tall, Init.orthogonal());
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        double product = 0;
        for (int row = 0; row < 3; row++) {
          product += tall.get(row, i) * tall.get(row, j);
        }
        assertEquals(i == j ? 1 : 0, product, 1e-6);
      }
    }
  }

  /** Half of three rows is 1.5, and two are zero. */
  @Test
  void sparse() {
    fill(tall, Init.sparse(0.5));
    for (int column = 0; column < 2; column++) {
      int zeros = 0;
      for (int row = 0; row < 3; row++) {
        zeros += tall.get(row, column) == 0 ? 1 : 0;
      }
      assertEquals(2, zeros);
    }
  }
}
