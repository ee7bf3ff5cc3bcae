// SPDX-License-Identifier: Apache-2.0
package org.initium.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import org.initium.DType;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.TorchVersion;
import org.junit.jupiter.api.Test;

/** DJL's libtorch draws what {@code torch-cpu} of its version does: 2.7.1. */
class TorchNumbersTest {
  @Test
  void areThoseOfTheVersionOfDjl() {
    for (DType dtype : List.of(DType.F16, DType.F32, DType.F64)) {
      for (long elements : new long[] {1, 15, 16, 40, 1003, 300_001}) {
        compare(dtype, elements, Init.uniform(-0.25, 0.5));
        compare(dtype, elements, Init.uniform(1, 1.0078125)); // whose upper bound is drawn
        if (dtype != DType.F64) { // whose normals are the C library's
          compare(dtype, elements, Init.normal(0, 1));
          compare(dtype, elements, Init.normal(0.5, 0.03125));
        }
      }
    }
  }

  private static void compare(DType dtype, long elements, Init init) {
    try (NDManager manager = NDManager.newBaseManager();
        Tensor ours = Tensor.empty(org.initium.Shape.of(elements), dtype)) {
      assertEquals("2.7.1", manager.getEngine().getVersion());
      manager.getEngine().setRandomSeed(7);
      NDArray theirs = theirs(manager, dtype, elements, init.toString());
      ByteBuffer buffer = theirs.toByteBuffer();
      byte[] wanted = new byte[buffer.remaining()];
      buffer.get(wanted);
      ours.fill(init, Generator.torchCpu(7, TorchVersion.of(manager.getEngine().getVersion())));
      String what = init + " of " + elements + " in " + dtype;
      assertArrayEquals(wanted, ours.segment().toArray(ValueLayout.JAVA_BYTE), what);
    }
  }

  private static NDArray theirs(NDManager manager, DType dtype, long elements, String init) {
    DataType type =
        switch (dtype) {
          case F16 -> DataType.FLOAT16;
          case F64 -> DataType.FLOAT64;
          default -> DataType.FLOAT32;
        };
    Shape shape = new Shape(elements);
    return switch (init) {
      case "uniform(a=-0.25, b=0.5)" -> manager.randomUniform(-0.25f, 0.5f, shape, type);
      case "uniform(a=1, b=1.0078125)" -> manager.randomUniform(1, 1.0078125f, shape, type);
      case "normal" -> manager.randomNormal(0, 1, shape, type);
      default -> manager.randomNormal(0.5f, 0.03125f, shape, type);
    };
  }
}
