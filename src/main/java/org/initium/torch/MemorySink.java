package org.initium.torch;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.initium.DType;
import org.initium.spi.StridedLayout;

/**
 * Writes to the host's memory. The whole's elements that the memory holds are seen as runs, each of
 * one length, that follow one another in the whole and are evenly spaced in memory.
 */
final class MemorySink implements Sink {
  private final MemorySegment memory;
  private final DType dtype;
  private final StridedLayout layout;
  private final int outer; // dimensions that count the runs; the one after them, if any, is the run
  private final long runs;
  private final long length;
  private final long step;

  MemorySink(MemorySegment memory, DType dtype, StridedLayout layout) {
    this.memory = memory;
    this.dtype = dtype;
    this.layout = layout;
    int last = layout.rank() - 1;
    boolean run = layout.wholeStrides()[last] == 1;
    this.outer = run ? last : last + 1;
    this.length = run ? layout.sizes()[last] : 1;
    this.step = run ? layout.memoryStrides()[last] : 1;
    long count = 1;
    for (int d = 0; d < outer; d++) {
      count *= layout.sizes()[d];
    }
    this.runs = count;
  }

  @Override
  public boolean wants(long at, long count) {
    long run = firstRun(at);
    return run < runs && place(run, layout.wholeStrides(), layout.wholeOffset()) < at + count;
  }

  /** The first run that ends behind element {@code at} of the whole. */
  private long firstRun(long at) {
    long low = 0;
    long high = runs;
    while (low < high) {
      long middle = low + high >>> 1;
      if (place(middle, layout.wholeStrides(), layout.wholeOffset()) + length <= at) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Where a run starts. */
  private long place(long run, long[] strides, long offset) {
    long rest = run;
    long at = offset;
    for (int d = outer - 1; d >= 0; d--) {
      long size = layout.sizes()[d];
      at += rest % size * strides[d];
      rest /= size;
    }
    return at;
  }

  @Override
  public void put(long at, float[] values, int from, int count) {
    put(at, count, (place, skip, n) -> write(place, values, from + skip, n));
  }

  @Override
  public void put(long at, double[] values, int from, int count) {
    put(at, count, (place, skip, n) -> write(place, values, from + skip, n));
  }

  /** Makes an element of the whole 0. */
  void zero(long at) {
    long run = firstRun(at);
    long skip = run < runs ? at - place(run, layout.wholeStrides(), layout.wholeOffset()) : -1;
    if (skip < 0) {
      return;
    }
    long place = place(run, layout.memoryStrides(), layout.memoryOffset()) + skip * step;
    switch (dtype.bytes()) {
      case Short.BYTES -> memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, place * 2, (short) 0);
      case Integer.BYTES -> memory.set(ValueLayout.JAVA_INT_UNALIGNED, place * 4, 0);
      default -> memory.set(ValueLayout.JAVA_LONG_UNALIGNED, place * 8, 0);
    }
  }

  /** Writes n values, {@code skip} behind the first of a put, from a place in memory on. */
  private interface Piece {
    void write(long place, int skip, int n);
  }

  private void put(long at, int count, Piece piece) {
    for (long run = firstRun(at); run < runs; run++) {
      long start = place(run, layout.wholeStrides(), layout.wholeOffset());
      long low = Math.max(start, at);
      long high = Math.min(start + length, at + count);
      if (low >= high) {
        return;
      }
      long place = place(run, layout.memoryStrides(), layout.memoryOffset());
      piece.write(place + (low - start) * step, (int) (low - at), (int) (high - low));
    }
  }

  private void write(long place, float[] values, int from, int n) {
    if (dtype == DType.F32 && step == 1) {
      MemorySegment.copy(
          values, from, memory, ValueLayout.JAVA_FLOAT_UNALIGNED, place * Float.BYTES, n);
    } else if (step == 1) {
      writeHalves(place, values, from, n);
    } else {
      for (int i = 0; i < n; i++) {
        dtype.set(memory, place + i * step, values[from + i]);
      }
    }
  }

  /** A few at a time: memory that Java allocates anew costs more than the conversion. */
  private void writeHalves(long place, float[] values, int from, int n) {
    Halves halves = new Halves(Math.min(n, 256), dtype);
    for (int done = 0; done < n; done += halves.size()) {
      int count = Math.min(halves.size(), n - done);
      MemorySegment.copy(
          halves.of(values, from + done, count),
          0,
          memory,
          ValueLayout.JAVA_SHORT_UNALIGNED,
          (place + done) * Short.BYTES,
          count);
    }
  }

  private void write(long place, double[] values, int from, int n) {
    if (step == 1) {
      MemorySegment.copy(
          values, from, memory, ValueLayout.JAVA_DOUBLE_UNALIGNED, place * Double.BYTES, n);
    } else {
      for (int i = 0; i < n; i++) {
        dtype.set(memory, place + i * step, values[from + i]);
      }
    }
  }
}
