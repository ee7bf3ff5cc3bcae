// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cuda.device.CudaLife;
import org.initium.cuda.device.Gpu;
import org.initium.cuda.device.Gpus;
import org.initium.cuda.device.Released;
import org.initium.random.Generator;
import org.initium.testing.CudaTest;
import org.junit.jupiter.api.Test;

/** A JCuda program's own pointer and stream. */
@CudaTest
class JCudaInteropTest implements Released {
  private static final Fill NORMAL = new Fill.Normal(0, 1);

  @Test
  void fillsBehindAPointerOnAStream() {
    Gpu gpu = Gpus.of(Device.cuda(0));
    try (CudaLife.Context _ = CudaLife.enter(gpu)) {
      CUdeviceptr memory = new CUdeviceptr();
      assertEquals(0, JCudaDriver.cuMemAlloc(memory, 4 * 200));
      CUstream theirs = new CUstream();
      assertEquals(0, JCudaDriver.cuStreamCreate(theirs, 0));
      assertEquals(0, JCudaDriver.cuMemsetD32(memory, 0, 200));
      Shape shape = Shape.of(10, 9);
      try (Stream stream = JCudaInterop.wrap(0, theirs);
          Tensor expected = Tensor.empty(shape, DType.F32)) {
        Tensor columns =
            JCudaInterop.wrap(
                0, memory.withByteOffset(40), shape, shape.columnMajorStrides(), DType.F32);
        columns.fill(NORMAL, Generator.philox(3), stream);
        assertEquals(0, JCudaDriver.cuStreamSynchronize(theirs));
        expected.fill(NORMAL, Generator.philox(3), Stream.wrap(Device.CPU, 0));
        float[] read = new float[200];
        assertEquals(0, JCudaDriver.cuMemcpyDtoH(Pointer.to(read), memory, 4 * 200));
        for (int i = 0; i < 10; i++) {
          for (int j = 0; j < 9; j++) {
            assertEquals((float) expected.get(i, j), read[10 + i + 10 * j]);
          }
        }
        assertEquals(0, read[9]);
        assertEquals(0, read[100]);
      } finally {
        JCudaDriver.cuStreamDestroy(theirs);
        JCudaDriver.cuMemFree(memory);
      }
    }
  }

  @Test
  void aPointerToTheHeapIsRefused() {
    for (Pointer pointer : new Pointer[] {new Pointer(), Pointer.to(new float[3])}) {
      assertEquals(
          "the pointer is null or points to memory of Java; give one of cuMemAlloc or cudaMalloc",
          assertThrows(
                  IllegalArgumentException.class,
                  () -> JCudaInterop.wrap(0, pointer, Shape.of(3), DType.F32))
              .getMessage());
    }
  }
}
