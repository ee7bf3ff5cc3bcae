// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.plot;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.io.Checkpoint;
import org.initium.text.Text;

/**
 * What the elements of a tensor look like. Values that are not finite are counted, and left out of
 * the rest.
 *
 * @param count of finite elements
 * @param mean of them
 * @param std sqrt(sum (x - mean)^2 / count)
 * @param min the least
 * @param max the greatest
 * @param zeros how many are 0
 * @param notFinite how many are NaN or infinite
 * @param bins how many are in each of as many equal intervals from min to max
 */
public record TensorStatistics(
    long count,
    double mean,
    double std,
    double min,
    double max,
    long zeros,
    long notFinite,
    long[] bins) {
  private static final int BLOCK = 4096;
  private static final long READ_BYTES = 1 << 22;

  /** Reads a tensor twice: for its range, then, scaled by it, for its moments and bins. */
  public static TensorStatistics of(Checkpoint checkpoint, Checkpoint.Entry entry, int binCount)
      throws IOException {
    Range range = new Range();
    forEachBlock(checkpoint, entry, range::add);
    Moments moments = new Moments(range, entry.tensor().shape().numel(), binCount);
    forEachBlock(checkpoint, entry, moments::add);
    boolean none = moments.count == 0;
    return new TensorStatistics(
        moments.count,
        none ? Double.NaN : Math.scalb(moments.mean, range.exponent()),
        none ? Double.NaN : Math.scalb(moments.std(), range.exponent()),
        range.min,
        range.max,
        range.zeros,
        range.notFinite,
        moments.bins);
  }

  private interface BlockConsumer {
    void accept(double[] values, int n);
  }

  private static void forEachBlock(
      Checkpoint checkpoint, Checkpoint.Entry entry, BlockConsumer consumer) throws IOException {
    DType dtype = entry.tensor().type().dtype().orElseThrow();
    long bytes = entry.tensor().bytes();
    double[] values = new double[(int) Math.min(BLOCK, bytes / dtype.bytes())];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(Math.min(READ_BYTES, Math.max(bytes, 1)), 64);
      for (long at = 0; at < bytes; at += READ_BYTES) {
        MemorySegment read = buffer.asSlice(0, Math.min(READ_BYTES, bytes - at));
        checkpoint.read(entry, at, read);
        long elements = read.byteSize() / dtype.bytes();
        for (long first = 0; first < elements; first += values.length) {
          int n = (int) Math.min(values.length, elements - first);
          for (int i = 0; i < n; i++) {
            values[i] = dtype.get(read, first + i);
          }
          consumer.accept(values, n);
        }
      }
    }
  }

  /** From where to where the finite values reach. */
  private static final class Range {
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;
    private long zeros;
    private long notFinite;

    void add(double[] values, int n) {
      for (int i = 0; i < n; i++) {
        double x = values[i];
        if (Double.isFinite(x)) {
          min = Math.min(min, x);
          max = Math.max(max, x);
          zeros += x == 0 ? 1 : 0;
        } else {
          notFinite++;
        }
      }
    }

    /** Of the power of two that brings all values to between -1 and 1. */
    int exponent() {
      double size = Math.max(Math.abs(min), Math.abs(max));
      return min > max || size == 0 ? 0 : Math.getExponent(size) + 1;
    }
  }

  /**
   * Moments of blocks, put together as Chan, Golub and LeVeque (1979) do, of values that are scaled
   * by a power of two: squares of 1e200 are beyond a double, those of 1e-200 are 0.
   */
  private static final class Moments {
    private final double[] scaled;
    private final double half;
    private final double otherHalf;
    private final double least;
    private final double binScale;
    private final long[] bins;
    private long count;
    private double mean;
    private double squares;

    Moments(Range range, long elements, int binCount) {
      scaled = new double[(int) Math.min(BLOCK, elements)];
      int exponent = range.exponent();
      half = Math.scalb(1.0, -exponent / 2); // 2^1074 is no double
      otherHalf = Math.scalb(1.0, -exponent - -exponent / 2);
      least = range.min * half * otherHalf;
      double width = range.max * half * otherHalf - least;
      binScale = width > 0 ? binCount / width : 0;
      bins = new long[binCount];
    }

    void add(double[] values, int n) {
      int finite = 0;
      double sum = 0;
      for (int i = 0; i < n; i++) {
        if (Double.isFinite(values[i])) {
          double x = values[i] * half * otherHalf;
          scaled[finite++] = x;
          sum += x;
          bins[(int) Math.min(bins.length - 1, (x - least) * binScale)]++;
        }
      }
      if (finite == 0) {
        return;
      }
      double blockMean = sum / finite;
      double blockSquares = 0;
      double rest = 0; // not 0 where the mean was rounded
      for (int i = 0; i < finite; i++) {
        double deviation = scaled[i] - blockMean;
        blockSquares += deviation * deviation;
        rest += deviation;
      }
      blockSquares -= rest * rest / finite;
      double delta = blockMean - mean;
      long total = count + finite;
      squares += blockSquares + delta * delta * count / total * finite;
      mean = count == 0 ? blockMean : mean + delta * finite / total;
      count = total;
    }

    double std() {
      return Math.sqrt(Math.max(squares, 0) / count);
    }
  }

  /** The bins as bars of eight heights, {@code ▁▂▄▆█▆▄▂▁}; an empty bin is a space. */
  public String sparkline(int width) {
    long[] bars = new long[width];
    for (int b = 0; b < bins.length; b++) {
      bars[(int) ((long) b * width / bins.length)] += bins[b];
    }
    long most = 1;
    for (long bar : bars) {
      most = Math.max(most, bar);
    }
    StringBuilder line = new StringBuilder();
    for (long bar : bars) {
      line.append(bar == 0 ? ' ' : (char) ('▁' + Math.min(7, 8 * bar / (most + 1))));
    }
    return line.toString();
  }

  /** Four significant digits. */
  public static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    double size = Math.abs(value);
    if (value == Math.rint(value) && size < 1e6) {
      return Long.toString((long) value);
    }
    return size >= 1e-3 && size < 1e5 ? Text.format("%.4g", value) : Text.format("%.2e", value);
  }
}
