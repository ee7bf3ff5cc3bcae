// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.spi.StridedLayout;

/**
 * Writes to the host's memory. The whole's elements that the memory holds are seen as runs, each of
 * one length, that follow one another in the whole and are evenly spaced in memory.
 */
final class MemorySink implements ElementSink {
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
  public MemorySegment room(long at, long count, MemorySegment scratch) {
    long run = step == 1 ? firstRun(at) : runs;
    long start = run < runs ? place(run, layout.wholeStrides(), layout.wholeOffset()) : at + 1;
    if (start > at || at + count > start + length) {
      return scratch;
    }
    long place = place(run, layout.memoryStrides(), layout.memoryOffset()) + at - start;
    return memory.asSlice(place * dtype.bytes(), count * dtype.bytes());
  }

  /** Makes an element of the whole 0. */
  void zero(long at) {
    long run = firstRun(at);
    long skip = run < runs ? at - place(run, layout.wholeStrides(), layout.wholeOffset()) : -1;
    if (skip < 0) {
      return;
    }
    long place = place(run, layout.memoryStrides(), layout.memoryOffset()) + skip * step;
    dtype.set(memory, place, 0);
  }

  @Override
  public void put(long at, MemorySegment elements, int count) {
    for (long run = firstRun(at); run < runs; run++) {
      long start = place(run, layout.wholeStrides(), layout.wholeOffset());
      long low = Math.max(start, at);
      long high = Math.min(start + length, at + count);
      if (low >= high) {
        return;
      }
      long place = place(run, layout.memoryStrides(), layout.memoryOffset());
      write(place + (low - start) * step, elements, low - at, high - low);
    }
  }

  /** Writes n elements, from one on, to a place in memory and on. */
  private void write(long place, MemorySegment elements, long from, long n) {
    long bytes = dtype.bytes();
    if (step != 1) {
      for (long i = 0; i < n; i++) {
        MemorySegment.copy(elements, (from + i) * bytes, memory, (place + i * step) * bytes, bytes);
      }
    } else if (memory.address() + place * bytes != elements.address() + from * bytes) {
      MemorySegment.copy(elements, from * bytes, memory, place * bytes, n * bytes);
    }
  }
}
