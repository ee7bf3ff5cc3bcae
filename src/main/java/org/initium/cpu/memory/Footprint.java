// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.memory;

import org.initium.text.Unclosed;

/**
 * The bytes of the tensors that are open. The collector does not see them, and so would let those
 * that nobody closed pile up while its heap is nearly empty: it is asked to look when they have
 * doubled since it last did. What is closed in time makes it look a few times in a process's life.
 */
final class Footprint {
  private static final long FLOOR = 512L << 20;

  /** As long as something is freed within this time, more is waited for. */
  private static final long PATIENCE_MILLIS = 100;

  private static long open;

  /** Those that the collector left open when it last looked. */
  private static long seen;

  /** The collector's thread is at a message, and frees nothing meanwhile. */
  private static volatile boolean telling;

  private Footprint() {}

  static void opens(long bytes) {
    synchronized (Footprint.class) {
      open += bytes;
      if (open - seen <= Math.max(seen, FLOOR)) {
        return;
      }
      seen = open;
    }
    System.gc();
    awaitCleaner();
  }

  /** What the collector has found is freed by a thread that may be slower than who allocates. */
  private static synchronized void awaitCleaner() {
    long before;
    do {
      before = seen;
      try {
        Footprint.class.wait(PATIENCE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    } while (seen < before || telling);
  }

  /** Tells of a tensor that nobody closed; for the first of them Java gets its logger ready. */
  static void tell(long bytes) {
    telling = true;
    try {
      Unclosed.tell(
          CpuStorage.class,
          "a CPU tensor of "
              + bytes
              + " bytes was never closed; close it (try-with-resources) so that its memory is freed"
              + " in time");
    } finally {
      telling = false;
    }
  }

  /** Bytes are freed, by the collector if nobody closed them. */
  static synchronized void closes(long bytes, boolean byCollector) {
    open -= bytes;
    seen -= byCollector ? bytes : 0;
  }

  static synchronized long open() {
    return open;
  }
}
