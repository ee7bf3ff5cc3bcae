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
import org.initium.cuda.driver.WorkMark;
import org.initium.text.Text;

/** Copies between the host and a device, by way of page-locked memory where theirs is not. */
final class HostCopy {
  private static final String NOT_PAGE_LOCKED = "its memory is not page-locked (allocateHost)";

  private HostCopy() {}

  /** Queues a copy; to memory that is not page-locked, it is done when the call returns. */
  static void toHost(Storage source, long offset, MemorySegment target, CudaStream stream) {
    MemorySegment host = OsThread.reachable(target);
    copy(
        source,
        offset,
        host,
        stream,
        (gpu, from, on) -> {
          on.state().outcomes().handTo(OsThread.caller(), source);
          WorkMark mark = on.state().mark();
          long bytes = host.byteSize();
          Runnable direct = () -> gpu.driver().copyToHost(host.address(), from, bytes, on.handle());
          if (!PinnedStorage.copied(host, mark, direct) && bytes > 0) {
            on.refuseCapture("a copy to the host", NOT_PAGE_LOCKED);
            gpu.staging().toHost(from, host, on);
          }
        });
  }

  /**
   * Queues a copy; memory that is not page-locked was read when the call returns, page-locked
   * memory must not change until the stream is done.
   */
  static void fromHost(MemorySegment source, Storage target, long offset, CudaStream stream) {
    MemorySegment host = OsThread.reachable(source);
    copy(
        target,
        offset,
        host,
        stream,
        (gpu, to, on) -> {
          WorkMark mark = on.state().mark();
          long bytes = host.byteSize();
          Runnable direct = () -> gpu.driver().copyFromHost(to, host.address(), bytes, on.handle());
          if (!PinnedStorage.copied(host, mark, direct) && bytes > 0) {
            on.refuseCapture("a copy from the host", NOT_PAGE_LOCKED);
            gpu.staging().fromHost(host, to, on);
          }
        });
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
