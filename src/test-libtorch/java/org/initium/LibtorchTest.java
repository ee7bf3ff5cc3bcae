// SPDX-License-Identifier: Apache-2.0
package org.initium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.global.torch;
import org.initium.initializer.Fans;
import org.initium.initializer.Init;
import org.initium.initializer.Nonlinearity;
import org.initium.random.Generator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * Fans, bounds and standard deviations against libtorch in this process, for random shapes and
 * arguments. libtorch keeps its bounds to itself; but from one seed its xavier_uniform_ must give
 * what its uniform_ gives with our bounds.
 */
class LibtorchTest {
  private static final int ROUNDS = 300;

  private final SplittableRandom random = new SplittableRandom(20240607);

  @BeforeAll
  static void unpack() throws Exception {
    InProcessLibtorch.unpack();
  }

  private Shape shape(int least, int most) {
    return Shape.of(random.longs(random.nextInt(least, most + 1), 1, 9).toArray());
  }

  private double number(double low, double high) {
    double number = random.nextDouble(low, high);
    return random.nextBoolean() ? number : Math.rint(number * 10) / 10;
  }

  /** Fills with libtorch's initializer, and with libtorch's uniform_ or normal_ by our law. */
  private static void assertSameLaw(
      Init init, Shape shape, UnaryOperator<org.bytedeco.pytorch.Tensor> theirs) {
    torch.manual_seed(7);
    org.bytedeco.pytorch.Tensor wanted = theirs.apply(InProcessLibtorch.empty(shape));
    torch.manual_seed(7);
    org.bytedeco.pytorch.Tensor actual = InProcessLibtorch.empty(shape);
    switch (init.fill(shape)) {
      case Fill.Uniform(double a, double b) -> torch.uniform_(actual, a, b);
      case Fill.Normal(double mean, double std) -> torch.normal_(actual, mean, std);
      default -> throw new AssertionError("no law of libtorch's: " + init.fill(shape));
    }
    // Two units in the last place: libtorch squares the slope with pow.
    assertTrue(torch.allclose(actual, wanted, 2 * 0x1p-52, 0, false), init + " on " + shape);
    assertTrue(torch.count_nonzero(wanted).item_long() > 0, "libtorch filled nothing");
  }

  @Test
  void fans() {
    for (int i = 0; i < ROUNDS; i++) {
      Shape shape = shape(2, 5);
      assertEquals(
          InProcessLibtorch.fans(InProcessLibtorch.empty(shape)), Fans.of(shape), shape::toString);
    }
  }

  @Test
  void gains() {
    for (Nonlinearity nonlinearity : Nonlinearity.values()) {
      if (nonlinearity.ordinal() < Nonlinearity.SELU.ordinal()) {
        double wanted = torch.calculate_gain(InProcessLibtorch.nonlinearity(nonlinearity));
        assertEquals(wanted, nonlinearity.gain());
        for (int i = 0; i < 20; i++) {
          double slope = number(-2, 2);
          wanted = torch.calculate_gain(InProcessLibtorch.nonlinearity(nonlinearity), slope);
          assertEquals(wanted, nonlinearity.gain(slope), Math.ulp(wanted));
        }
      }
    }
  }

  @Test
  void uniformAndNormal() {
    for (int i = 0; i < ROUNDS; i++) {
      double a = number(-2, 2);
      double b = a + number(0, 1);
      double std = number(0.01, 2);
      assertSameLaw(Init.uniform(a, b), shape(0, 4), t -> torch.uniform_(t, a, b));
      assertSameLaw(Init.normal(a, std), shape(0, 4), t -> torch.normal_(t, a, std));
    }
  }

  @Test
  void xavier() {
    for (int i = 0; i < ROUNDS; i++) {
      double gain = number(0.1, 3);
      assertSameLaw(Init.xavierUniform(gain), shape(2, 5), t -> torch.xavier_uniform_(t, gain));
      assertSameLaw(Init.xavierNormal(gain), shape(2, 5), t -> torch.xavier_normal_(t, gain));
    }
    assertSameLaw(Init.xavierUniform(), shape(2, 2), torch::xavier_uniform_);
    assertSameLaw(Init.xavierNormal(), shape(2, 2), torch::xavier_normal_);
  }

