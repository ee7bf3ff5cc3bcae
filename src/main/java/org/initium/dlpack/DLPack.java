// SPDX-License-Identifier: Apache-2.0
package org.initium.dlpack;

import org.initium.Stream;
import org.initium.Tensor;
import org.initium.text.Text;

/**
 * Tensors lent to other libraries and borrowed of them, by the structs of DLPack 1
 * (https://dmlc.github.io/dlpack/latest/c_api.html): the memory is shared, with its strides, on the
 * CPU and on CUDA devices.
 *
 * <pre>{@code
 * try (BorrowedTensor lent = DLPack.borrow(address)) {
 *   lent.tensor().fill(Init.orthogonal(), Generator.philox(42));
 * }
 * }</pre>
 *
 * @since 0.1.0
 */
public final class DLPack {
  private DLPack() {}

  /**
   * Lends a tensor as a {@code DLManagedTensorVersioned}. It sees what the tensor is filled with
   * later. The tensor's memory must not be freed before the struct's deleter was called.
   *
   * @param tensor any tensor, a view perhaps
   * @return the struct's address, which a taker is given
   * @throws IllegalStateException if the tensor was closed
   */
  public static ExportedTensor export(Tensor tensor) {
    return ExportedTensor.of(tensor, false, true);
  }

  /**
   * As {@link #export(Tensor)}, but the deleter closes the tensor: it is the taker's.
   *
   * @param tensor a tensor that is used here no more
   * @return the struct's address, which a taker is given
   * @throws IllegalStateException if the tensor was closed
   */
  public static ExportedTensor give(Tensor tensor) {
    return ExportedTensor.of(tensor, true, true);
  }

  /**
   * As {@link #export(Tensor)}, as the {@code DLManagedTensor} of DLPack before 1.0.
   *
   * @param tensor any tensor
   * @return the struct's address, which a taker is given
   * @throws IllegalStateException if the tensor was closed
   */
  public static ExportedTensor exportLegacy(Tensor tensor) {
    return ExportedTensor.of(tensor, false, false);
  }

  /**
   * As {@link #export(Tensor)}, for a taker that works on a stream of its own.
   *
   * @param filling the stream that the tensor's fills are queued on
   * @param taking waits for them
   * @param tensor any tensor
   * @return the struct's address, which the taker is given
   * @throws IllegalStateException if the tensor was closed
   */
  public static ExportedTensor export(Tensor tensor, Stream filling, Stream taking) {
    try (Stream.Event filled = filling.record()) {
      taking.await(filled);
    }
    return export(tensor);
  }

  /** {@return how many exports there are whose deleters were not called yet} */
  public static int liveExports() {
    return ExportedTensor.live();
  }

  /**
   * Borrows the tensor of a {@code DLManagedTensorVersioned}: its deleter is called when that is
   * closed, and also when it cannot be borrowed.
   *
   * @param address of the struct, which nobody else uses from now on
   * @return the tensor, which the caller closes
   * @throws IllegalArgumentException if the address is none of a struct; the struct's major version
   *     is not 1; or the tensor is read-only, has no memory or more than 64 dimensions, or is of a
   *     device, a dtype or strides that cannot be filled
   */
  public static BorrowedTensor borrow(long address) {
    return borrow(address, true);
  }

  /**
   * As {@link #borrow(long)}, of the {@code DLManagedTensor} of DLPack before 1.0.
   *
   * @param address of the struct, which nobody else uses from now on
   * @return the tensor, which the caller closes
   * @throws IllegalArgumentException as {@link #borrow(long)}
   */
  public static BorrowedTensor borrowLegacy(long address) {
    return borrow(address, false);
  }

  private static BorrowedTensor borrow(long address, boolean versioned) {
    DLPackStruct struct = DLPackStruct.at(address, versioned);
    try {
      if (struct.major() != DLPackStruct.MAJOR) {
        // nothing else but the deleter is where it was
        throw new IllegalArgumentException(
            Text.message(
                "the DLPack tensor is of version %d; version %d can be read",
                struct.major(), DLPackStruct.MAJOR));
      }
      return new BorrowedTensor(struct.wrap(), struct);
    } catch (RuntimeException | Error e) {
      BorrowedTensor.delete(struct);
      throw e;
    }
  }
}
