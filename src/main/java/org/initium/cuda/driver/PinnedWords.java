// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.driver;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Words of page-locked memory that the device writes and the host reads. */
public final class PinnedWords {
  private static final long PAGE = 4096;

  private final Driver driver;
  private final List<Long> pages = new ArrayList<>();
  private final ArrayDeque<Long> free = new ArrayDeque<>();

  public PinnedWords(Driver driver) {
    this.driver = driver;
  }

  /** The address of one; the device's context is current. */
  public synchronized long take() {
    if (free.isEmpty()) {
      long page = driver.allocateHost(PAGE);
      pages.add(page);
      for (long slot = page; slot < page + PAGE; slot += Long.BYTES) {
        free.add(slot);
      }
    }
    return free.pop();
  }

  public synchronized void put(long slot) {
    if (!pages.isEmpty()) { // else all were released meanwhile
      free.push(slot);
    }
  }

  @SuppressWarnings("restricted") // the driver gave so many bytes
  public long read(long slot) {
    return MemorySegment.ofAddress(slot).reinterpret(Long.BYTES).get(ValueLayout.JAVA_LONG, 0);
  }

  public synchronized void release() {
    free.clear();
    pages.forEach(driver::freeHost);
    pages.clear();
  }
}
