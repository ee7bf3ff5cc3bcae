// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.FillBatch;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.testing.DTypes;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory of someone else's is held and checked; the JVM is alive at the end. */
@Tag("slow")
class WrappedMemoryTest {
  private static final Init NORMAL = Init.normal(0, 1);

  private static String refused(Class<? extends RuntimeException> type, Runnable call) {
    String message = assertThrows(type, call::run).getMessage();
    assertFalse(message.contains("\n"), message);
    return message;
  }

  @Test
  void memoryThatMayNotBeWritten(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("zeros");
    java.nio.file.Files.write(file, new byte[64]);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, 64, arena);
      MemorySegment buffer =
          MemorySegment.ofBuffer(ByteBuffer.allocateDirect(64).asReadOnlyBuffer());
      for (MemorySegment memory : List.of(mapped, buffer, arena.allocate(64).asReadOnly())) {
        assertEquals(
            "the segment is read-only; wrap memory that may be written"
                + " (a file mapped READ_WRITE or PRIVATE, a ByteBuffer that is not read-only)",
            refused(
                IllegalArgumentException.class,
                () -> Tensor.wrap(memory, Shape.of(16), DType.F32)));
      }
    }
  }

  @Test
  void aPrivateMappingIsFilled(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("zeros");
    java.nio.file.Files.write(file, new byte[64]);
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Arena arena = Arena.ofShared()) {
      Tensor tensor =
          Tensor.wrap(channel.map(MapMode.PRIVATE, 0, 64, arena), Shape.of(16), DType.F32);
      assertEquals(1, tensor.fill(Init.ones(), Generator.philox(1)).get(15));
    }
  }

  @Test
  void anArenaThatIsClosed() {
    Arena arena = Arena.ofConfined();
    MemorySegment memory = arena.allocate(64, 8);
    Tensor tensor = Tensor.wrap(memory, Shape.of(16), DType.F32);
    arena.close();
    String message =
        "the segment of 64 bytes that this tensor wraps was freed: its arena is closed;"
            + " keep the arena open as long as the tensor is used";
    PhiloxGenerator generator = Generator.philox(1);
    List<Runnable> uses =
        List.of(
            () -> tensor.fill(NORMAL, generator),
            () -> tensor.get(3),
            tensor::segment,
            tensor::toCpu,
            () -> tensor.narrow(0, 0, 4).fill(NORMAL, generator),
            () ->
                new FillBatch()
                    .add(tensor, NORMAL, generator)
                    .queue(Backend.of(Device.CPU).defaultStream(Device.CPU)),
            () -> Tensor.wrap(memory, Shape.of(16), DType.F32));
    for (Runnable use : uses) {
      assertEquals(message, refused(IllegalStateException.class, use));
    }
    assertEquals(0, generator.offset(), "nothing was drawn");
  }

  @Test
  void aConfinedArenaOfAnotherThread() throws InterruptedException {
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Tensor.wrap(arena.allocate(64, 8), Shape.of(16), DType.F32);
      AtomicReference<String> message = new AtomicReference<>();
      Thread other =
          Thread.ofPlatform()
              .name("other")
              .start(
                  () ->
                      message.set(
                          refused(
                              IllegalStateException.class,
                              () -> tensor.fill(NORMAL, Generator.philox(1)))));
      other.join();
      assertEquals(
          "the segment of 64 bytes that this tensor wraps belongs to a confined arena of another"
              + " thread than other; allocate it in Arena.ofShared() or use the tensor in that"
              + " thread",
          message.get());
    }
  }

  /** Of every generator: some share the work among threads, to which the arena is closed. */
  @Test
  void aConfinedArenaOfThisThread() {
    Shape shape = Shape.of(1000, 1001);
    for (String name : List.of("philox", "torch-cpu", "torch-cuda(gpu=A100)")) {
      Generator generator = Generator.parse(name, 7);
      try (Arena arena = Arena.ofConfined();
          Tensor own = Tensor.empty(shape, DType.F32)) {
        Tensor theirs = Tensor.wrap(arena.allocate(4 * shape.numel(), 4), shape, DType.F32);
        for (Init init :
            List.of(
                NORMAL,
                Init.uniform(0, 1),
                Init.truncNormal(0, 1, -2, 2),
                Init.sparse(0.5, 1),
                Init.eye(),
                Init.zeros())) {
          own.fill(init, generator.copy());
          theirs.fill(init, generator.copy());
          assertEquals(-1, own.segment().mismatch(theirs.segment()), init + " by " + name);
        }
      }
    }
  }

  /** Freed memory would be given to the arrays, whose elements would then not be 0. */
  @Test
  void memoryOfACollectorIsKept() {
    List<Tensor> tensors = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      MemorySegment memory =
          i % 2 == 0
              ? Arena.ofAuto().allocate(1 << 20, 8)
              : MemorySegment.ofBuffer(ByteBuffer.allocateDirect(1 << 20));
      tensors.add(Tensor.wrap(memory, Shape.of(1 << 17), DType.F64));
    }
    System.gc();
    List<MemorySegment> others = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      System.gc();
      others.add(Arena.ofAuto().allocate(1 << 20, 8));
      tensors.get(i).fill(NORMAL, Generator.philox(i));
    }
    for (MemorySegment other : others) {
      assertEquals(-1, other.mismatch(MemorySegment.ofArray(new byte[1 << 20])));
    }
  }

  /** What one thread fills, another closes; the fill is whole or says why not. */
  @Test
  void closedWhileItIsFilled() throws InterruptedException {
    SplittableRandom random = new SplittableRandom(20);
    int whole = 0;
    for (int i = 0; i < 60; i++) {
      Tensor tensor = Tensor.empty(Shape.of(2048, 1024), DType.F32);
      AtomicReference<RuntimeException> failure = new AtomicReference<>();
      Thread filler = filler(tensor, failure);
      Thread.sleep(Duration.ofNanos(random.nextInt(5_000_000)));
      tensor.close();
      filler.join();
      if (failure.get() == null) {
        whole++;
      } else {
        assertEquals("this tensor of 8388608 bytes was closed", failure.get().getMessage());
      }
    }
    assertTrue(whole > 0, "close came first each time");
  }

  @Test
  void anArenaThatIsClosedWhileItIsFilled() throws InterruptedException {
    int refused = 0;
    for (int i = 0; i < 60; i++) {
      Arena arena = Arena.ofShared();
      MemorySegment memory = arena.allocate(8 << 20, 64);
      Tensor tensor = Tensor.wrap(memory, Shape.of(2048, 1024), DType.F32);
      AtomicReference<RuntimeException> failure = new AtomicReference<>();
      Thread filler = filler(tensor, failure);
      boolean closed = false;
      while (!closed) {
        try {
          Thread.sleep(1);
          arena.close();
          closed = true;
        } catch (IllegalStateException e) {
          assertEquals("Session is acquired by 1 clients", e.getMessage());
          refused++;
        }
      }
      filler.join();
      if (failure.get() != null) {
        assertTrue(failure.get().getMessage().contains("its arena is closed"), failure::toString);
      }
    }
    assertTrue(refused > 0, "no close met a fill");
  }

  private static Thread filler(Tensor tensor, AtomicReference<RuntimeException> failure) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                tensor.fill(NORMAL, Generator.philox(1));
              } catch (IllegalStateException e) {
                failure.set(e);
              }
            });
  }

  @Test
  void whatAFillThrowsComesThroughTheHold() {
    try (Arena arena = Arena.ofShared()) {
      Tensor tensor = Tensor.wrap(arena.allocate(64, 8), Shape.of(16), DType.F32);
      Generator nowhere = Generator.parse("torch-cuda", 1);
      assertTrue(
          refused(IllegalArgumentException.class, () -> tensor.fill(NORMAL, nowhere))
              .contains("must name the GPU"));
    }
  }

  /** 10,000 wraps, good and bad: the values of the logical tensor, or one exception of one line. */
  @Test
  void fuzz() {
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
        java.util.Arrays.fill(expected, (byte) 0x55);
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
