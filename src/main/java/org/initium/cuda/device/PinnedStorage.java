// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.initium.Device;
import org.initium.Storage;
import org.initium.cuda.driver.WorkMark;
import org.initium.spi.HeldMemory;

/**
 * Page-locked memory of the host, which copies to and from a device reach without a detour. They
 * may be under way when the call that queues them has returned, so it is freed behind the work of
 * each device that they were queued on.
 */
public final class PinnedStorage extends HeldMemory implements Storage {
  private static final ConcurrentSkipListMap<Long, PinnedStorage> ALL =
      new ConcurrentSkipListMap<>();

  private final Arena arena = Arena.ofShared();
  private final Set<WorkMark> users = ConcurrentHashMap.newKeySet();
  private final Gpu gpu;
  private final MemorySegment segment;

  @SuppressWarnings("restricted") // the driver gave so many bytes
  private PinnedStorage(Gpu gpu, long address, long bytes) {
    super(address, bytes, "the page-locked memory was closed");
    this.gpu = gpu;
    this.segment = MemorySegment.ofAddress(address).reinterpret(bytes, arena, _ -> free(address));
  }

  public static PinnedStorage allocate(Gpu gpu, long bytes) {
    if (bytes == 0) {
      return new PinnedStorage(gpu, 0, 0);
    }
    long address = gpu.call(() -> gpu.driver().allocateHost(bytes));
    PinnedStorage storage = new PinnedStorage(gpu, address, bytes);
    ALL.put(address, storage);
    return storage;
  }

  private void free(long address) {
    if (ALL.remove(address) == null) {
      return; // of no bytes
    }
    gpu.giveBack(
        () -> {
          users.forEach(WorkMark::synchronize);
          gpu.driver().freeHost(address);
        });
  }

  /**
   * Queues a copy from or to memory of the host if that is page-locked by us.
   *
   * @param by what is set behind the copy
   * @return whether it is
   */
  public static boolean copied(MemorySegment memory, WorkMark by, Runnable copy) {
    Map.Entry<Long, PinnedStorage> below =
        memory.isNative() ? ALL.floorEntry(memory.address()) : null;
    if (below == null
        || memory.address() + memory.byteSize() > below.getKey() + below.getValue().bytes()) {
      return false;
    }
    PinnedStorage storage = below.getValue();
    storage.during(
        () -> {
          by.joins(storage.users);
          copy.run();
        });
    return true;
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public boolean owned() {
    return true;
  }

  @Override
  public MemorySegment segment() {
    address(); // throws if closed
    return segment;
  }

  @Override
  public void close() {
    if (end()) {
      arena.close();
    }
  }
}
