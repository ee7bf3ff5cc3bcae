// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.backend;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.ObjLongConsumer;
import org.initium.Storage;
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
    enqueue(
        source,
        offset,
        host.byteSize(),
        stream,
        (gpu, from) -> {
          stream.state().outcomes().handTo(OsThread.caller(), source);
          copy(
              "a copy to the host",
              host,
              stream,
              () -> gpu.driver().copyToHost(host.address(), from, host.byteSize(), stream.handle()),
              () -> gpu.staging().toHost(from, host, stream));
        });
  }

  /**
   * Queues a copy; memory that is not page-locked was read when the call returns, page-locked
   * memory must not change until the stream is done.
   */
  static void fromHost(MemorySegment source, Storage target, long offset, CudaStream stream) {
    MemorySegment host = OsThread.reachable(source);
    enqueue(
        target,
        offset,
        host.byteSize(),
        stream,
        (gpu, to) ->
            copy(
                "a copy from the host",
                host,
                stream,
                () ->
                    gpu.driver().copyFromHost(to, host.address(), host.byteSize(), stream.handle()),
                () -> gpu.staging().fromHost(host, to, stream)));
  }

  /** Copies without staging where that can be; no graph captures the other. */
  private static void copy(
      String what, MemorySegment host, CudaStream stream, Runnable direct, Runnable staged) {
    if (!PinnedStorage.copied(host, stream.state().mark(), direct) && host.byteSize() > 0) {
      stream.refuseCapture(what, NOT_PAGE_LOCKED);
      staged.run();
    }
  }

  /**
   * Queues a copy that is inside of the storage.
   *
   * @param copy queues it, from or to an address of the device
   */
  private static void enqueue(
      Storage storage, long offset, long bytes, CudaStream stream, ObjLongConsumer<Gpu> copy) {
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
    Runnable calls =
        () -> {
          stream.isCaptured(); // throws if another stream is, and would be spoilt
          copy.accept(gpu, storage.address() + offset);
        };
    stream.state().explaining(() -> stream.enqueue(List.of((CudaStorage) storage), calls));
  }
}
