// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.backend;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.initium.Storage;
import org.initium.cuda.CudaException;
import org.initium.cuda.device.CudaStorage;
import org.initium.cuda.device.CudaStream;
import org.initium.cuda.device.Gpu;
import org.initium.cuda.device.Gpus;
import org.initium.cuda.device.PinnedStorage;
import org.initium.cuda.driver.OsThread;
import org.initium.text.Text;

/** Copies between the host and a device, by way of page-locked memory where theirs is not. */
final class HostCopy {
  private static final String NOT_PAGE_LOCKED = "its memory is not page-locked (allocateHost)";

  private HostCopy() {}

  /** Queues a copy; to memory that is not page-locked, it is done when the call returns. */
  static void toHost(Storage source, long offset, MemorySegment target, CudaStream stream) {
    MemorySegment host = OsThread.reachable(target);
    Copy copy =
        (gpu, from, on) -> {
          on.state().outcomes().handTo(OsThread.caller(), source);
          Runnable direct =
              () -> gpu.driver().copyToHost(host.address(), from, host.byteSize(), on.handle());
          if (!queued(host, on, "a copy to the host", direct)) {
            gpu.staging().toHost(from, host, on);
          }
        };
    copy(source, offset, host, stream, copy);
  }

  /**
   * Queues a copy; memory that is not page-locked was read when the call returns, page-locked
   * memory must not change until the stream is done.
   */
  static void fromHost(MemorySegment source, Storage target, long offset, CudaStream stream) {
    MemorySegment host = OsThread.reachable(source);
    Copy copy =
        (gpu, to, on) -> {
          Runnable direct =
              () -> gpu.driver().copyFromHost(to, host.address(), host.byteSize(), on.handle());
          if (!queued(host, on, "a copy from the host", direct)) {
            gpu.staging().fromHost(host, to, on);
          }
        };
    copy(target, offset, host, stream, copy);
  }

  /** Whether a copy needs no staging, and is queued; no graph captures one that does. */
  private static boolean queued(MemorySegment host, CudaStream on, String copy, Runnable direct) {
    if (PinnedStorage.copied(host, on.state().mark(), direct) || host.byteSize() == 0) {
      return true;
    }
    on.refuseCapture(copy, NOT_PAGE_LOCKED);
    return false;
  }

  /** Calls that queue a copy from or to an address of the device. */
  private interface Copy {
    void queue(Gpu gpu, long address, CudaStream stream);
  }

  private static void copy(
      Storage storage, long offset, MemorySegment host, CudaStream stream, Copy copy) {
    long bytes = host.byteSize();
    if (offset < 0 || bytes > storage.bytes() - offset) {
      throw new IllegalArgumentException(
          Text.message(
              "%d bytes from byte %d on are not inside a storage of %d",
              bytes, offset, storage.bytes()));
    }
    if (!stream.device().equals(storage.device())) {
      throw new IllegalArgumentException(
          Text.message("the stream is on %s, the memory on %s", stream.device(), storage.device()));
    }
    Gpu gpu = Gpus.of(storage.device());
    try {
      stream.enqueue(
          List.of((CudaStorage) storage),
          () -> {
            stream.isCaptured(); // throws if another stream is, and would be spoilt
            copy.queue(gpu, storage.address() + offset, stream);
          });
    } catch (CudaException e) {
      throw stream.state().explained(e);
    }
  }
}
