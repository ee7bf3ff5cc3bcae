// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.memory;

import static org.initium.cpu.memory.WrappedMemoryTest.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.testing.DTypes;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Wraps with anything wrong, or nothing: what is refused, and what is filled, to the last byte. */
@Tag("slow")
class WrapFuzzTest {
  private static final Init NORMAL = Init.normal(0, 1);

  /** 10,000 wraps, good and bad: the values of the logical tensor, or one exception of one line. */
  @Test
  void goodAndBadWraps() {
    SplittableRandom random = new SplittableRandom(18_01);
    int[] outcomes = new int[2];
    for (int i = 0; i < 10_000; i++) {
      outcomes[new Wrap(random).run() ? 1 : 0]++;
    }
    assertTrue(outcomes[0] > 2000 && outcomes[1] > 2000, outcomes[0] + " were refused");
  }

  /** One wrap with what is wrong with it, if anything. */
  private static final class Wrap {
    private static final long SLACK = 16;

    private final DType dtype;
    private final Shape shape;
    private final long[] strides;
    private final boolean overlapping;

    /** Steps that are too short for the dimensions within them: nearly all overlap. */
    private final boolean tight;

    private final long bytes;
    private final int fault;
    private final int kind;

    Wrap(SplittableRandom random) {
      dtype = DTypes.FLOATS.get(random.nextInt(DTypes.FLOATS.size()));
      int rank = random.nextInt(4);
      shape = Shape.of(LongStream.generate(() -> random.nextLong(7)).limit(rank).toArray());
      strides = shape.columnMajorStrides();
      long step = 1;
      int[] order = random.ints(rank, 0, 100).toArray();
      boolean zero = random.nextInt(10) == 0;
      tight = random.nextInt(10) == 0;
      boolean[] done = new boolean[rank];
      for (int n = 0; n < rank; n++) {
        int least = -1;
        for (int d = 0; d < rank; d++) {
          if (!done[d] && (least < 0 || order[d] < order[least])) {
            least = d;
          }
        }
        done[least] = true;
        long wide = tight ? 1 + random.nextLong(step) : step * (1 + random.nextInt(2));
        strides[least] = zero && n == 0 ? 0 : wide;
        step = Math.max(1, strides[least] * Math.max(1, shape.size(least)));
      }
      Set<Long> places = new HashSet<>();
      long last = 0;
      for (long n = 0; n < shape.numel(); n++) {
        long at = place(n);
        last = Math.max(last, at);
        places.add(at);
      }
      overlapping = places.size() < shape.numel();
      bytes = shape.numel() == 0 ? 0 : (last + 1) * dtype.bytes();
      fault = random.nextInt(8);
      kind = random.nextInt(4);
    }

    /** Where the element with that index in row-major order is. */
    private long place(long n) {
      long rest = n;
      long at = 0;
      for (int d = strides.length - 1; d >= 0; d--) {
        at += rest % shape.size(d) * strides[d];
        rest /= shape.size(d);
      }
      return at;
    }

    /** Whether it was filled. */
    boolean run() {
      Arena arena =
          switch (kind) {
            case 0 -> Arena.ofConfined();
            case 1 -> Arena.ofShared();
            case 2 -> Arena.ofAuto();
            default -> Arena.global();
          };
      try {
        MemorySegment all = arena.allocate(bytes + 2 * SLACK, 8);
        all.fill((byte) 0x55);
        return fill(arena, all);
      } finally {
        if (kind < 2 && arena.scope().isAlive()) {
          arena.close();
        }
      }
    }

    private boolean fill(Arena arena, MemorySegment all) {
      long start = fault == 1 ? SLACK + 1 : SLACK; // the host reads elements anywhere
      MemorySegment good = all.asSlice(start, bytes);
      if (bytes > 0) {
        switch (fault) {
          case 0 -> {
            return refuse(good.asSlice(0, bytes - 1), "needs " + bytes);
          }
          case 2 -> {
            return refuse(good.asReadOnly(), "read-only");
          }
          case 3 -> {
            if (kind < 2) {
              Tensor tensor = Tensor.wrap(good, shape, strides, dtype);
              arena.close();
              refused(IllegalStateException.class, () -> tensor.fill(NORMAL, Generator.philox(1)));
              return false;
            }
          }
          default -> {}
        }
      }
      Tensor tensor = Tensor.wrap(good, shape, strides, dtype);
      if (overlapping) {
        refused(IllegalArgumentException.class, () -> tensor.fill(NORMAL, Generator.philox(1)));
        return false;
      }
      try {
        tensor.fill(NORMAL, Generator.philox(1));
      } catch (IllegalArgumentException e) {
        assertTrue(tight && e.getMessage().contains("may share memory"), e.getMessage());
        return false;
      }
      check(tensor, all, start);
      return true;
    }

    private boolean refuse(MemorySegment memory, String why) {
      String message =
          refused(IllegalArgumentException.class, () -> Tensor.wrap(memory, shape, strides, dtype));
      assertTrue(message.contains(why), message);
      return false;
    }

    /**
     * The elements are those of the same tensor in row-major order, and all between is as it was.
     */
    private void check(Tensor tensor, MemorySegment all, long start) {
      try (Tensor plain = Tensor.empty(shape, dtype)) {
        plain.fill(NORMAL, Generator.philox(1));
        byte[] expected = new byte[(int) all.byteSize()];
        Arrays.fill(expected, (byte) 0x55);
        MemorySegment image = MemorySegment.ofArray(expected);
        for (long n = 0; n < shape.numel(); n++) {
          long at = start + place(n) * dtype.bytes();
          MemorySegment.copy(plain.segment(), n * dtype.bytes(), image, at, dtype.bytes());
        }
        assertEquals(-1, image.mismatch(all), () -> tensor + " with other strides");
        assertEquals(0x55, all.get(ValueLayout.JAVA_BYTE, 0));
      }
    }
  }
}
