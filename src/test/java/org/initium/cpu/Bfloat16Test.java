// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.ValueLayout;
import java.util.List;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.testing.Levels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the processor's own conversion to bfloat16 does not do, which takes subnormal numbers for 0:
 * each level writes what plain Java does, subnormal elements too.
 */
class Bfloat16Test {
  private static final int SIZE = 100_003;

  /** With elements that are subnormal, 0 or both: all, some, or one in millions. */
  private static final List<Fill.Elementary> TINY =
      List.of(
          new Fill.Uniform(0, 1e-38),
          new Fill.Uniform(-1e-40, 3e-40),
          new Fill.Uniform(-1e-34, 1e-34),
          new Fill.Uniform(0, 2e-40),
          new Fill.TruncatedNormal(0, 1e-38, -1e-38, 2e-38),
          new Fill.TruncatedNormal(0, 1e-35, -2e-35, 2e-35),
          new Fill.TruncatedNormal(1e-39, 1e-40, 0, 2e-39));

  private static final List<Fill.Elementary> OTHERS =
      List.of(
          new Fill.Uniform(-1, 1),
          new Fill.Uniform(-1, 0),
          new Fill.Uniform(0, 1),
          new Fill.Uniform(-3.3e38, 3.3e38),
          new Fill.Uniform(0.1, 0.1001),
          new Fill.TruncatedNormal(0, 1, -2, 2),
          new Fill.TruncatedNormal(0, 0.02, 0, 0.04),
          new Fill.TruncatedNormal(1e37, 1e38, -2e38, 3e38));

  private static CpuBackend backend(String level) {
    return new CpuBackend(new CpuOptions(2, CpuOptions.kernels(level)));
  }

  private static Tensor filled(CpuBackend backend, Fill.Elementary fill) {
    Tensor tensor = Tensor.empty(Shape.of(SIZE), DType.BF16);
    backend.fill(tensor, fill, Generator.philox(11), backend.defaultStream(Device.CPU));
    return tensor;
  }

  @ParameterizedTest
  @ValueSource(strings = {"v3", "v4", "v4-bf16"})
  void eachLevelIsPlainJava(String level) {
    assumeTrue(Levels.has(level), () -> "this processor has no " + level + ": it was not run");
    CpuBackend ours = backend(level);
    CpuBackend reference = backend("off");
    for (List<Fill.Elementary> fills : List.of(TINY, OTHERS)) {
      for (Fill.Elementary fill : fills) {
        try (Tensor one = filled(ours, fill);
            Tensor other = filled(reference, fill)) {
          assertEquals(-1, one.segment().mismatch(other.segment()), fill::toString);
        }
      }
    }
  }

  @Test
  void tinyOnesHaveSubnormalElements() {
    CpuBackend reference = backend("off");
    for (Fill.Elementary fill : TINY) {
      try (Tensor tensor = filled(reference, fill)) {
        long subnormal =
            tensor
                .segment()
                .elements(ValueLayout.JAVA_SHORT)
                .mapToInt(x -> x.get(ValueLayout.JAVA_SHORT, 0) & 0x7fff)
                .filter(bits -> bits > 0 && bits < 0x80)
                .count();
        assertTrue(subnormal > 0, fill::toString);
      }
    }
  }
}
