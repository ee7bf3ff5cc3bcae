// SPDX-License-Identifier: Apache-2.0
package org.initium.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.law.Philox;
import org.initium.random.Generator;
import org.initium.testing.CurandGolden;
import org.initium.testing.Fills;
import org.initium.testing.Tolerances;
import org.initium.testing.outside.Resources;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A device's words, uniforms and normals are those of NVIDIA's libcurand. */
public abstract class CurandContract {
  /** The device under test. */
  protected abstract Device device();

  @TestFactory
  Stream<DynamicTest> everyPhiloxRow() {
    List<CurandGolden> rows = CurandGolden.rows("PHILOX4_32_10");
    assertEquals(202, rows.size(), "rows of the golden file");
    return rows.stream().map(row -> DynamicTest.dynamicTest(title(row), () -> check(row)));
  }

  /** Doubles of long calls, which leave the order of the words in more than one place. */
  @Test
  void doublesOfLongCalls() throws IOException {
    List<String[]> rows;
    rows =
        Resources.lines(CurandContract.class, "/golden/curand-10.3.7-doubles.txt").stream()
            .map(l -> l.split(" "))
            .toList();

    assertEquals(640, rows.size());
    for (String[] row : rows) {
      long index = Long.parseLong(row[2]);
      Generator generator = Generator.philox(Long.parseLong(row[0]), Long.parseLong(row[1]));
      Shape whole = Shape.of(2_000_000);
      try (Tensor one = Tensor.empty(Shape.of(1), DType.F64, device())) {
        Fills.fill(one.shardOf(whole, index), new Fill.Uniform(0, 1), generator);
        try (Tensor read = one.toCpu()) {
          assertEquals(Double.parseDouble(row[3]), read.get(0), String.join(" ", row));
        }
      }
    }
  }

  private static String title(CurandGolden row) {
    return row.calls().getLast().name()
        + row.calls().getLast().arguments()
        + " seed "
        + Long.toUnsignedString(row.seed())
        + " offset "
        + row.offset()
        + " after "
        + (row.calls().size() - 1);
  }

  private void check(CurandGolden row) {
    long offset = row.offset();
    for (CurandGolden.Call call : row.calls()) {
      if (call.bytes().hasRemaining()) {
        check(call, row.seed(), offset);
      }
      offset += call.n();
    }
  }

  private void check(CurandGolden.Call call, long seed, long offset) {
    ByteBuffer expected = call.bytes();
    double mean = call.arguments().isEmpty() ? 0 : call.arguments().get(0);
    double std = call.arguments().isEmpty() ? 1 : call.arguments().get(1);
    switch (call.name()) {
      case "Generate" -> {
        for (int i = 0; i < call.n(); i++) {
          assertEquals(expected.getInt(4 * i), Philox.word(seed, offset + i), "word " + i);
        }
      }
      case "GenerateUniform" -> {
        try (Tensor own = fill(new Fill.Uniform(0, 1), DType.F32, seed, offset, call.n())) {
          for (int i = 0; i < call.n(); i++) {
            float theirs = expected.getFloat(4 * i);
            assertEquals(theirs == 1 ? Math.nextDown(1f) : theirs, own.get(i), "element " + i);
          }
        }
      }
      case "GenerateUniformDouble" -> {
        try (Tensor own = fill(new Fill.Uniform(0, 1), DType.F64, seed, offset, call.n())) {
          for (int i = 0; i < call.n(); i++) {
            double theirs = expected.getDouble(8 * i);
            assertEquals(theirs == 1 ? Math.nextDown(1.0) : theirs, own.get(i), "element " + i);
          }
        }
      }
      case "GenerateNormal" -> {
        try (Tensor own = fill(new Fill.Normal(mean, std), DType.F32, seed, offset, call.n())) {
          near(own, expected, Math.max(std, 0.1) * Tolerances.CURAND_NORMAL_F32);
        }
      }
      case "GenerateNormalDouble" -> {
        try (Tensor own = fill(new Fill.Normal(mean, std), DType.F64, seed, offset, call.n())) {
          near(own, expected, std * Tolerances.CURAND_NORMAL_F64);
        }
      }
      case "GenerateLogNormal" -> {
        try (Tensor own = fill(new Fill.Normal(mean, std), DType.F32, seed, offset, call.n())) {
          for (int i = 0; i < call.n(); i++) {
            double theirs = StrictMath.log(expected.getFloat(4 * i));
            assertEquals(theirs, own.get(i), Tolerances.CURAND_NORMAL_F32, "element " + i);
          }
        }
      }
      default -> throw new AssertionError("call " + call.name());
    }
  }

  private static void near(Tensor own, ByteBuffer expected, double tolerance) {
    boolean f64 = own.dtype() == DType.F64;
    for (int i = 0; i < own.shape().numel(); i++) {
      double theirs = f64 ? expected.getDouble(8 * i) : expected.getFloat(4 * i);
      assertTrue(
          Math.abs(theirs - own.get(i)) <= tolerance,
          "element " + i + ": cuRAND's " + theirs + ", own " + own.get(i));
    }
  }

  private Tensor fill(Fill fill, DType dtype, long seed, long offset, long n) {
    Tensor tensor = Tensor.empty(Shape.of(n), dtype, device());
    Fills.fill(tensor, fill, Generator.philox(seed, offset));
    if (device().equals(Device.CPU)) {
      return tensor;
    }
    try (tensor) {
      return tensor.toCpu();
    }
  }
}
