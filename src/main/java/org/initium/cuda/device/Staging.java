// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import org.initium.cuda.device.Leases.Lease;

/**
 * Copies between device memory and host memory that is not page-locked, by way of two page-locked
 * buffers: one is on the bus while the other is copied by the processor. The host's side of the
 * copy is done when the call returns.
 */
public final class Staging {
  private static final long CHUNK = 4 << 20;

  private final Gpu gpu;
  private final Leases<Long> buffers;

  Staging(Gpu gpu) {
    this.gpu = gpu;
    this.buffers = new Leases<>(gpu, true, gpu.driver()::freeHost);
  }

  public void toHost(long source, MemorySegment target, CudaStream stream) {
    long bytes = target.byteSize();
    long chunks = Math.ceilDiv(bytes, CHUNK);
    withTwo(
        stream,
        halves -> {
          for (long i = 0; i <= chunks; i++) {
            if (i < chunks) {
              Lease<Long> half = halves.get((int) (i & 1));
              long size = Math.min(CHUNK, bytes - i * CHUNK);
              gpu.driver().copyToHost(half.thing(), source + i * CHUNK, size, stream.handle());
              gpu.driver().record(half.event(), stream.handle());
            }
            if (i > 0) {
              Lease<Long> half = halves.get((int) (i - 1 & 1));
              long at = (i - 1) * CHUNK;
              long size = Math.min(CHUNK, bytes - at);
              gpu.driver().synchronizeEvent(half.event());
              MemorySegment.copy(memory(half, size), 0, target, at, size);
            }
          }
        });
  }

  public void fromHost(MemorySegment source, long target, CudaStream stream) {
    long bytes = source.byteSize();
    withTwo(
        stream,
        halves -> {
          for (long at = 0, i = 0; at < bytes; at += CHUNK, i++) {
            Lease<Long> half = halves.get((int) (i & 1));
            long size = Math.min(CHUNK, bytes - at);
            gpu.driver().synchronizeEvent(half.event());
            MemorySegment.copy(source, at, memory(half, size), 0, size);
            gpu.driver().copyFromHost(target + at, half.thing(), size, stream.handle());
            gpu.driver().record(half.event(), stream.handle());
          }
        });
  }

  private void withTwo(CudaStream stream, Consumer<List<Lease<Long>>> copy) {
    withOne(stream, one -> withOne(stream, other -> copy.accept(List.of(one, other))));
  }

  private void withOne(CudaStream stream, Consumer<Lease<Long>> copy) {
    buffers.use(stream, _ -> true, () -> gpu.driver().allocateHost(CHUNK), copy);
  }

  @SuppressWarnings("restricted") // the buffer has that size
  private static MemorySegment memory(Lease<Long> buffer, long bytes) {
    return MemorySegment.ofAddress(buffer.thing()).reinterpret(bytes);
  }

  /** Frees the buffers that are not in use. */
  void release() {
    buffers.release();
  }
}
