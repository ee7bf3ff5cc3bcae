package org.initium.torch;

import org.initium.DType;
import org.initium.random.TorchCpuGenerator;

/**
 * torch's draws on the CPU: one serial stream of words for all elements.
 *
 * @param threads how many may make values of the words
 */
record CpuDraws(TorchCpuGenerator host, int threads) implements Draws {
  private static final int BLOCK = 16;

  @Override
  public NumberArithmetic arithmetic() {
    return NumberArithmetic.CPU;
  }

  @Override
  public void uniform(Whole whole, double a, double b, Sink sink) {
    DType dtype = whole.dtype();
    long numel = whole.numel();
    if (dtype == DType.F64) {
      chunks(0, numel, numel, 2, sink, (s, count) -> DoubleDraws.uniform(s, count, a, b));
    } else {
      float low = (float) a;
      float high = (float) b;
      chunks(
          0, numel, numel, 1, sink, (s, count) -> FloatDraws.uniform(s, count, low, high, dtype));
    }
  }

  /**
   * In blocks of 16 where there are that many in one run of memory, one by one in binary64
   * otherwise. Where 16 does not divide the elements, the last 16 are drawn anew at the end.
   */
  @Override
  public void normal(Whole whole, double mean, double std, Sink sink) {
    long numel = whole.numel();
    if (numel < BLOCK || !whole.contiguous()) {
      oneByOne(whole, mean, std, sink);
      return;
    }
    int words = whole.dtype() == DType.F64 ? 2 : 1;
    Make make = normals(whole.dtype(), mean, std);
    int tail = (int) (numel % BLOCK);
    long kept = tail == 0 ? numel : numel - BLOCK;
    chunks(0, kept, numel - tail, words, sink, make);
    if (tail != 0) {
      if (!whole.dtype().isHalf()) {
        host.skip(words * tail); // drawn in place, and then drawn over
      }
      chunks(numel - BLOCK, numel, numel, words, sink, make);
    }
  }

  private static Make normals(DType dtype, double mean, double std) {
    if (dtype == DType.F64) {
      return (s, count) -> DoubleDraws.normal(s, count, mean, std);
    }
    float mean32 = (float) mean;
    float std32 = (float) std;
    return (s, count) -> FloatDraws.normal(s, count, mean32, std32, dtype);
  }

  private void oneByOne(Whole whole, double mean, double std, Sink sink) {
    DType dtype = whole.dtype();
    int size = (int) Math.min(Scratch.CHUNK, whole.numel());
    Scratch s = new Scratch(size, dtype);
    ScalarNormal normal = new ScalarNormal(host);
    for (long at = 0; at < whole.numel(); at += size) {
      int count = (int) Math.min(size, whole.numel() - at);
      for (int i = 0; i < count; i++) {
        double value = normal.next(mean, std);
        if (dtype == DType.F64) {
          s.doubles[i] = value;
        } else {
          s.floats[i] = (float) value;
        }
      }
      Rounding.round(s.floats, s.bits, count, dtype);
      put(sink, dtype, at, s, count);
    }
  }

  /** Makes values of a chunk's words. */
  private interface Make {
    void values(Scratch scratch, int count);
  }

  /**
   * Draws the elements from {@code first} to {@code end}, of which those before {@code kept} are
   * put.
   */
  private void chunks(long first, long kept, long end, int words, Sink sink, Make make) {
    DType dtype = words == 2 ? DType.F64 : DType.F32;
    int size = (int) Math.min(Scratch.CHUNK, end - first);
    try (Chunks chunks = new Chunks(end - first > size ? threads : 1, size, dtype)) {
      for (long start = first; start < end; start += size) {
        long at = start;
        int count = (int) Math.min(size, end - at);
        int of = (int) Math.min(count, kept - at);
        if (of <= 0 || !sink.wants(at, of)) {
          host.skip((long) words * count);
          continue;
        }
        Scratch scratch = chunks.scratch();
        host.nextInts(scratch.words, 0, words * count);
        chunks.work(
            scratch,
            s -> {
              make.values(s, count);
              put(sink, dtype, at, s, of);
            });
      }
    }
  }

  private static void put(Sink sink, DType dtype, long at, Scratch s, int count) {
    if (dtype == DType.F64) {
      sink.put(at, s.doubles, 0, count);
    } else {
      sink.put(at, s.floats, 0, count);
    }
  }
}
