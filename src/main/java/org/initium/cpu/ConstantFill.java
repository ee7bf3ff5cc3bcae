package org.initium.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.initium.DType;
import org.initium.Tensor;
import org.initium.spi.StridedLayout;

/** Writes one value over memory without a gap. */
final class ConstantFill {
  /** Bytes that a thread takes at a time; an int can count them. */
  private static final long PIECE = Stage.BYTES;

  private ConstantFill() {}

  /**
   * Fills a tensor that is one run of memory.
   *
   * @param value one of the dtype's
   */
  static void fill(Tensor tensor, double value, Team team) {
    DType dtype = tensor.dtype();
    long bytes = tensor.shape().numel() * dtype.bytes();
    StridedLayout layout = tensor.layout();
    long start = tensor.storage().address() + layout.memoryOffset() * dtype.bytes();
    long eight = pattern(dtype, value);
    MemorySegment source = Stage.pays(tensor) ? Stage.own() : null;
    if (source != null) {
      write(source.address(), Stage.BYTES, eight);
    }
    team.share(
        bytes,
        PIECE,
        (from, to, block) -> {
          for (long at = from; at < to; at += PIECE) {
            int count = (int) Math.min(PIECE, to - at);
            if (source != null) {
              Stage.copy(source, count, start + at);
            } else {
              write(start + at, count, eight);
            }
          }
        });
  }

  /** The value as often as it fits in 8 bytes. */
  private static long pattern(DType dtype, double value) {
    MemorySegment eight = MemorySegment.ofArray(new long[1]);
    for (int i = 0; i < Long.BYTES / dtype.bytes(); i++) {
      dtype.set(eight, i, value);
    }
    return eight.get(ValueLayout.JAVA_LONG, 0);
  }

  private static void write(long address, int bytes, long eight) {
    if (eight == 0) {
      HostMemory.clear(address, bytes);
      return;
    }
    MemorySegment memory = Store.MEMORY.asSlice(address, bytes);
    int whole = bytes & -Long.BYTES;
    longs(memory, whole, eight);
    for (int at = whole; at < bytes; at++) {
      memory.set(ValueLayout.JAVA_BYTE, at, (byte) (eight >>> 8 * (at - whole)));
    }
  }

  /** C2 makes vector stores of the loop. */
  private static void longs(MemorySegment memory, int bytes, long eight) {
    for (int at = 0; at < bytes; at += Long.BYTES) {
      memory.set(ValueLayout.JAVA_LONG_UNALIGNED, at, eight);
    }
  }
}
