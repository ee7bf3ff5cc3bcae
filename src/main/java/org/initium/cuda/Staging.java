package org.initium.cuda;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Copies between device memory and host memory that is not page-locked, by way of two page-locked
 * buffers: one is on the bus while the other is copied by the processor. The host's side of the
 * copy is done when the call returns.
 */
final class Staging {
  private static final long CHUNK = 4 << 20;

  /** Two buffers, and an event behind the last copy of each. */
  private record Pair(long[] buffer, long[] event) {
    @SuppressWarnings("restricted") // the buffer has that size
    MemorySegment memory(int half, long bytes) {
      return MemorySegment.ofAddress(buffer[half]).reinterpret(bytes);
    }
  }

  private final Gpu gpu;
  private final ConcurrentLinkedDeque<Pair> idle = new ConcurrentLinkedDeque<>();

  Staging(Gpu gpu) {
    this.gpu = gpu;
  }

  void toHost(long source, MemorySegment target, long stream) {
    Driver driver = gpu.driver();
    Pair pair = take();
    try {
      long bytes = target.byteSize();
      long chunks = (bytes + CHUNK - 1) / CHUNK;
      for (long i = 0; i <= chunks; i++) {
        int half = (int) (i & 1);
        if (i < chunks) {
          long size = Math.min(CHUNK, bytes - i * CHUNK);
          driver.copyToHost(pair.buffer[half], source + i * CHUNK, size, stream);
          driver.record(pair.event[half], stream);
        }
        if (i > 0) {
          long at = (i - 1) * CHUNK;
          long size = Math.min(CHUNK, bytes - at);
          driver.synchronizeEvent(pair.event[1 - half]);
          MemorySegment.copy(pair.memory(1 - half, size), 0, target, at, size);
        }
      }
    } catch (RuntimeException e) { // the segment may have been closed
      discard(pair, stream);
      throw e;
    }
    idle.push(pair);
  }

  void fromHost(MemorySegment source, long target, long stream) {
    Driver driver = gpu.driver();
    Pair pair = take();
    try {
      long bytes = source.byteSize();
      for (long at = 0, i = 0; at < bytes; at += CHUNK, i++) {
        int half = (int) (i & 1);
        long size = Math.min(CHUNK, bytes - at);
        driver.synchronizeEvent(pair.event[half]);
        MemorySegment.copy(source, at, pair.memory(half, size), 0, size);
        driver.copyFromHost(target + at, pair.buffer[half], size, stream);
        driver.record(pair.event[half], stream);
      }
    } catch (RuntimeException e) { // the segment may have been closed
      discard(pair, stream);
      throw e;
    }
    idle.push(pair);
  }

  private Pair take() {
    Pair pair = idle.poll();
    return pair != null ? pair : make();
  }

  private Pair make() {
    Pair pair = new Pair(new long[2], new long[2]);
    try {
      for (int half = 0; half < 2; half++) {
        pair.buffer[half] = gpu.driver().allocateHost(CHUNK);
        pair.event[half] = gpu.driver().newEvent();
      }
    } catch (CudaException e) {
      free(pair);
      throw e;
    }
    return pair;
  }

  /** After a failure a copy may still be under way: waits for it, as far as that can be. */
  private void discard(Pair pair, long stream) {
    try {
      gpu.driver().synchronize(stream);
      free(pair);
    } catch (CudaException e) {
      // The failure that led here is the one to report.
    }
  }

  private void free(Pair pair) {
    for (int half = 0; half < 2; half++) {
      if (pair.event[half] != 0) {
        gpu.driver().destroyEvent(pair.event[half]);
      }
      if (pair.buffer[half] != 0) {
        gpu.driver().freeHost(pair.buffer[half]);
      }
    }
  }

  /** Frees the buffers that are not in use. */
  void release() {
    for (Pair pair = idle.poll(); pair != null; pair = idle.poll()) {
      for (long event : pair.event) {
        gpu.driver().twice(() -> gpu.driver().synchronizeEvent(event));
      }
      free(pair);
    }
  }
}
