// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.ValueLayout;
import java.util.function.UnaryOperator;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.testing.Fills;

/** Fills the same part of the same memory on the CPU and on a CUDA device. */
public final class SameBits {
  /** What memory holds before: a value that no fill here gives. */
  private static final Fill BEFORE = new Fill.Constant(-77);

  private SameBits() {}

  /**
   * Asserts that both devices leave the same bytes and the same generator, in the part and around
   * it.
   *
   * @param memory the shape of the memory
   * @param part of the memory that is filled
   */
  static void check(
      Device device,
      Fill fill,
      DType dtype,
      Shape memory,
      UnaryOperator<Tensor> part,
      long seed,
      long offset) {
    PhiloxGenerator ours = Generator.philox(seed, offset);
    PhiloxGenerator theirs = Generator.philox(seed, offset);
    String what = fill + " of part of " + memory + " in " + dtype + " from word " + offset;
    assertArrayEquals(
        bytes(Device.CPU, fill, dtype, memory, part, ours),
        bytes(device, fill, dtype, memory, part, theirs),
        what);
    assertEquals(ours.offset(), theirs.offset(), what);
  }

  static void check(Fill fill, DType dtype, Shape shape, UnaryOperator<Tensor> part, long offset) {
    check(Device.cuda(0), fill, dtype, shape, part, 42, offset);
  }

  /** The memory after the fill of a part of it. */
  public static byte[] bytes(
      Device device,
      Fill fill,
      DType dtype,
      Shape memory,
      UnaryOperator<Tensor> part,
      Generator generator) {
    try (Tensor tensor = Tensor.empty(memory, dtype, device)) {
      Fills.fill(tensor, BEFORE, generator);
      Fills.fill(part.apply(tensor), fill, generator);
      try (Tensor read = tensor.toCpu()) {
        return read.segment().toArray(ValueLayout.JAVA_BYTE);
      }
    }
  }
}
