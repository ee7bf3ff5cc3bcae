// SPDX-License-Identifier: Apache-2.0
package org.initium.dlpack;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.Device;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.text.Text;

/**
 * dlpack.h of version 1 in memory: DLManagedTensorVersioned, or the DLManagedTensor of before.
 *
 * @param versioned which of the two
 */
@SuppressWarnings("restricted") // others' memory is read where they say that it is
record DLPackStruct(MemorySegment memory, boolean versioned) {
  static final int MAJOR = 1;
  private static final int MINOR = 1;

  private static final long VERSIONED = 80; // version, context, deleter, flags, DLTensor
  private static final long LEGACY = 64; // DLTensor, context, deleter
  private static final long READ_ONLY = 1;

  // DLTensor: data, device type and id, rank, type code, bits and lanes, sizes, strides, offset
  private static final long DEVICE = 8;
  private static final long RANK = 16;
  private static final long TYPE = 20;
  private static final long SIZES = 24;
  private static final long STRIDES = 32;
  private static final long OFFSET = 40;

  private static final int CPU = 1;
  private static final int CUDA = 2;
  private static final int CUDA_HOST = 3;
  private static final int CUDA_MANAGED = 13;

  /**
   * Somebody's struct.
   *
   * @throws IllegalArgumentException if there can be none at that address
   */
  static DLPackStruct at(long address, boolean versioned) {
    if (address == 0 || address % Long.BYTES != 0) {
      throw new IllegalArgumentException(
          Text.message(
              "address 0x%x is no DLPack tensor: a struct is at a multiple of %d that is not 0",
              address, Long.BYTES));
    }
    long bytes = versioned ? VERSIONED : LEGACY;
    return new DLPackStruct(MemorySegment.ofAddress(address).reinterpret(bytes), versioned);
  }

  /** A tensor's, with a deleter to be set. */
  static DLPackStruct of(Tensor tensor, boolean versioned, Arena arena) {
    MemorySegment memory = arena.allocate(versioned ? VERSIONED : LEGACY, Long.BYTES);
    DLPackStruct struct = new DLPackStruct(memory, versioned);
    if (versioned) {
      memory.set(JAVA_INT, 0, MAJOR);
      memory.set(JAVA_INT, 4, MINOR);
    }
    int rank = tensor.shape().rank();
    MemorySegment lists = arena.allocate(JAVA_LONG, Math.max(1, 2L * rank));
    for (int d = 0; d < rank; d++) {
      lists.setAtIndex(JAVA_LONG, d, tensor.shape().size(d));
      lists.setAtIndex(JAVA_LONG, rank + d, tensor.stride(d));
    }
    MemorySegment at = struct.tensor();
    boolean empty = tensor.shape().numel() == 0;
    long first = tensor.memoryOffset() * tensor.dtype().bytes();
    at.set(JAVA_LONG, 0, empty ? 0 : tensor.storage().address() + first);
    boolean host = tensor.device().equals(Device.CPU);
    at.set(JAVA_INT, DEVICE, host ? CPU : CUDA);
    at.set(JAVA_INT, DEVICE + 4, host ? 0 : tensor.device().index());
    at.set(JAVA_INT, RANK, rank);
    at.set(JAVA_BYTE, TYPE, code(tensor.dtype()));
    at.set(JAVA_BYTE, TYPE + 1, (byte) (8 * tensor.dtype().bytes()));
    at.set(JAVA_SHORT, TYPE + 2, (short) 1);
    at.set(ADDRESS, SIZES, lists);
    at.set(ADDRESS, STRIDES, lists.asSlice(8L * rank));
    return struct;
  }

  /** DLDataTypeCode. */
  private static byte code(DType dtype) {
    return switch (dtype) {
      case I8, I16, I32, I64 -> 0;
      case U8 -> 1;
      case F32, F64, F16 -> 2;
      case BF16 -> 4;
      case BOOL -> 6;
      case F8_E4M3FN -> 10;
      case F8_E5M2 -> 12;
    };
  }

