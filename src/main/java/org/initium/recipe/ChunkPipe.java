package org.initium.recipe;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.initium.Backend;
import org.initium.Backends;
import org.initium.DType;
import org.initium.Device;
import org.initium.InitiumException;
import org.initium.Shape;
import org.initium.Storage;
import org.initium.Stream;
import org.initium.Tensor;

/** Two chunk buffers in turn: one is filled while the bytes of the other go to the sink. */
final class ChunkPipe implements AutoCloseable {
  /** A buffer on the device, its bytes on the host, and the sink's work on them. */
  private static final class Slot {
    private Storage storage;
    private Arena arena;
    private MemorySegment host;
    private Future<?> sent;
  }

  private final Device device;
  private final Backend backend;
  private final Stream stream;
  private final ChunkSink sink;
  private final Slot[] slots = {new Slot(), new Slot()};
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "initium-sink");
            thread.setDaemon(true);
            return thread;
          });
  private int turn;

  ChunkPipe(Device device, ChunkSink sink) {
    this.device = device;
    this.backend = Backends.of(device);
    this.stream = backend.newStream(device);
    this.sink = sink;
  }

  Stream stream() {
    return stream;
  }

  /** The next buffer as a tensor, once the sink is done with it. */
  Tensor next(Shape shape, DType dtype) throws IOException {
    Slot slot = slots[turn];
    await(slot);
    long bytes = shape.numel() * dtype.bytes();
    if (slot.storage == null || slot.storage.bytes() < bytes) {
      free(slot);
      slot.storage = backend.allocate(device, bytes);
      if (device.equals(Device.CPU)) {
        slot.host = slot.storage.segment();
      } else {
        slot.arena = Arena.ofShared();
        slot.host = slot.arena.allocate(bytes, 64);
      }
    }
    return Tensor.of(slot.storage, shape, dtype);
  }

  /** Hands the buffer that {@link #next} gave to the sink. */
  void send(PlannedTensor tensor, long offset, long bytes) {
    Slot slot = slots[turn];
    MemorySegment filled = slot.host.asSlice(0, bytes);
    if (slot.arena != null) {
      backend.copyToHost(slot.storage, 0, filled, stream);
    }
    stream.synchronize();
    slot.sent =
        writer.submit(
            () -> {
              sink.accept(tensor, offset, filled);
              return null;
            });
    turn = 1 - turn;
  }

  /** Waits until the sink has taken everything. */
  void finish() throws IOException {
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

  private static void free(Slot slot) {
    if (slot.storage != null) {
      slot.storage.close();
      slot.storage = null;
    }
    if (slot.arena != null) {
      slot.arena.close();
      slot.arena = null;
    }
  }

  @Override
  public void close() {
    writer.close(); // waits for the sink, whose buffers are freed next
    for (Slot slot : slots) {
      free(slot);
    }
    stream.close();
  }
}
