package org.initium.torch;

import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.spi.StridedLayout;

/** A whole tensor in one run of the host's memory, whose elements can be looked at again. */
final class Result implements Sink {
  private static final int CHUNK = 1 << 14;

  private final MemorySegment memory;
  private final Whole whole;
  private final MemorySink sink;

  Result(MemorySegment memory, Whole whole) {
    this.memory = memory;
    this.whole = whole;
    this.sink = new MemorySink(memory, whole.dtype(), StridedLayout.run(whole.numel()));
  }

  double get(long index) {
    return whole.dtype().get(memory, index);
  }

  /** Puts one element, which the dtype holds exactly. */
  void set(long index, double value) {
    whole.dtype().set(memory, index, value);
  }

  @Override
  public boolean wants(long at, long count) {
    return true;
  }

  @Override
  public void put(long at, float[] values, int from, int count) {
    sink.put(at, values, from, count);
  }

  @Override
  public void put(long at, double[] values, int from, int count) {
    sink.put(at, values, from, count);
  }

  /** Puts all elements in another sink. */
  void copyTo(Sink target) {
    for (long at = 0; at < whole.numel(); at += CHUNK) {
      int count = (int) Math.min(CHUNK, whole.numel() - at);
      if (!target.wants(at, count)) {
        continue;
      }
      if (whole.dtype() == DType.F64) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
          values[i] = get(at + i);
        }
        target.put(at, values, 0, count);
      } else {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
          values[i] = (float) get(at + i);
        }
        target.put(at, values, 0, count);
      }
    }
  }
}
