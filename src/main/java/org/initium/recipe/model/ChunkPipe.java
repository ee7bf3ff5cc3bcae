// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.FillBatch;
import org.initium.InitiumException;
import org.initium.Shape;
import org.initium.Storage;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.recipe.plan.PlannedTensor;

/**
 * Two buffers on each device, in turn: one is filled while the bytes of the others are copied to
 * the host and go to the sink. A buffer holds as many chunks as there is room for, which are
 * filled, copied and waited for together: a small one alone would take its turn from a large one,
 * which then waits for the sink.
 */
final class ChunkPipe implements AutoCloseable {
  /** Chunks in one buffer begin at multiples of so many bytes. */
  static final long ALIGNMENT = 256;

  /** Chunks of a buffer at most, however small they are: what is known of each takes memory too. */
  private static final int MOST = 1 << 12;

  /** A chunk in a buffer: what the sink gets, after what the host does with it. */
  private record Chunk(PlannedTensor tensor, long offset, long place, long bytes, HostStep step) {}

  /** What the host computes of a chunk, in its bytes, once they are filled. */
  @FunctionalInterface
  interface HostStep {
    void run(MemorySegment bytes);

    default HostStep then(HostStep next) {
      return bytes -> {
        run(bytes);
        next.run(bytes);
      };
    }
  }

  /** A buffer on a device, its bytes on the host, and the work on them. */
  private static final class Slot implements AutoCloseable {
    private final Device device;
    private final Backend backend;
    private final Stream stream;
    private final Stream besideSink; // with a thread less on the host, for the sink
    private Storage storage;
    private Storage host; // the same where the host can read it
    private final FillBatch fills = new FillBatch();
    private final List<Chunk> chunks = new ArrayList<>();
    private long used;
    private Future<?> sent;

    Slot(Device device, int threads) {
      this.device = device;
      this.backend = Backend.of(device);
      this.stream = isHost() ? Stream.cpu(threads) : backend.newStream(device);
      int others = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
      this.besideSink = isHost() ? Stream.cpu(Math.min(threads, others)) : stream;
    }

    /** Has memory for a first chunk, or for several, whose gaps are copied with them. */
    void reserve(long bytes) {
      if (storage == null || storage.bytes() < bytes) {
        free();
        storage = backend.allocate(device, bytes);
        host = isHost() ? storage : backend.allocateHost(device, bytes);
        if (!isHost()) {
          Tensor all = Tensor.of(storage, Shape.of(bytes / DType.BF16.bytes()), DType.BF16);
          fills.add(all, new Fill.Constant(0), Generator.philox(0));
        }
      }
    }

    boolean isHost() {
      return device.equals(Device.CPU);
    }

    /** Where the next chunk begins. */
    long place() {
      return aligned(used);
    }

    /** Memory for the next chunk. */
    Tensor tensor(Shape shape, DType dtype) {
      return Tensor.of(storage, Shape.of(storage.bytes() / dtype.bytes()), dtype)
          .narrow(0, place() / dtype.bytes(), shape.numel())
          .reshape(shape.sizes());
    }

    void free() {
      List<Storage> buffers = new ArrayList<>();
      if (storage != null) {
        buffers.add(storage);
      }
      if (host != null && host != storage) {
        buffers.add(host);
      }
      storage = null;
      host = null;
      each(buffers, Storage::close);
    }

    /** The stream first, since its close waits for what still uses the buffers. */
    @Override
    public void close() {
      each(List.<Runnable>of(stream::close, this::free), Runnable::run);
    }
  }

