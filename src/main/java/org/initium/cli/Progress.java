package org.initium.cli;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import java.util.function.LongConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.initium.text.Text;

/**
 * Tells how far a job of many bytes is, on standard error: a bar with GB/s and the time left on a
 * terminal; elsewhere a line every few seconds, none for a job that ends before.
 */
final class Progress implements LongConsumer, AutoCloseable {
  private static final long LINE_NANOS = 5_000_000_000L;

  private final String task;
  private final long total;
  private final long start = System.nanoTime();
  private final ProgressBar bar;
  private long done;
  private long lastLine = start;

  Progress(String task, long total) {
    this.task = task;
    this.total = total;
    this.bar = isTerminal() && total > 0 ? bar(task, total) : null;
  }

  /** The launcher looks whether standard error is a terminal, which Java cannot. */
  static boolean isTerminal() {
    return Boolean.getBoolean("initium.terminal");
  }

  private static ProgressBar bar(String task, long total) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(total)
        .setUnit(" GB", 1_000_000_000)
        .showSpeed(new DecimalFormat("0.00 GB/s", DecimalFormatSymbols.getInstance(Locale.ROOT)))
        .setStyle(ProgressBarStyle.UNICODE_BLOCK)
        .setUpdateIntervalMillis(100)
        .clearDisplayOnFinish()
        .build();
  }

  @Override
  public synchronized void accept(long bytes) {
    done += bytes;
    if (bar != null) {
      bar.stepBy(bytes);
      return;
    }
    long now = System.nanoTime();
    if (now - lastLine >= LINE_NANOS) {
      lastLine = now;
      double rate = done / seconds();
      System.err.printf(
          Locale.ROOT,
          "%s: %s of %s, %s/s, %.0f s left%n",
          task,
          ByteSize.format(done),
          ByteSize.format(total),
          ByteSize.format(rate),
          (total - done) / rate);
    }
  }

  /** Time since the start. */
  double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  /** {@code 0.93 s (0.54 GB/s)}. */
  String summary() {
    return Text.format("%.2f s (%s/s)", seconds(), ByteSize.format(done / seconds()));
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
