// SPDX-License-Identifier: Apache-2.0
package org.initium.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Initializer;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;

/** Arrays of DJL's with initial values. */
final class Arrays {
  private Arrays() {}

  /** The PyTorch engine's are filled in place, those of others are copied from a buffer. */
  static NDArray create(
      NDManager manager,
      ai.djl.ndarray.types.Shape shape,
      DataType dataType,
      Initializer initializer,
      Generator generator) {
    DType dtype = dtype(dataType);
    if (manager.getEngine() != null && manager.getEngine().getEngineName().equals("PyTorch")) {
      NDArray array = manager.create(shape, dataType);
      if (manager.getDevice().isGpu() || array.size() * dtype.bytes() > Integer.MAX_VALUE) {
        PyTorch.fill(array, initializer, generator);
      } else if (array.size() > 0) {
        // New, so in one run: libtorch need not be asked where it is. The array is held here, so
        // that the address is enough: a segment's arena would be held by a native call.
        long address = Backend.of(Device.CPU).address(array.toByteBuffer(true));
        Shape sizes = Shape.of(shape.getShape());
        Tensor.wrap(Device.CPU, address, sizes, dtype).fill(initializer, generator);
        Reference.reachabilityFence(array);
      }
      return array;
    }
    Shape sizes = Shape.of(shape.getShape());
    ByteBuffer buffer = buffer(manager, sizes, dtype);
    if (sizes.numel() > 0) {
      Tensor.wrap(MemorySegment.ofBuffer(buffer), sizes, dtype).fill(initializer, generator);
    }
    return manager.create(buffer, shape, dataType);
  }

  private static ByteBuffer buffer(NDManager manager, Shape shape, DType dtype) {
    long most = Integer.MAX_VALUE / dtype.bytes();
    if (shape.numel() > most) {
      throw new IllegalArgumentException(
          "shape %s in %s has more than 2^31 - 1 bytes, which only DJL's PyTorch engine can take"
              .formatted(shape, dtype));
    }
    return manager
        .allocateDirect((int) (shape.numel() * dtype.bytes()))
        .order(ByteOrder.nativeOrder());
  }

  private static DType dtype(DataType dataType) {
    if (dataType == DataType.FLOAT32) { // the usual one: a switch has a class of its own
      return DType.F32;
    }
    return switch (dataType) {
      case FLOAT16 -> DType.F16;
      case FLOAT32 -> DType.F32;
      case FLOAT64 -> DType.F64;
      case BFLOAT16 ->
          throw new IllegalArgumentException(
              "DJL 0.36 ends the process when it makes an array in BFLOAT16;"
                  + " use FLOAT32, and Block.cast afterwards");
      case INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64, BOOLEAN ->
          throw none(dataType);
      case COMPLEX64, STRING, UNKNOWN -> throw none(dataType);
    };
  }

  private static IllegalArgumentException none(DataType dataType) {
    return new IllegalArgumentException(
        "arrays in %s cannot be filled; those in FLOAT16, FLOAT32 and FLOAT64 can"
            .formatted(dataType.name()));
  }
}
