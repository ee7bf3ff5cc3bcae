// SPDX-License-Identifier: Apache-2.0
package org.initium.fuzz;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.dlpack.BorrowedTensor;
import org.initium.dlpack.DLPack;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * DLPack's structs with wild fields, versioned and legacy. What nobody can check is not made: an
 * address that is neither 0 nor our memory's, or lists shorter than the rank that is allowed. What
 * is borrowed has the struct's sizes, and is filled where all of it is in our memory; the bytes
 * beside its elements stay. Whatever happens, the deleter is called once, but of a struct at no
 * address of one.
 */
@SuppressWarnings("restricted") // we are the lender
@Tag("slow")
class DLPackFuzzTest {
  private static final int BYTES = 4096;
  private static final int LIST = Shape.MOST_DIMENSIONS;
  private static final byte UNTOUCHED = 0x5a;
  private static final AtomicInteger DELETED = new AtomicInteger();

  private static final List<Long> WILD =
      List.of(-1L, 1L << 31, 1L << 40, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, -8L, 1L << 33);

  private final Fuzz fuzz = new Fuzz(9);

  static void delete(MemorySegment struct) {
    DELETED.incrementAndGet();
  }

  private static MemorySegment deleter() {
    try {
      MethodType type = MethodType.methodType(void.class, MemorySegment.class);
      return Linker.nativeLinker()
          .upcallStub(
              MethodHandles.lookup().findStatic(DLPackFuzzTest.class, "delete", type),
              FunctionDescriptor.ofVoid(ADDRESS),
              Arena.global());
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  /** A struct's fields; an address of a list is where it begins, or 0. */
  private record Fields(
      boolean versioned,
      int shift,
      int major,
      long flags,
      long data,
      int device,
      int index,
      int rank,
      int code,
      int bits,
      int lanes,
      long sizesAt,
      long[] sizes,
      long stridesAt,
      long[] strides,
      long offset,
      boolean deleter) {
    @Override
    public String toString() {
      return "versioned %s shift %d major %d flags %d data %d device %d:%d rank %d type %d:%d:%d sizes %d %s strides %d %s offset %d deleter %s"
          .formatted(
              versioned,
              shift,
              major,
              flags,
              data,
              device,
              index,
              rank,
              code,
              bits,
              lanes,
              sizesAt,
              Arrays.toString(sizes),
              stridesAt,
              Arrays.toString(strides),
              offset,
              deleter);
    }
  }

  private boolean rarely() {
    return fuzz.below(12) == 0;
  }

  private int anInt() {
    return (int) (long) fuzz.one(WILD) + fuzz.below(9) - 4;
  }

  private long aLong() {
    return fuzz.one(WILD) + fuzz.below(17) - 8;
  }

  /** Sizes and strides of most kinds: row-major, another order, gaps, repeated, wild. */
  private Fields next(MemorySegment memory, MemorySegment lists) {
    int rank = rarely() ? fuzz.below(2 * LIST) - 8 : fuzz.below(5);
    long[] sizes = new long[LIST];
    long[] strides = new long[LIST];
    long step = 1;
    boolean forwards = fuzz.below(2) == 0;
    for (int i = 0; i < LIST; i++) {
      int d = forwards || rank < 1 || rank > LIST || i >= rank ? i : rank - 1 - i;
      sizes[d] = fuzz.below(40) == 0 ? aLong() : i < 5 ? fuzz.below(6) : 1;
      strides[d] = fuzz.below(40) == 0 ? aLong() : fuzz.below(20) == 0 ? fuzz.below(8) : step;
      step *= Math.max(1, sizes[d]) + (fuzz.below(8) == 0 ? 1 : 0);
    }
    int bytes = fuzz.one(List.of(1, 2, 4, 8));
    long where = fuzz.below(4) == 0 ? BYTES / 2 + fuzz.below(64) : BYTES / 2;
    return new Fields(
        fuzz.below(2) == 0,
        rarely() ? fuzz.below(8) : 0,
        rarely() ? anInt() : 1,
        rarely() ? aLong() : 0,
        rarely() ? 0 : memory.address() + where,
        rarely() ? fuzz.one(List.of(2, 13, 3, 0, 10, anInt())) : 1,
        rarely() ? anInt() : 0,
        rarely() && fuzz.below(3) == 0 ? anInt() : rank,
        rarely()
            ? fuzz.below(256)
            : fuzz.one(bytes == 1 ? List.of(0, 1, 6, 10, 12) : List.of(0, 2, 2, 4)),
        rarely() ? fuzz.below(256) : 8 * bytes,
        rarely() ? anInt() : 1,
        rarely() ? fuzz.below(2) * (lists.address() + fuzz.below(8)) : lists.address(),
        sizes,
        fuzz.below(4) == 0 ? 0 : lists.address() + 8L * LIST + (rarely() ? fuzz.below(8) : 0),
        strides,
        rarely() ? aLong() : rarely() ? fuzz.below(33) - 16 : 0,
        !rarely());
  }

  private static void write(Fields f, MemorySegment struct, MemorySegment lists, long deleter) {
    struct.fill((byte) 0);
    MemorySegment.copy(f.sizes, 0, lists, JAVA_LONG, 0, LIST);
    MemorySegment.copy(f.strides, 0, lists, JAVA_LONG, 8L * LIST, LIST);
    MemorySegment s = struct.asSlice(f.shift);
    if (f.versioned) {
      s.set(JAVA_INT_UNALIGNED, 0, f.major);
      s.set(JAVA_LONG_UNALIGNED, 24, f.flags);
    }
    s.set(JAVA_LONG_UNALIGNED, f.versioned ? 16 : 56, f.deleter ? deleter : 0);
    MemorySegment t = s.asSlice(f.versioned ? 32 : 0);
    t.set(JAVA_LONG_UNALIGNED, 0, f.data);
    t.set(JAVA_INT_UNALIGNED, 8, f.device);
    t.set(JAVA_INT_UNALIGNED, 12, f.index);
    t.set(JAVA_INT_UNALIGNED, 16, f.rank);
    t.set(JAVA_BYTE, 20, (byte) f.code);
    t.set(JAVA_BYTE, 21, (byte) f.bits);
    t.set(JAVA_SHORT_UNALIGNED, 22, (short) f.lanes);
    t.set(JAVA_LONG_UNALIGNED, 24, f.sizesAt);
    t.set(JAVA_LONG_UNALIGNED, 32, f.stridesAt);
    t.set(JAVA_LONG_UNALIGNED, 40, f.offset);
  }

  @Test
  void structs() throws IOException {
    MemorySegment deleter = deleter();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(BYTES, 64);
      MemorySegment struct = arena.allocate(96, 16);
      MemorySegment lists = arena.allocate(8L * 2 * LIST + 16, 16);
      Fuzzer.run(
          "DLPack structs",
          () -> next(memory, lists),
          fields -> {
            write(fields, struct, lists, deleter.address());
            memory.fill(UNTOUCHED);
            int before = DELETED.get();
            try {
              borrow(fields, struct.address() + fields.shift, memory);
            } finally {
              assertEquals(
                  fields.deleter && fields.shift == 0 ? 1 : 0,
                  DELETED.get() - before,
                  () -> "deleted; " + fields);
            }
          });
    }
  }

  private static void borrow(Fields fields, long address, MemorySegment memory) {
    try (BorrowedTensor borrowed =
        fields.versioned ? DLPack.borrow(address) : DLPack.borrowLegacy(address)) {
      Tensor tensor = borrowed.tensor();
      long[] sizes = Arrays.copyOf(fields.sizes, fields.rank);
      assertArrayEquals(sizes, tensor.shape().sizes());
      long[] strides =
          fields.stridesAt == 0
              ? tensor.shape().rowMajorStrides()
              : Arrays.copyOf(fields.strides, fields.rank);
      BigInteger first =
          BigInteger.valueOf(fields.data)
              .subtract(BigInteger.valueOf(memory.address()))
              .add(BigInteger.valueOf(fields.offset));
      int bytes = tensor.dtype().bytes();
      BigInteger end = first.add(BigInteger.valueOf(bytes));
      for (int d = 0; d < sizes.length; d++) {
        end =
            end.add(
                BigInteger.valueOf(sizes[d] - 1)
                    .multiply(BigInteger.valueOf(strides[d]))
                    .multiply(BigInteger.valueOf(bytes)));
      }
      boolean isOurs = first.signum() >= 0 && end.compareTo(BigInteger.valueOf(BYTES)) <= 0;
      if (tensor.shape().numel() > 0 && !isOurs) {
        return; // the lender's word for memory that is not there
      }
      // may refuse elements that share memory
      tensor.fill(Init.ones(), Generator.philox(1));
      boolean[] touched = touched(sizes, strides, first.longValue(), bytes);
      for (int i = 0; i < BYTES; i++) {
        if (!touched[i]) {
          assertEquals(UNTOUCHED, memory.get(JAVA_BYTE, i), "beside its elements: byte " + i);
        }
      }
      for (long[] index = new long[sizes.length]; tensor.shape().numel() > 0; ) {
        assertEquals(1, tensor.get(index), () -> Arrays.toString(index) + " of " + tensor);
        if (!step(index, sizes)) {
          break;
        }
      }
    }
  }

  private static boolean[] touched(long[] sizes, long[] strides, long first, int bytes) {
    boolean[] touched = new boolean[BYTES];
    for (long size : sizes) {
      if (size == 0) {
        return touched;
      }
    }
    long[] index = new long[sizes.length];
    do {
      long at = first;
      for (int d = 0; d < sizes.length; d++) {
        at += index[d] * strides[d] * bytes;
      }
      Arrays.fill(touched, (int) at, (int) at + bytes, true);
    } while (step(index, sizes));
    return touched;
  }

  private static boolean step(long[] index, long[] sizes) {
    for (int d = sizes.length - 1; d >= 0; d--) {
      if (++index[d] < sizes[d]) {
        return true;
      }
      index[d] = 0;
    }
    return false;
  }
}