  private final long bufferBytes;
  private final ChunkSink sink;
  private final BiConsumer<FillBatch, Stream> queue;
  private final List<Slot> slots = new ArrayList<>();
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "initium-sink");
            thread.setDaemon(true);
            return thread;
          });
  private int turn;
  private boolean sinkWaited = true; // as before the first chunk

  /**
   * Two buffers for each device.
   *
   * @param threads of the host that are at a fill at most
   * @param bufferBytes how much a buffer holds; more where one chunk is larger
   */
  ChunkPipe(List<Device> devices, int threads, long bufferBytes, ChunkSink sink) {
    this(devices, threads, bufferBytes, sink, FillBatch::queue);
  }

  /** The same, where the fills are queued by what is given: a test sees on which stream. */
  ChunkPipe(
      List<Device> devices,
      int threads,
      long bufferBytes,
      ChunkSink sink,
      BiConsumer<FillBatch, Stream> queue) {
    this.bufferBytes = bufferBytes;
    this.sink = sink;
    this.queue = queue;
    try {
      for (int i = 0; i < 2 * devices.size(); i++) {
        slots.add(new Slot(devices.get(i % devices.size()), threads));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The fills of the chunk that {@link #next} gave; queued at the latest by {@link #finish}. */
  FillBatch fills() {
    return slots.get(turn).fills;
  }

  /** The next chunk as a tensor, in memory that the sink is done with. */
  Tensor next(Shape shape, DType dtype) throws IOException {
    long bytes = shape.numel() * dtype.bytes();
    Slot slot = slots.get(turn);
    if (!slot.chunks.isEmpty() && bytes > slot.storage.bytes() - slot.place()) {
      flush();
      slot = slots.get(turn);
    }
    if (slot.chunks.isEmpty()) {
      await(slot);
      slot.reserve(aligned(Math.max(bytes, bufferBytes)));
    }
    return slot.tensor(shape, dtype);
  }

  private static long aligned(long bytes) {
    return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
  }

  /** Hands the chunk that {@link #next} gave to the sink, behind its fills. */
  void send(PlannedTensor tensor, long offset, long bytes, HostStep step) {
    Slot slot = slots.get(turn);
    slot.chunks.add(new Chunk(tensor, offset, slot.place(), bytes, step));
    slot.used = slot.place() + bytes;
    if (slot.chunks.size() == MOST) {
      flush();
    }
  }

  /**
   * Queues the fills of a buffer and the copy of its bytes, and turns to the next one. A sink that
   * is slower than the fills has a processor of the host for itself, else they would take turns on
   * it; one that had to wait for the last fill gets the next one sooner.
   */
  private void flush() {
    Slot slot = slots.get(turn);
    MemorySegment filled = slot.host.segment().asSlice(0, slot.used);
    List<Chunk> chunks = List.copyOf(slot.chunks);
    queue.accept(slot.fills, sinkWaited ? slot.stream : slot.besideSink);
    sinkWaited = slots.stream().allMatch(other -> other.sent == null || other.sent.isDone());
    if (!slot.isHost() && slot.used > 0) {
      slot.backend.copyToHost(slot.storage, 0, filled, slot.stream);
    }
    slot.chunks.clear();
    slot.used = 0;
    slot.sent =
        writer.submit(
            () -> {
              slot.stream.synchronize();
              for (Chunk chunk : chunks) {
                MemorySegment bytes = filled.asSlice(chunk.place, chunk.bytes);
                chunk.step.run(bytes);
                sink.accept(chunk.tensor, chunk.offset, bytes);
              }
              return null;
            });
    turn = (turn + 1) % slots.size();
  }

  /** Waits until the sink has taken everything. */
  void finish() throws IOException {
    if (!slots.get(turn).chunks.isEmpty()) {
      flush();
    }
    for (Slot slot : slots) {
      await(slot);
    }
  }

  private static void await(Slot slot) throws IOException {
    Future<?> sent = slot.sent;
    slot.sent = null;
    if (sent == null) {
      return;
    }
    try {
      sent.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException cause -> throw new IOException(cause.getMessage(), cause);
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw new InitiumException("the sink failed", e.getCause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InitiumException("interrupted while a chunk was written", e);
    }
  }

  @Override
  public void close() {
    writer.close(); // waits for the sink, whose buffers are freed next
    each(slots, Slot::close);
  }

  /** Does it with each, whatever happens with the others; what failed first is thrown. */
  private static <T> void each(List<T> things, Consumer<T> action) {
    RuntimeException failed = null;
    for (T thing : things) {
      try {
        action.accept(thing);
      } catch (RuntimeException e) {
        if (failed == null) {
          failed = e;
        } else {
          failed.addSuppressed(e);
        }
      }
    }
    if (failed != null) {
      throw failed;
    }
  }
}
