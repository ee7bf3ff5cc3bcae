// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.console;

import java.util.function.LongConsumer;
import org.initium.text.Text;

/**
 * Tells how far a job of many bytes is, on standard error: a bar with GB/s and the time left on a
 * terminal; elsewhere, and on one that cannot move back in a line, a line every few seconds, none
 * for a job that ends before.
 */
public final class Progress implements LongConsumer, AutoCloseable {
  private static final long LINE_NANOS = 5_000_000_000L;
  private static final long BAR_NANOS = 100_000_000L;
  private static final int BAR_WIDTH = 24;
  private static final String BACK = "\r\u001b[K"; // to the line's begin, which is cleared

  private final String task;
  private final long total;
  private final long start = System.nanoTime();
  private final boolean isBar;
  private long done;
  private long last = start;

  public Progress(String task, long total) {
    this.task = task;
    this.total = total;
    this.isBar = isTerminal();
  }

  /** The launcher looks whether standard error is a terminal, which Java cannot. */
  static boolean isTerminal() {
    String term = System.getenv("TERM");
    return Boolean.getBoolean("initium.terminal") && term != null && !term.equals("dumb");
  }

  @Override
  public synchronized void accept(long bytes) {
    done += bytes;
    long now = System.nanoTime();
    if (now - last < (isBar ? BAR_NANOS : LINE_NANOS)) {
      return;
    }
    last = now;
    if (isBar) {
      System.err.print(BACK + line(task + " " + bar() + " "));
      System.err.flush();
    } else {
      System.err.println(line(task + ": "));
    }
  }

  private String bar() {
    int full = total == 0 ? BAR_WIDTH : (int) (BAR_WIDTH * ((double) done / total));
    return "[" + "#".repeat(full) + " ".repeat(BAR_WIDTH - full) + "]";
  }

  private String line(String before) {
    double rate = done / seconds();
    String left =
        done < total / 100 // which says nothing yet: the first chunk waits for the start
            ? ""
            : Text.format(", %s left", duration((total - done) / rate));
    return Text.format(
        "%s%s of %s, %s/s%s",
        before, ByteSize.format(done), ByteSize.format(total), ByteSize.format(rate), left);
  }

  /** Two or three digits and a unit: {@code 42 s}, {@code 12 min}, {@code 34 days}. */
  static String duration(double seconds) {
    if (seconds < 100) {
      return Text.format("%.0f s", seconds);
    }
    if (seconds < 100 * 60) {
      return Text.format("%.0f min", seconds / 60);
    }
    return seconds < 48 * 3600
        ? Text.format("%.0f h", seconds / 3600)
        : Text.format("%,.0f days", seconds / 86400);
  }

  /** Time since the start. */
  double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  /** {@code 0.93 s (0.54 GB/s)}. */
  public String summary() {
    return Text.format("%.2f s (%s/s)", seconds(), ByteSize.format(done / seconds()));
  }

  @Override
  public synchronized void close() {
    if (isBar && last != start) {
      System.err.print(BACK);
      System.err.flush();
    }
  }
}
