package org.initium.recipe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
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

/**
 * Two chunk buffers on each device, in turn: one is filled while the bytes of the others are copied
 * to the host and go to the sink.
 */
final class ChunkPipe implements AutoCloseable {
  /** A buffer on a device, its bytes on the host, and the work on them. */
  private static final class Slot {
    private final Device device;
    private final Backend backend;
    private final Stream stream;
    private Storage storage;
    private Storage host; // the same where the host can read it
    private Future<?> sent;

    Slot(Device device) {
      this.device = device;
      this.backend = Backends.of(device);
      this.stream = backend.newStream(device);
    }

    void reserve(long bytes) {
      if (storage == null || storage.bytes() < bytes) {
        free();
        storage = backend.allocate(device, bytes);
        host = device.equals(Device.CPU) ? storage : backend.allocateHost(device, bytes);
      }
    }

    void free() {
      if (host != null && host != storage) {
        host.close();
      }
      if (storage != null) {
        storage.close();
      }
      host = null;
      storage = null;
    }
  }

  private final ChunkSink sink;
  private final List<Slot> slots = new ArrayList<>();
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "initium-sink");
            thread.setDaemon(true);
            return thread;
          });
  private int turn;

  ChunkPipe(List<Device> devices, ChunkSink sink) {
    this.sink = sink;
    try {
      for (int i = 0; i < 2 * devices.size(); i++) {
        slots.add(new Slot(devices.get(i % devices.size())));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Where the buffer that {@link #next} gave is filled. */
  Stream stream() {
    return slots.get(turn).stream;
  }

  /** The next buffer as a tensor, once the sink is done with it. */
  Tensor next(Shape shape, DType dtype) throws IOException {
    Slot slot = slots.get(turn);
    await(slot);
    slot.reserve(shape.numel() * dtype.bytes());
    return Tensor.of(slot.storage, shape, dtype);
  }

  /** Hands the buffer that {@link #next} gave to the sink, behind its fill. */
  void send(PlannedTensor tensor, long offset, long bytes) {
    Slot slot = slots.get(turn);
    MemorySegment filled = slot.host.segment().asSlice(0, bytes);
    if (slot.host != slot.storage && bytes > 0) {
      slot.backend.copyToHost(slot.storage, 0, filled, slot.stream);
    }
    slot.sent =
        writer.submit(
            () -> {
              slot.stream.synchronize();
              sink.accept(tensor, offset, filled);
              return null;
            });
    turn = (turn + 1) % slots.size();
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

  @Override
  public void close() {
    writer.close(); // waits for the sink, whose buffers are freed next
    for (Slot slot : slots) {
      slot.free();
      slot.stream.close();
    }
  }
}
