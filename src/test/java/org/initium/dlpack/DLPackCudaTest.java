// SPDX-License-Identifier: Apache-2.0
package org.initium.dlpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Storage;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cuda.device.Released;
import org.initium.random.Generator;
import org.initium.testing.CudaTest;
import org.junit.jupiter.api.Test;

/** DLPack's structs of memory on a GPU, and of the host's that is page-locked. */
@CudaTest
@SuppressWarnings("restricted")
class DLPackCudaTest implements Released {
  private static final int DEVICE_TYPE = 40;
  private static final Device GPU = Device.cuda(0);
  private static final Fill NORMAL = new Fill.Normal(0, 1);

  private static MemorySegment struct(long address) {
    return MemorySegment.ofAddress(address).reinterpret(80);
  }

  private static void assertIsNormal(Tensor filled) {
    try (Tensor expected = Tensor.empty(filled.shape(), filled.dtype())) {
      expected.fill(NORMAL, Generator.philox(3), Stream.wrap(Device.CPU, 0));
      assertEquals(-1, expected.segment().mismatch(filled.segment()));
    }
  }

  /** As PyTorch on a GPU takes and lends tensors: by the device's pointer, type and ordinal. */
  @Test
  void memoryOfTheDeviceIsLentAndBorrowed() {
    int before = DLPack.liveExports();
    for (boolean versioned : new boolean[] {true, false}) {
      try (Tensor tensor = Tensor.empty(Shape.of(9, 7), DType.BF16, GPU)) {
        ExportedTensor export = versioned ? DLPack.export(tensor) : DLPack.exportLegacy(tensor);
        if (versioned) {
          MemorySegment struct = struct(export.address());
          assertEquals(2, struct.get(ValueLayout.JAVA_INT, DEVICE_TYPE), "kDLCUDA");
          assertEquals(0, struct.get(ValueLayout.JAVA_INT, DEVICE_TYPE + 4), "ordinal");
          assertEquals(tensor.storage().address(), struct.get(ValueLayout.JAVA_LONG, 32));
        }
        try (BorrowedTensor borrowed =
                versioned
                    ? DLPack.borrow(export.address())
                    : DLPack.borrowLegacy(export.address());
            Stream stream = Backend.of(GPU).newStream(GPU)) {
          assertEquals(GPU, borrowed.tensor().device());
          borrowed.tensor().fill(NORMAL, Generator.philox(3), stream);
          stream.synchronize();
        }
        try (Tensor read = tensor.toCpu()) {
          assertIsNormal(read);
        }
      }
    }
    assertEquals(before, DLPack.liveExports());
  }

  /** The taker's stream waits for the fill's. */
  @Test
  void aTakerWithItsOwnStreamSeesTheFill() {
    try (Tensor tensor = Tensor.empty(Shape.of(1000), DType.F32, GPU);
        Stream filling = Backend.of(GPU).newStream(GPU);
        Stream taking = Backend.of(GPU).newStream(GPU);
        Tensor taken = Tensor.empty(Shape.of(1000), DType.F32)) {
      tensor.fill(NORMAL, Generator.philox(3), filling);
      try (BorrowedTensor borrowed =
          DLPack.borrow(DLPack.export(tensor, filling, taking).address())) {
        Storage memory = borrowed.tensor().storage();
        Backend.of(GPU).copyToHost(memory, 0, taken.segment(), taking);
        taking.synchronize();
      }
      assertIsNormal(taken);
    }
  }

  /** Page-locked memory (kDLCUDAHost) is filled by the CPU. */
  @Test
  void pageLockedMemoryIsTheHosts() {
    Shape shape = Shape.of(40);
    try (Storage pinned = Backend.of(GPU).allocateHost(GPU, 4 * 40)) {
      Tensor tensor = Tensor.wrap(pinned.segment(), shape, DType.F32);
      ExportedTensor export = DLPack.export(tensor);
      struct(export.address()).set(ValueLayout.JAVA_INT, DEVICE_TYPE, 3);
      try (BorrowedTensor borrowed = DLPack.borrow(export.address())) {
        assertEquals(Device.CPU, borrowed.tensor().device());
        borrowed.tensor().fill(NORMAL, Generator.philox(3), Stream.wrap(Device.CPU, 0));
      }
      assertIsNormal(tensor);
    }
  }

  @Test
  void aDeviceThatIsNotThereIsRefusedAndGivenBack() {
    int before = DLPack.liveExports();
    try (Tensor tensor = Tensor.empty(Shape.of(4), DType.F32, GPU)) {
      ExportedTensor export = DLPack.export(tensor);
      struct(export.address()).set(ValueLayout.JAVA_INT, DEVICE_TYPE + 4, 99);
      RuntimeException refused =
          assertThrows(RuntimeException.class, () -> DLPack.borrow(export.address()));
      assertTrue(refused.getMessage().contains("cuda:99"), refused.getMessage());
    }
    assertEquals(before, DLPack.liveExports());
  }
}
