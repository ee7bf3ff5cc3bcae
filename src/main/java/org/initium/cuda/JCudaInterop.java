// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda;

import jcuda.NativePointerObject;
import jcuda.Pointer;
import org.initium.DType;
import org.initium.Device;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;

/**
 * Memory and streams of a program that calls CUDA by JCuda.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // JCuda's types, which whoever calls this has
public final class JCudaInterop {
  private JCudaInterop() {}

  /** JCuda shows a pointer's address to its subclasses alone. */
  private static final class Copy extends Pointer {
    Copy(Pointer original) {
      super(original);
    }

    long address() {
      return getNativePointer() == 0 ? 0 : getNativePointer() + getByteOffset();
    }
  }

  private static final class Handle extends NativePointerObject {
    Handle(NativePointerObject original) {
      super(original);
    }

    long value() {
      return getNativePointer();
    }
  }

  /**
   * {@return the address in a pointer, its byte offset included}
   *
   * @param pointer a {@code CUdeviceptr} or {@code Pointer}
   * @throws IllegalArgumentException if it points to memory of Java or to nothing
   */
  public static long address(Pointer pointer) {
    long address = new Copy(pointer).address();
    if (address == 0) {
      throw new IllegalArgumentException(
          "the pointer is null or points to memory of Java; give one of cuMemAlloc or cudaMalloc");
    }
    return address;
  }

  /**
   * A tensor over memory of a JCuda program; the caller's promises are those of {@link
   * Tensor#wrap(Device, long, Shape, long[], DType)}.
   *
   * @param device the ordinal of the device that the memory is on
   * @param memory a {@code CUdeviceptr} of the driver's binding or a {@code Pointer} of the
   *     runtime's
   * @param shape the sizes
   * @param dtype the element type
   * @return the tensor; closing it frees nothing
   * @throws IllegalArgumentException if it points to memory of Java or to nothing
   */
  public static Tensor wrap(int device, Pointer memory, Shape shape, DType dtype) {
    return wrap(device, memory, shape, shape.rowMajorStrides(), dtype);
  }

  /**
   * The same with strides in elements.
   *
   * @param device the ordinal of the device that the memory is on
   * @param memory a {@code CUdeviceptr} or {@code Pointer}
   * @param shape the sizes
   * @param strides distances in elements between neighbors in each dimension, 0 or more
   * @param dtype the element type
   * @return the tensor; closing it frees nothing
   * @throws IllegalArgumentException if it points to memory of Java or to nothing, or the strides
   *     do not fit the shape
   */
  public static Tensor wrap(int device, Pointer memory, Shape shape, long[] strides, DType dtype) {
    return Tensor.wrap(Device.cuda(device), address(memory), shape, strides, dtype);
  }

  /**
   * A stream of a JCuda program, as {@link Stream#wrap} has it.
   *
   * @param stream a {@code CUstream} or a {@code cudaStream_t}
   * @param device the ordinal of its device
   * @return a stream whose close leaves the other alone
   */
  public static Stream wrap(int device, NativePointerObject stream) {
    return Stream.wrap(Device.cuda(device), new Handle(stream).value());
  }
}
