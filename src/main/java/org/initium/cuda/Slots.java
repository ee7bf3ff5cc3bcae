package org.initium.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Words of page-locked memory that the device writes and the host reads. */
final class Slots {
  private static final long PAGE = 4096;

  private final Gpu gpu;
  private final List<Long> pages = new ArrayList<>();
  private final ArrayDeque<Long> free = new ArrayDeque<>();

  Slots(Gpu gpu) {
    this.gpu = gpu;
  }

  /** The address of one; the device's context is current. */
  synchronized long take() {
    if (free.isEmpty()) {
      long page = gpu.driver().allocateHost(PAGE);
      pages.add(page);
      for (long slot = page; slot < page + PAGE; slot += Long.BYTES) {
        free.add(slot);
      }
    }
    return free.pop();
  }

  synchronized void put(long slot) {
    if (!pages.isEmpty()) { // else all were released meanwhile
      free.push(slot);
    }
  }

  @SuppressWarnings("restricted") // the driver gave so many bytes
  long read(long slot) {
    return MemorySegment.ofAddress(slot).reinterpret(Long.BYTES).get(ValueLayout.JAVA_LONG, 0);
  }

  synchronized void release() {
    free.clear();
    pages.forEach(gpu.driver()::freeHost);
    pages.clear();
  }
}
