// SPDX-License-Identifier: Apache-2.0
package org.initium;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.LongStream;
import org.initium.initializer.Fans;
import org.initium.initializer.Init;
import org.initium.initializer.Nonlinearity;
import org.initium.random.Generator;
import org.initium.testing.CurandGolden;
import org.initium.testing.Tolerances;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A walk through torch.nn.init on three small tensors, as a new user would take it. */
class WalkThroughTest {
  private static final List<Double> STANDARD = List.of(0.0, 1.0);
  private static final Floats UNIFORMS = new Floats("GenerateUniform");
  private static final Floats NORMALS = new Floats("GenerateNormal");

  private final Tensor wide = Tensor.empty(Shape.of(2, 3), DType.F32);
  private final Tensor tall = Tensor.empty(Shape.of(3, 2), DType.F32);
  private final Tensor conv = Tensor.empty(Shape.of(2, 3, 4), DType.F32);

  /** What NVIDIA's library gave for seed 42. */
  private record Floats(ByteBuffer bytes) {
    Floats(String call) {
      this(
          CurandGolden.rows("PHILOX4_32_10").stream()
              .filter(row -> row.seed() == 42 && row.offset() == 0)
              .flatMap(row -> row.calls().stream().limit(1))
              .filter(each -> each.name().equals(call))
              .filter(each -> call.equals("GenerateUniform") || each.arguments().equals(STANDARD))
              .findFirst()
              .orElseThrow()
              .bytes());
    }

    double get(int i) {
      return bytes.getFloat(Float.BYTES * i);
    }
  }

  @AfterEach
  void close() {
    wide.close();
    tall.close();
    conv.close();
  }

  private double[] fill(Tensor tensor, Init init) {
    tensor.fill(Init.constant(-99), Generator.philox(0));
    tensor.fill(init, Generator.philox(42));
    return LongStream.range(0, tensor.shape().numel())
        .mapToDouble(i -> DType.F32.get(tensor.segment(), i))
        .toArray();
  }

  private Tensor[] all() {
    return new Tensor[] {wide, tall, conv};
  }

  /** Elements are {@code from + (to - from) u} of the uniforms u that libcurand gives. */
  private void assertUniform(Tensor tensor, Init init, double from, double to) {
    double[] values = fill(tensor, init);
    for (int i = 0; i < values.length; i++) {
      double expected = from + (to - from) * UNIFORMS.get(i);
      assertEquals(expected, values[i], 2 * DType.F32.epsilon() * Math.max(-from, to));
    }
  }

  /** Elements are {@code mean + std z} of the normals z that libcurand gives. */
  private void assertNormal(Tensor tensor, Init init, double mean, double std) {
    double[] values = fill(tensor, init);
    for (int i = 0; i < values.length; i++) {
      double rounding = DType.F32.epsilon() * (Math.abs(mean) + 4 * std);
      double expected = mean + std * NORMALS.get(i);
      assertEquals(expected, values[i], Tolerances.CURAND_NORMAL_F32 * std + rounding);
    }
  }

  @Test
  void gainOfRelu() {
    assertEquals(1.4142135623730951, Init.calculateGain("relu"));
  }

  @Test
  void uniform() {
    for (Tensor tensor : all()) {
      assertUniform(tensor, Init.uniform(), 0, 1);
      assertUniform(tensor, Init.uniform(-3, -2), -3, -2);
    }
  }

  @Test
  void normal() {
    for (Tensor tensor : all()) {
      assertNormal(tensor, Init.normal(), 0, 1);
      assertNormal(tensor, Init.normal(100, 0.1), 100, 0.1);
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

  /** The bound is gain sqrt(6 / (fan_in + fan_out)), of 3 + 2, 2 + 3 and 12 + 8. */
  @Test
  void xavier() {
    double gain = Init.calculateGain("relu");
    double bound = Math.sqrt(1.2);
    assertUniform(wide, Init.xavierUniform(gain), -gain * bound, gain * bound);
    assertUniform(tall, Init.xavierUniform(), -bound, bound);
    assertUniform(conv, Init.xavierUniform(), -Math.sqrt(0.3), Math.sqrt(0.3));
    assertNormal(conv, Init.xavierNormal(), 0, Math.sqrt(0.1));
  }

  /** The bound is sqrt(6 / fan): fan_in 3, 2, 12 and fan_out 2, 3, 8. */
  @Test
  void kaiming() {
    assertUniform(wide, Init.kaimingUniform(), -Math.sqrt(2), Math.sqrt(2));
    assertUniform(tall, Init.kaimingUniform(), -Math.sqrt(3), Math.sqrt(3));
    assertUniform(conv, Init.kaimingUniform(), -Math.sqrt(0.5), Math.sqrt(0.5));
    Init fanOut = Init.kaimingUniform(0, Fans.Mode.FAN_OUT, Nonlinearity.RELU);
    assertUniform(conv, fanOut, -Math.sqrt(0.75), Math.sqrt(0.75));
    assertNormal(conv, Init.kaimingNormal(), 0, Math.sqrt(1.0 / 6));
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
