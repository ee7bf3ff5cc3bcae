// SPDX-License-Identifier: Apache-2.0
package org.initium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Construction, ownership and errors; ViewProperties has where views are. */
class TensorTest {
  private static final Shape SHAPE = Shape.of(2, 3);

  private static void fails(String message, Executable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
    assertEquals(message, e.getMessage());
  }

  @Test
  void wrapsNativeMemoryAndNeverFreesIt() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(24, 4);
      try (Tensor tensor = Tensor.wrap(memory, SHAPE, DType.F32)) {
        assertFalse(tensor.storage().owned());
        DType.F32.set(memory, 5, 7);
        assertEquals(7, tensor.get(1, 2));
        assertEquals(memory.address(), tensor.segment().address());
      }
      assertEquals(7, DType.F32.get(memory, 5), "still there after close");
    }
  }

  @Test
  void refusesWhatItCannotWrap() {
    fails(
        "the segment is on the Java heap; wrap native memory (Arena.allocate, a mapped file)",
        () -> Tensor.wrap(MemorySegment.ofArray(new byte[24]), SHAPE, DType.F32));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(23);
      fails(
          "the segment has 23 bytes; shape [2, 3] in f32 needs 24",
          () -> Tensor.wrap(memory, SHAPE, DType.F32));
    }
    fails(
        "shape [4611686018427387904] in f32 needs more than 2^63 - 1 bytes",
        () -> Tensor.empty(Shape.of(1L << 62), DType.F32));
  }

  @Test
  void closesOnceAndOnlyItsOwn() {
    Tensor tensor = Tensor.empty(SHAPE, DType.F64);
    Tensor view = tensor.narrow(0, 0, 1);
    view.close();
    assertTrue(tensor.storage().address() != 0, "a view's close does nothing");
    tensor.close();
    tensor.close();
    assertThrows(IllegalStateException.class, () -> tensor.get(0, 0));
    assertThrows(IllegalStateException.class, () -> view.get(0, 0));
    assertThrows(IllegalStateException.class, () -> tensor.fill(Init.zeros(), Generator.philox(1)));
  }

  @Test
  void aSegmentEndsWithItsTensor() {
    Tensor tensor = Tensor.empty(SHAPE, DType.F64);
    MemorySegment segment = tensor.segment();
    DType.F64.set(segment, 5, 3);
    tensor.close();
    assertThrows(IllegalStateException.class, () -> DType.F64.get(segment, 5));
    assertThrows(IllegalStateException.class, () -> DType.F64.set(segment, 5, 3));
  }

  @Test
  void namesWhatIsWrongWithAView() {
    try (Tensor tensor = Tensor.empty(SHAPE, DType.F32)) {
      fails(
          "narrow(1, 2, 2) does not fit shape [2, 3]: dimension 1 has 3 elements",
          () -> tensor.narrow(1, 2, 2));
      fails(
          "narrow(0, -1, 1) does not fit shape [2, 3]: dimension 0 has 2 elements",
          () -> tensor.narrow(0, -1, 1));
      fails(
          "narrow(0, 1, 9223372036854775807) does not fit shape [2, 3]: dimension 0 has 2 elements",
          () -> tensor.narrow(0, 1, Long.MAX_VALUE));
      fails("dimension 2 is not one of the 2 of shape [2, 3]", () -> tensor.narrow(2, 0, 1));
      fails("dimension -3 is not one of the 2 of shape [2, 3]", () -> tensor.select(-3, 0));
      fails("shape [2, 3] has 6 elements; it cannot become [4] with 4", () -> tensor.reshape(4));
      fails(
          "a view with strides [3, 1] of shape [2, 2] is not contiguous and cannot be reshaped",
          () -> tensor.narrow(1, 0, 2).reshape(4));
      fails("step = 0 is not allowed; it must be 1 or more", () -> tensor.every(0, 0, 0));
      fails(
          "a region of shape [2, 3] at [1, 0] is not inside [2, 6]",
          () -> tensor.shardOf(Shape.of(2, 6), 1, 0));
      fails(
          "a region of shape [2, 3] at [0] is not inside [2, 6]",
          () -> tensor.shardOf(Shape.of(2, 6), 0));
      fails(
          "a region of shape [2, 3] at [0, -1] is not inside [2, 6]",
          () -> tensor.shardOf(Shape.of(2, 6), 0, -1));
      assertEquals(
          "index [0, 3] is not inside shape [2, 3]",
          assertThrows(IndexOutOfBoundsException.class, () -> tensor.get(0, 3)).getMessage());
      assertThrows(UnsupportedOperationException.class, () -> tensor.narrow(1, 0, 2).segment());
    }
  }

  @Test
  void namesAShapeThatIsNone() {
    fails("size -1 of dimension 1 is negative; sizes are 0 or more", () -> Shape.of(2, -1));
    fails(
        "shape [4294967296, 4294967296] has more than 2^63 - 1 elements",
        () -> Shape.of(1L << 32, 1L << 32));
    fails("shape '2;3' is not a list of sizes; write them as 512,256", () -> Shape.parse("2;3"));
    fails("shape '2,' is not a list of sizes; write them as 512,256", () -> Shape.parse("2,"));
    assertEquals(0, Shape.of(1L << 62, 1L << 62, 0).numel(), "no overflow where one is empty");
    assertEquals(Shape.of(), Shape.parse(" "));
    assertEquals(Shape.of(512, 256), Shape.parse("512, 256"));
  }

  @Test
  void aDeviceThatIsNotThereIsAnError() {
    assertThrows(
        DeviceUnavailableException.class,
        () -> Tensor.empty(SHAPE, DType.F32, Device.parse("tpu:0")));
  }
}
