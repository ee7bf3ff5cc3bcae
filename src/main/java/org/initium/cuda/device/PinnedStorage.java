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
import org.initium.spi.Holders;

/**
 * Page-locked memory of the host, which copies to and from a device reach without a detour. They
 * may be under way when the call that queues them has returned, so it is freed behind the work of
 * each device that they were queued on.
 */
public final class PinnedStorage implements Storage {
  private static final ConcurrentSkipListMap<Long, PinnedStorage> ALL =
      new ConcurrentSkipListMap<>();

  private final Arena arena = Arena.ofShared();
  private final Holders holders = new Holders("the page-locked memory was closed");
  private final Set<WorkMark> users = ConcurrentHashMap.newKeySet();
  private final Gpu gpu;
  private final MemorySegment segment;

  @SuppressWarnings("restricted") // the driver gave so many bytes
  public PinnedStorage(Gpu gpu, long bytes) {
    this.gpu = gpu;
    if (bytes == 0) {
      this.segment = arena.allocate(0);
      return;
    }
    long address = gpu.call(() -> gpu.driver().allocateHost(bytes));
    this.segment = MemorySegment.ofAddress(address).reinterpret(bytes, arena, _ -> free(address));
    ALL.put(address, this);
  }

  private void free(long address) {
    ALL.remove(address);
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
          if (storage.users.add(by)) {
            storage.users.removeIf(other -> other != by && other.isIdle());
          }
          copy.run();
        });
    return true;
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public long bytes() {
    return segment.byteSize();
  }

  @Override
  public long address() {
    return segment().address();
  }

  @Override
  public boolean owned() {
    return true;
  }

  @Override
  public MemorySegment segment() {
    holders.check();
    return segment;
  }

  @Override
  public void during(Runnable work) {
    holders.during(work);
  }

  @Override
  public void close() {
    if (holders.end()) {
      arena.close();
    }
  }
}
