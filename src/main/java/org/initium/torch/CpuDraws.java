package org.initium.torch;

import org.initium.DType;
import org.initium.TorchCpuGenerator;

/** torch's draws on the CPU: one serial stream of words for all elements. */
record CpuDraws(TorchCpuGenerator host) implements Draws {
  private static final int CHUNK = 1 << 14;
  private static final int BLOCK = 16;

  @Override
  public NumberArithmetic arithmetic() {
    return NumberArithmetic.CPU;
  }

  @Override
  public void uniform(Whole whole, double a, double b, Sink sink) {
    if (whole.dtype() == DType.F64) {
      uniform64(whole.numel(), a, b, sink);
    } else {
      uniform32(whole, (float) a, (float) b, sink);
    }
  }

  private void uniform32(Whole whole, float a, float b, Sink sink) {
    DType dtype = whole.dtype();
    float low = Rounding.round(a, dtype);
    float high = Rounding.round(b, dtype);
    float range = b - a;
    int[] words = new int[CHUNK];
    float[] values = new float[CHUNK];
    for (long at = 0; at < whole.numel(); at += CHUNK) {
      int count = (int) Math.min(CHUNK, whole.numel() - at);
      host.nextInts(words, 0, count);
      if (sink.wants(at, count)) {
        for (int i = 0; i < count; i++) {
          values[i] = Math.fma(FloatBlocks.uniform(words[i]), range, a);
        }
        Rounding.round(values, count, dtype);
        for (int i = 0; i < count; i++) {
          values[i] = values[i] == high ? low : values[i];
        }
        sink.put(at, values, 0, count);
      }
    }
  }

  private void uniform64(long numel, double a, double b, Sink sink) {
    double range = b - a;
    double[] values = new double[CHUNK];
    for (long at = 0; at < numel; at += CHUNK) {
      int count = (int) Math.min(CHUNK, numel - at);
      uniforms(values, count);
      if (sink.wants(at, count)) {
        for (int i = 0; i < count; i++) {
          double value = Math.fma(values[i], range, a);
          values[i] = value == b ? a : value;
        }
        sink.put(at, values, 0, count);
      }
    }
  }

  private void uniforms(double[] values, int count) {
    int[] words = new int[2 * count];
    host.nextInts(words, 0, 2 * count);
    for (int i = 0; i < count; i++) {
      values[i] = DoubleNormals.uniform((long) words[2 * i] << 32 | words[2 * i + 1] & 0xffffffffL);
    }
  }

  /**
   * In blocks of 16 where there are that many in one run of memory, one by one in binary64
   * otherwise. Where 16 does not divide the elements, the last 16 are drawn anew at the end.
   */
  @Override
  public void normal(Whole whole, double mean, double std, Sink sink) {
    if (whole.numel() < BLOCK || !whole.contiguous()) {
      oneByOne(whole, mean, std, sink);
      return;
    }
    long tail = whole.numel() % BLOCK;
    long body = tail == 0 ? whole.numel() : whole.numel() - BLOCK;
    if (whole.dtype() == DType.F64) {
      blocks64(body, mean, std, sink);
      last64(whole.numel(), (int) tail, mean, std, sink);
    } else {
      blocks32(body, whole.dtype(), (float) mean, (float) std, sink);
      last32(whole, (int) tail, (float) mean, (float) std, sink);
    }
  }

  private void oneByOne(Whole whole, double mean, double std, Sink sink) {
    float[] single = new float[1];
    double[] wide = new double[1];
    for (long i = 0; i < whole.numel(); i++) {
      wide[0] = DoubleNormals.next(host, mean, std);
      if (whole.dtype() == DType.F64) {
        sink.put(i, wide, 0, 1);
      } else {
        single[0] = Rounding.round((float) wide[0], whole.dtype());
        sink.put(i, single, 0, 1);
      }
    }
  }

  /** The elements before {@code body}; the words of the block that it cuts are taken whole. */
  private void blocks32(long body, DType dtype, float mean, float std, Sink sink) {
    int[] words = new int[CHUNK];
    float[] values = new float[CHUNK];
    long rounded = body + BLOCK - 1 & -BLOCK;
    for (long at = 0; at < rounded; at += CHUNK) {
      int count = (int) Math.min(CHUNK, rounded - at);
      host.nextInts(words, 0, count);
      int kept = (int) Math.min(count, body - at);
      if (sink.wants(at, kept)) {
        for (int i = 0; i < count; i += BLOCK) {
          FloatBlocks.normal(words, values, i, mean, std);
        }
        Rounding.round(values, kept, dtype);
        sink.put(at, values, 0, kept);
      }
    }
  }

  private void last32(Whole whole, int tail, float mean, float std, Sink sink) {
    if (tail == 0) {
      return;
    }
    int[] words = new int[BLOCK];
    float[] values = new float[BLOCK];
    if (whole.dtype() == DType.F32) {
      host.nextInts(words, 0, tail); // binary32 is drawn in place: the tail's first words are lost
    }
    host.nextInts(words, 0, BLOCK);
    FloatBlocks.normal(words, values, 0, mean, std);
    Rounding.round(values, BLOCK, whole.dtype());
    sink.put(whole.numel() - BLOCK, values, 0, BLOCK);
  }

  private void blocks64(long body, double mean, double std, Sink sink) {
    double[] values = new double[CHUNK];
    long rounded = body + BLOCK - 1 & -BLOCK;
    for (long at = 0; at < rounded; at += CHUNK) {
      int count = (int) Math.min(CHUNK, rounded - at);
      uniforms(values, count);
      int kept = (int) Math.min(count, body - at);
      if (sink.wants(at, kept)) {
        for (int i = 0; i < count; i += BLOCK) {
          DoubleNormals.block(values, i, mean, std);
        }
        sink.put(at, values, 0, kept);
      }
    }
  }

  private void last64(long numel, int tail, double mean, double std, Sink sink) {
    if (tail == 0) {
      return;
    }
    double[] values = new double[BLOCK];
    uniforms(values, tail);
    uniforms(values, BLOCK);
    DoubleNormals.block(values, 0, mean, std);
    sink.put(numel - BLOCK, values, 0, BLOCK);
  }
}
