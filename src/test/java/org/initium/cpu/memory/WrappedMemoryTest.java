// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.FillBatch;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory of someone else's is held and checked; the JVM is alive at the end. */
@Tag("slow")
class WrappedMemoryTest {
  private static final Init NORMAL = Init.normal(0, 1);

  static String refused(Class<? extends RuntimeException> type, Runnable call) {
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
}
