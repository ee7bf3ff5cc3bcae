// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.testing.DTypes;
import org.initium.testing.Levels;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PyTorch's numbers: each level of instructions, with any number of threads, is plain Java. */
@Tag("slow")
class TorchLevelsTest {
  private static final CpuBackend REFERENCE =
      new CpuBackend(new CpuOptions(1, CpuOptions.kernels("off")));

  private static final List<Supplier<Generator>> GENERATORS =
      List.of(
          () -> Generator.torchCpu(42),
          () -> Generator.parse("torch-cuda(sms=2, threads=1024)", 7));

  private static final List<Fill.Elementary> FILLS =
      List.of(
          new Fill.Uniform(-1, 1),
          new Fill.Uniform(-1e-8, 0),
          new Fill.Uniform(0, 1e-9),
          new Fill.Normal(0, 1),
          new Fill.Normal(3, 1e-7),
          new Fill.TruncatedNormal(0, 1, -2, 2),
          new Fill.TruncatedNormal(0, 1, -0.1, 0.1));

  private static final Map<String, CpuBackend> BACKENDS = new HashMap<>();

  private static CpuBackend backend(String level) {
    assumeTrue(Levels.has(level), () -> "this processor has no " + level + ": it was not run");
    return new CpuBackend(new CpuOptions(2, CpuOptions.kernels(level)));
  }

  private static Tensor zeros(Shape shape, DType dtype) {
    Tensor tensor = Tensor.empty(shape, dtype);
    tensor.segment().fill((byte) 0);
    return tensor;
  }

  @ParameterizedTest
  @ValueSource(strings = {"v2", "v3", "v4", "v4-bf16"})
  void sizesAroundEveryTail(String level) {
    for (int size : new int[] {1, 7, 8, 15, 16, 17, 33, 519, 8191, 8192, 8193, 20_011}) {
      for (DType dtype : DTypes.OF_TORCH) {
        for (Fill.Elementary fill : FILLS) {
          check(level, fill, dtype, Shape.of(size), UnaryOperator.identity());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"v2", "v3", "v4", "v4-bf16"})
  void viewsAndRegions(String level) {
    Shape whole = Shape.of(90, 200);
    for (DType dtype : DTypes.OF_TORCH) {
      for (Fill.Elementary fill : FILLS) {
        check(level, fill, dtype, Shape.of(40, 70), t -> t.narrow(1, 3, 50));
        check(level, fill, dtype, Shape.of(40, 70), t -> t.every(0, 1, 3));
        check(level, fill, dtype, Shape.of(30, 120), t -> t.shardOf(whole, 17, 5));
        check(level, fill, dtype, Shape.of(64, 200), t -> t.shardOf(whole, 26, 0));
      }
      check(level, new Fill.Sparse(0.3, 1), dtype, Shape.of(37, 11), UnaryOperator.identity());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"v3", "v4", "v4-bf16"})
  void anyNumbers(String level) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(5);
    for (int i = 0; i < 200; i++) {
      double scale = Math.scalb(1.0, random.nextInt(-20, 12));
      double a = scale * random.nextDouble(-1, 1);
      Fill.Elementary fill =
          random.nextBoolean()
              ? new Fill.Uniform(a, a + scale * random.nextDouble())
              : new Fill.Normal(a, scale * random.nextDouble());
      DType dtype = DTypes.OF_TORCH.get(random.nextInt(4));
      check(level, fill, dtype, Shape.of(random.nextInt(1, 3000)), UnaryOperator.identity());
    }
  }

  private static void check(
      String level, Fill.Elementary fill, DType dtype, Shape shape, UnaryOperator<Tensor> view) {
    CpuBackend backend = BACKENDS.computeIfAbsent(level, TorchLevelsTest::backend);
    for (Supplier<Generator> each : GENERATORS) {
      Generator ours = each.get();
      Generator theirs = each.get();
      try (Tensor one = zeros(shape, dtype);
          Tensor other = zeros(shape, dtype)) {
        for (int time = 0; time < 2; time++) { // the second goes on where the first ended
          backend.fill(view.apply(one), fill, ours, backend.defaultStream(Device.CPU));
          REFERENCE.fill(view.apply(other), fill, theirs, REFERENCE.defaultStream(Device.CPU));
          assertEquals(
              -1,
              one.segment().mismatch(other.segment()),
              () -> "%s of %s %s by %s: first other byte".formatted(fill, shape, dtype, ours));
        }
      }
    }
  }
}
