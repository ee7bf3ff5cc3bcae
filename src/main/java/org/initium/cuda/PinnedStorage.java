package org.initium.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.initium.Device;
import org.initium.Storage;

/** Page-locked memory of the host, which copies to and from a device reach without a detour. */
final class PinnedStorage implements Storage {
  private static final ConcurrentSkipListMap<Long, Long> RANGES = new ConcurrentSkipListMap<>();

  private final Arena arena = Arena.ofShared();
  private final MemorySegment segment;

  @SuppressWarnings("restricted") // the driver gave so many bytes
  PinnedStorage(Gpu gpu, long bytes) {
    if (bytes == 0) {
      this.segment = arena.allocate(0);
      return;
    }
    long address;
    try (Current _ = gpu.enter()) {
      address = gpu.driver().allocateHost(bytes);
    }
    RANGES.put(address, bytes);
    this.segment =
        MemorySegment.ofAddress(address).reinterpret(bytes, arena, freed -> free(gpu, address));
  }

  private static void free(Gpu gpu, long address) {
    RANGES.remove(address);
    try (Current _ = gpu.enterToGiveBack()) {
      gpu.driver().freeHost(address);
    }
  }

  /** Whether memory of the host is page-locked by us. */
  static boolean holds(MemorySegment memory) {
    if (!memory.isNative()) {
      return false;
    }
    Map.Entry<Long, Long> range = RANGES.floorEntry(memory.address());
    return range != null
        && memory.address() + memory.byteSize() <= range.getKey() + range.getValue();
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
    if (!arena.scope().isAlive()) {
      throw new IllegalStateException("the page-locked memory was closed");
    }
    return segment;
  }

  @Override
  public synchronized void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
