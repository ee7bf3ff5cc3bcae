// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.util.Locale;
import org.apache.spark.util.LongAccumulator;

/** Says every few seconds, on standard error, how many bytes tasks have told of. */
final class StageProgress implements AutoCloseable {
  private static final long EVERY_MILLIS = 5_000;

  private final Thread thread;

  StageProgress(String done, long all, LongAccumulator bytes) {
    this.thread = Thread.ofVirtual().start(() -> tell(done, all, bytes));
  }

  private static void tell(String done, long all, LongAccumulator bytes) {
    try {
      while (true) {
        Thread.sleep(EVERY_MILLIS);
        System.err.printf(
            Locale.ROOT, "%s %.2f of %.2f GB%n", done, bytes.value() / 1e9, all / 1e9);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the job has ended
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