  private MemorySegment tensor() {
    return memory.asSlice(versioned ? 32 : 0, 48);
  }

  int major() {
    return versioned ? memory.get(JAVA_INT, 0) : MAJOR;
  }

  MemorySegment deleter() {
    return memory.get(ADDRESS, versioned ? 16 : 56);
  }

  void setDeleter(MemorySegment function) {
    memory.set(ADDRESS, versioned ? 16 : 56, function);
  }

  /**
   * A tensor over the same memory.
   *
   * @throws IllegalArgumentException if it is read-only, or of a device, dtype or strides that
   *     cannot be filled
   */
  Tensor wrap() {
    if (versioned && (memory.get(JAVA_LONG, 24) & READ_ONLY) != 0) {
      throw new IllegalArgumentException(
          "the DLPack tensor is read-only; export a copy that may be written");
    }
    MemorySegment at = tensor();
    int rank = at.get(JAVA_INT, RANK);
    if (rank < 0 || rank > Shape.MOST_DIMENSIONS) {
      throw new IllegalArgumentException(
          Text.message(
              "the DLPack tensor has %s; 0 to %d can be filled",
              Text.count(rank, "dimension"), Shape.MOST_DIMENSIONS));
    }
    Shape shape = Shape.of(list(at, "sizes", SIZES, rank));
    boolean rowMajor = at.get(JAVA_LONG, STRIDES) == 0;
    long[] strides = rowMajor ? shape.rowMajorStrides() : list(at, "strides", STRIDES, rank);
    return Tensor.wrap(device(at), first(at, shape), shape, strides, dtype(at));
  }

  private static long[] list(MemorySegment at, String what, long where, int rank) {
    MemorySegment list = at.get(ADDRESS, where);
    if (rank == 0) {
      return new long[0]; // wherever that is
    }
    if (list.address() == 0 || list.address() % Long.BYTES != 0) {
      throw new IllegalArgumentException(
          Text.message(
              "the %s of the DLPack tensor are at 0x%x, which is no address of %d integers",
              what, list.address(), rank));
    }
    return list.reinterpret(8L * rank).toArray(JAVA_LONG);
  }

  /** The first element's address; a tensor without elements needs none. */
  private static long first(MemorySegment at, Shape shape) {
    if (shape.numel() == 0) {
      return 0;
    }
    long data = at.get(JAVA_LONG, 0);
    long offset = at.get(JAVA_LONG, OFFSET);
    if (data <= 0 || offset < 0 || data + offset < 0) {
      throw new IllegalArgumentException(
          Text.message(
              "the data of the DLPack tensor is at 0x%x, %s bytes on: there is no memory",
              data, Long.toUnsignedString(offset)));
    }
    return data + offset;
  }

  private static Device device(MemorySegment at) {
    int type = at.get(JAVA_INT, DEVICE);
    return switch (type) {
      case CPU, CUDA_HOST -> Device.CPU;
      case CUDA, CUDA_MANAGED -> Device.cuda(at.get(JAVA_INT, DEVICE + 4));
      default ->
          throw new IllegalArgumentException(
              Text.message(
                  "a DLPack tensor on device type %d cannot be filled;"
                      + " CPU (1), CUDA (2), CUDAHost (3) and CUDAManaged (13) can",
                  type));
    };
  }

  private static DType dtype(MemorySegment at) {
    byte code = at.get(JAVA_BYTE, TYPE);
    int bits = Byte.toUnsignedInt(at.get(JAVA_BYTE, TYPE + 1));
    int lanes = Short.toUnsignedInt(at.get(JAVA_SHORT, TYPE + 2));
    for (DType dtype : DType.values()) {
      if (code(dtype) == code && 8 * dtype.bytes() == bits && lanes == 1) {
        return dtype;
      }
    }
    throw new IllegalArgumentException(
        Text.message(
            "a DLPack tensor of type code %d, %d bits and %d lanes cannot be filled; floats and"
                + " whole numbers can, of one lane",
            code, bits, lanes));
  }
}