  @Test
  void kaiming() {
    for (int i = 0; i < ROUNDS; i++) {
      double a = number(-2, 2);
      Fans.Mode mode = random.nextBoolean() ? Fans.Mode.FAN_IN : Fans.Mode.FAN_OUT;
      Nonlinearity after = Nonlinearity.values()[random.nextInt(Nonlinearity.SELU.ordinal())];
      var fan = InProcessLibtorch.mode(mode);
      var gain = InProcessLibtorch.nonlinearity(after);
      Shape shape = shape(2, 5);
      Init uniform = Init.kaimingUniform(a, mode, after);
      assertSameLaw(uniform, shape, t -> torch.kaiming_uniform_(t, a, fan, gain));
      Init normal = Init.kaimingNormal(a, mode, after);
      assertSameLaw(normal, shape, t -> torch.kaiming_normal_(t, a, fan, gain));
    }
    assertSameLaw(Init.kaimingUniform(), shape(2, 2), torch::kaiming_uniform_);
    assertSameLaw(Init.kaimingNormal(), shape(2, 2), torch::kaiming_normal_);
  }

  @Test
  void eyeAndDiracAndConstants() {
    for (int i = 0; i < 100; i++) {
      assertSameValues(Init.eye(), shape(2, 2), torch::eye_);
      assertSameValues(Init.dirac(), shape(3, 5), torch::dirac_);
      assertSameValues(Init.ones(), shape(1, 4), torch::ones_);
      assertSameValues(Init.zeros(), shape(1, 4), torch::zeros_);
    }
  }

  private static void assertSameValues(
      Init init, Shape shape, UnaryOperator<org.bytedeco.pytorch.Tensor> theirs) {
    double[] wanted = InProcessLibtorch.values(theirs.apply(InProcessLibtorch.empty(shape)));
    try (Tensor actual = Tensor.empty(shape, DType.F64)) {
      actual.fill(init, Generator.philox(1));
      for (long i = 0; i < shape.numel(); i++) {
        assertEquals(
            wanted[(int) i],
            DType.F64.get(actual.segment(), i),
            init + " on " + shape + " at " + i);
      }
    }
  }

  @Test
  void zerosOfSparse() {
    for (int i = 0; i < 100; i++) {
      Shape shape = shape(2, 2);
      double sparsity = number(0, 1);
      double[] values =
          InProcessLibtorch.values(torch.sparse_(InProcessLibtorch.empty(shape), sparsity));
      long zeros = 0;
      for (int at = 0; at < values.length; at += (int) shape.size(1)) {
        zeros += values[at] == 0 ? 1 : 0;
      }
      assertEquals(zeros, new Fill.Sparse(sparsity, 0.01).zerosPerColumn(shape), shape::toString);
    }
  }

  @Test
  void errors() {
    bothRefuse(Init.eye(), Shape.of(3), torch::eye_);
    bothRefuse(Init.eye(), Shape.of(3, 3, 3), torch::eye_);
    bothRefuse(Init.dirac(), Shape.of(3, 3), torch::dirac_);
    bothRefuse(Init.dirac(), Shape.of(2, 2, 2, 2, 2, 2), torch::dirac_);
    bothRefuse(Init.orthogonal(), Shape.of(3), torch::orthogonal_);
    bothRefuse(Init.sparse(0.5), Shape.of(3), t -> torch.sparse_(t, 0.5));
    bothRefuse(Init.sparse(0.5), Shape.of(3, 3, 3), t -> torch.sparse_(t, 0.5));
    for (Shape shape : new Shape[] {Shape.of(), Shape.of(3)}) {
      bothRefuse(Init.xavierUniform(), shape, torch::xavier_uniform_);
      bothRefuse(Init.xavierNormal(), shape, torch::xavier_normal_);
      bothRefuse(Init.kaimingUniform(), shape, torch::kaiming_uniform_);
      bothRefuse(Init.kaimingNormal(), shape, torch::kaiming_normal_);
    }
    libtorchRefuses(() -> torch.uniform_(torch.empty(4), 2, 1));
    assertThrows(IllegalArgumentException.class, () -> Init.uniform(2, 1));
    libtorchRefuses(() -> torch.normal_(torch.empty(4), 0, -1));
    assertThrows(IllegalArgumentException.class, () -> Init.normal(0, -1));
  }

  private static void bothRefuse(
      Init init, Shape shape, UnaryOperator<org.bytedeco.pytorch.Tensor> theirs) {
    org.bytedeco.pytorch.Tensor tensor = InProcessLibtorch.empty(shape);
    libtorchRefuses(() -> theirs.apply(tensor));
    assertThrows(
        IllegalArgumentException.class,
        () -> init.fill(shape).check(shape, DType.F64),
        init + " on " + shape);
  }

  /** JavaCPP makes a plain RuntimeException of a c10::Error; its own faults are subclasses. */
  private static void libtorchRefuses(Executable call) {
    assertEquals(RuntimeException.class, assertThrows(RuntimeException.class, call).getClass());
  }
}
