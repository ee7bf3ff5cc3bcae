// SPDX-License-Identifier: Apache-2.0
package org.initium.dlpack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** DLPack's structs, lent to ourselves; others' are in adapters/libtorch. */
@SuppressWarnings("restricted")
class DLPackTest {
  private static MemorySegment struct(ExportedTensor export) {
    return MemorySegment.ofAddress(export.address()).reinterpret(80);
  }

  /** Offsets and codes as dlpack.h 1.1 has them. */
  @Test
  void theStructIsThatOfTheHeader() {
    try (Tensor tensor = Tensor.empty(Shape.of(4, 6), DType.BF16);
        ExportedTensor export = DLPack.export(tensor.narrow(1, 2, 3))) {
      MemorySegment struct = struct(export);
      assertEquals(1, struct.get(ValueLayout.JAVA_INT, 0), "version.major");
      assertEquals(0, struct.get(ValueLayout.JAVA_LONG, 24), "flags");
      assertEquals(tensor.segment().address() + 4, struct.get(ValueLayout.JAVA_LONG, 32), "data");
      assertEquals(1, struct.get(ValueLayout.JAVA_INT, 40), "kDLCPU");
      assertEquals(2, struct.get(ValueLayout.JAVA_INT, 48), "ndim");
      assertEquals(4, struct.get(ValueLayout.JAVA_BYTE, 52), "kDLBfloat");
      assertEquals(16, struct.get(ValueLayout.JAVA_BYTE, 53), "bits");
      assertEquals(1, struct.get(ValueLayout.JAVA_SHORT, 54), "lanes");
      assertArrayEquals(
          new long[] {4, 3, 6, 1},
          struct.get(ValueLayout.ADDRESS, 56).reinterpret(32).toArray(ValueLayout.JAVA_LONG));
      assertEquals(0, struct.get(ValueLayout.JAVA_LONG, 72), "byte_offset");
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void whatIsBorrowedIsTheSameMemory(DType dtype) {
    Init init = Init.parse(dtype.isInteger() ? "uniform(0,2)" : "normal");
    int before = DLPack.liveExports();
    try (Tensor tensor = Tensor.empty(Shape.of(5, 7), dtype);
        Tensor expected = Tensor.empty(Shape.of(7, 5), dtype)) {
      expected.fill(init, Generator.philox(3));
      for (boolean versioned : new boolean[] {true, false}) {
        Tensor turned = tensor.transpose(0, 1);
        BorrowedTensor borrowed =
            versioned
                ? DLPack.borrow(DLPack.export(turned).address())
                : DLPack.borrowLegacy(DLPack.exportLegacy(turned).address());
        assertEquals(before + 1, DLPack.liveExports());
        borrowed.tensor().fill(init, Generator.philox(3));
        for (int i = 0; i < 35; i++) {
          assertEquals(expected.get(i / 5, i % 5), tensor.get(i % 5, i / 5));
        }
        borrowed.close();
        borrowed.close();
        assertEquals(before, DLPack.liveExports());
        tensor.fill(Init.zeros(), Generator.philox(3));
      }
    }
  }

  @Test
  void whatIsGivenIsClosedByTheTaker() {
    Tensor tensor = Tensor.empty(Shape.of(3), DType.F32);
    BorrowedTensor borrowed = DLPack.borrow(DLPack.give(tensor).address());
    borrowed.tensor().fill(Init.ones(), Generator.philox(1));
    assertEquals(1, tensor.get(2));
    borrowed.close();
    assertThrows(IllegalStateException.class, () -> tensor.get(2));
  }

  @Test
  void anEmptyTensorHasNoData() {
    try (Tensor tensor = Tensor.empty(Shape.of(3, 0), DType.F32);
        BorrowedTensor borrowed = DLPack.borrow(DLPack.export(tensor).address())) {
      assertEquals(Shape.of(3, 0), borrowed.tensor().shape());
      borrowed.tensor().fill(Init.normal(), Generator.philox(1));
    }
  }

  private interface Change {
    void in(MemorySegment struct);
  }

  /** Refused, and given back. */
  private static void assertRefused(Change change, String words) {
    int before = DLPack.liveExports();
    try (Tensor tensor = Tensor.empty(Shape.of(3, 4), DType.F32)) {
      ExportedTensor export = DLPack.export(tensor);
      change.in(struct(export));
      String message =
          assertThrows(IllegalArgumentException.class, () -> DLPack.borrow(export.address()))
              .getMessage();
      assertTrue(message.contains(words), message);
    }
    assertEquals(before, DLPack.liveExports());
  }

  @Test
  void whatCannotBeFilledIsRefusedAndGivenBack() {
    assertRefused(struct -> struct.set(ValueLayout.JAVA_INT, 0, 2), "version 2");
    assertRefused(struct -> struct.set(ValueLayout.JAVA_LONG, 24, 1), "read-only");
    assertRefused(struct -> struct.set(ValueLayout.JAVA_INT, 40, 10), "device type 10");
    assertRefused(struct -> struct.set(ValueLayout.JAVA_BYTE, 52, (byte) 5), "type code 5");
    assertRefused(struct -> struct.set(ValueLayout.JAVA_SHORT, 54, (short) 4), "4 lanes");
    assertRefused(
        struct ->
            struct.get(ValueLayout.ADDRESS, 64).reinterpret(8).set(ValueLayout.JAVA_LONG, 0, -4),
        "stride");
    assertRefused(struct -> struct.set(ValueLayout.JAVA_INT, 48, 65), "has 65 dimensions; 0 to 64");
    assertRefused(struct -> struct.set(ValueLayout.JAVA_INT, 48, -1), "has -1 dimensions");
    assertRefused(struct -> struct.set(ValueLayout.JAVA_LONG, 56, 0), "sizes of the DLPack tensor");
    assertRefused(struct -> struct.set(ValueLayout.JAVA_LONG, 32, 0), "is at 0x0");
    assertRefused(
        struct -> struct.set(ValueLayout.JAVA_LONG, 72, -8), "18446744073709551608 bytes");
    assertThrows(IllegalArgumentException.class, () -> DLPack.borrow(0));
    assertThrows(IllegalArgumentException.class, () -> DLPack.borrow(12));
  }

  @Test
  void withoutStridesItIsRowMajor() {
    try (Tensor tensor = Tensor.empty(Shape.of(3, 4), DType.F32)) {
      ExportedTensor export = DLPack.export(tensor);
      struct(export).set(ValueLayout.JAVA_LONG, 64, 0);
      try (BorrowedTensor borrowed = DLPack.borrow(export.address())) {
        assertTrue(borrowed.tensor().isContiguous());
        assertFalse(borrowed.tensor().storage().owned());
      }
    }
  }

  @Test
  void arraysOnTheHeap() {
    try (Tensor tensor = Tensor.empty(Shape.of(3, 2), DType.F32)) {
      for (int i = 0; i < 6; i++) {
        DType.F32.set(tensor.segment(), i, i);
      }
      double[][] rows = new double[2][3];
      tensor.transpose(0, 1).copyTo(rows);
      assertArrayEquals(new double[] {0, 2, 4}, rows[0]);
      assertArrayEquals(new double[] {1, 3, 5}, rows[1]);
      assertThrows(IllegalArgumentException.class, () -> tensor.copyTo(new double[5]));
    }
  }
}
