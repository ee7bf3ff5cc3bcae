// SPDX-License-Identifier: Apache-2.0
package org.initium.libtorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.initium.DType;
import org.initium.Shape;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.TorchVersion;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The numbers of {@code torch-cpu(version=2.10)} against the library itself. */
@SuppressWarnings("restricted")
class LibtorchNumbersTest {
  /** A law, by what libtorch is asked for and by ours. */
  record Case(ScalarType type, DType dtype, String law, double a, double b, long elements) {
    Init init() {
      return law.equals("uniform") ? Init.uniform(a, b) : Init.normal(a, b);
    }
  }

  @BeforeAll
  static void load() {
    JavaCpp.load();
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (DType dtype : List.of(DType.F16, DType.BF16, DType.F32, DType.F64)) {
      ScalarType type =
          switch (dtype) {
            case F16 -> ScalarType.Half;
            case BF16 -> ScalarType.BFloat16;
            case F32 -> ScalarType.Float;
            default -> ScalarType.Double;
          };
      for (long n : new long[] {1, 5, 15, 16, 17, 40, 1000, 300_001}) {
        cases.add(new Case(type, dtype, "uniform", 0, 1, n));
        cases.add(new Case(type, dtype, "uniform", -0.1, 0.3, n));
        cases.add(new Case(type, dtype, "uniform", 1, 1.01, n));
        if (dtype != DType.F64) { // whose normals are the C library's
          cases.add(new Case(type, dtype, "normal", 0, 1, n));
          cases.add(new Case(type, dtype, "normal", 0.5, 0.02, n));
        }
      }
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void areTheLibrarys(Case c) {
    for (long seed : new long[] {0, 7, 123_456_789}) {
      torch.manual_seed(seed);
      Tensor theirs = JavaCpp.zeros(c.type, c.elements);
      GeneratorOptional standard = new GeneratorOptional();
      if (c.law.equals("uniform")) {
        theirs.uniform_(c.a, c.b, standard);
      } else {
        theirs.normal_(c.a, c.b, standard);
      }
      byte[] wanted =
          MemorySegment.ofAddress(theirs.data_ptr().address())
              .reinterpret(theirs.nbytes())
              .toArray(ValueLayout.JAVA_BYTE);
      Generator generator = Generator.torchCpu(seed, TorchVersion.of("2.10"));
      try (org.initium.Tensor ours = org.initium.Tensor.empty(Shape.of(c.elements), c.dtype);
          org.initium.Tensor next = org.initium.Tensor.empty(Shape.of(1), DType.F32)) {
        ours.fill(c.init(), generator);
        assertArrayEquals(wanted, ours.segment().toArray(ValueLayout.JAVA_BYTE), c.toString());
        next.fill(Init.uniform(), generator);
        assertEquals(torch.rand(1).item_float(), (float) next.get(0), "the state afterwards");
      }
    }
  }
}
