package org.initium.torch;

import org.initium.DType;
import org.initium.Fill;
import org.initium.law.Normal32;
import org.initium.law.Normal64;
import org.initium.law.Philox;
import org.initium.law.Units;
import org.initium.random.GpuGeometry;
import org.initium.random.TorchCpuGenerator;
import org.initium.random.TorchCudaGenerator;

/**
 * torch's draws on a CUDA device. Every thread has a Philox stream of its own; block d of thread
 * t's gives elements {@code (d * width + c) * T + t} for c below width, of T threads: the four
 * words of a block are four floats or two doubles.
 */
record CudaDraws(TorchCudaGenerator generator, GpuGeometry gpu) implements Draws {
  private static final int CHUNK = 1 << 12;

  @Override
  public NumberArithmetic arithmetic() {
    return NumberArithmetic.CUDA;
  }

  @Override
  public TorchCpuGenerator host() {
    return generator.host();
  }

  @Override
  public void uniform(Whole whole, double a, double b, Sink sink) {
    DType dtype = whole.dtype();
    CudaUniform law = CudaUniform.of(new Fill.Uniform(a, b), dtype);
    if (dtype == DType.F64) {
      draw64(whole, sink, (words, values, count) -> uniform64(words, values, count, law));
    } else {
      draw32(whole, sink, (words, values, count) -> uniform32(words, values, count, law, dtype));
    }
  }

  @Override
  public void normal(Whole whole, double mean, double std, Sink sink) {
    if (whole.dtype() == DType.F64) {
      draw64(whole, sink, (words, values, count) -> normal64(words, values, count, mean, std));
    } else {
      Normal32 law = new Normal32((float) mean, (float) std);
      draw32(
          whole,
          sink,
          (words, values, count) -> normal32(words, values, count, law, whole.dtype()));
    }
  }

  private static void uniform32(
      int[][] words, float[][] values, int count, CudaUniform law, DType dtype) {
    float low = (float) law.low();
    float range = (float) law.range();
    float high = (float) law.high();
    for (int c = 0; c < 4; c++) {
      for (int i = 0; i < count; i++) {
        values[c][i] = Math.fma(Units.unit(words[c][i]), range, low);
      }
      Rounding.round(values[c], new int[count], count, dtype);
      for (int i = 0; i < count; i++) {
        values[c][i] = values[c][i] == high ? low : values[c][i];
      }
    }
  }

  private static void uniform64(int[][] words, double[][] values, int count, CudaUniform law) {
    for (int c = 0; c < 2; c++) {
      for (int i = 0; i < count; i++) {
        long bits = Units.bits53(words[2 * c][i], words[2 * c + 1][i]);
        double value = Math.fma(Units.unit(bits), law.range(), law.low());
        values[c][i] = value == law.high() ? law.low() : value;
      }
    }
  }

  private static void normal32(
      int[][] words, float[][] values, int count, Normal32 law, DType dtype) {
    for (int c = 0; c < 4; c += 2) {
      for (int i = 0; i < count; i++) {
        int x = words[c][i];
        int y = words[c + 1][i];
        values[c][i] = law.even(x, y);
        values[c + 1][i] = law.odd(x, y);
      }
      Rounding.round(values[c], new int[count], count, dtype);
      Rounding.round(values[c + 1], new int[count], count, dtype);
    }
  }

  private static void normal64(
      int[][] words, double[][] values, int count, double mean, double std) {
    Normal64 law = new Normal64(mean, std);
    for (int i = 0; i < count; i++) {
      long x = Units.bits53(words[0][i], words[1][i]);
      long y = Units.bits53(words[2][i], words[3][i]);
      values[0][i] = law.even(x, y);
      values[1][i] = law.odd(x, y);
    }
  }

  /** Makes values of the four words of each of some blocks. */
  private interface Transform<T> {
    void apply(int[][] words, T[] values, int count);
  }

  private void draw32(Whole whole, Sink sink, Transform<float[]> transform) {
    float[][] values = new float[4][CHUNK];
    draw(
        whole,
        4,
        sink,
        (words, count) -> transform.apply(words, values, count),
        (c, at, count) -> sink.put(at, values[c], 0, count));
  }

  private void draw64(Whole whole, Sink sink, Transform<double[]> transform) {
    double[][] values = new double[2][CHUNK];
    draw(
        whole,
        2,
        sink,
        (words, count) -> transform.apply(words, values, count),
        (c, at, count) -> sink.put(at, values[c], 0, count));
  }

  private interface Make {
    void values(int[][] words, int count);
  }

  private interface Put {
    void values(int c, long at, int count);
  }

  private void draw(Whole whole, int width, Sink sink, Make make, Put put) {
    int[][] words = new int[4][CHUNK];
    for (CudaLaunch launch : CudaLaunch.of(whole, gpu, generator)) {
      for (long draw = 0; draw * width * launch.threads() < launch.count(); draw++) {
        for (int thread = 0; thread < launch.threads(); thread += CHUNK) {
          long first = draw * width * launch.threads() + thread;
          int count = Math.min(CHUNK, launch.threads() - thread);
          if (!wanted(launch, width, first, count, sink)) {
            continue;
          }
          words(launch.offset() / 4 + draw, thread, count, words);
          make.values(words, count);
          for (int c = 0; c < width; c++) {
            long at = first + (long) c * launch.threads();
            int kept = (int) Math.min(count, launch.count() - at);
            if (kept > 0) {
              put.values(c, launch.start() + at, kept);
            }
          }
        }
      }
    }
  }

  private static boolean wanted(CudaLaunch launch, int width, long first, int count, Sink sink) {
    for (int c = 0; c < width; c++) {
      long at = first + (long) c * launch.threads();
      if (at < launch.count()
          && sink.wants(launch.start() + at, Math.min(count, launch.count() - at))) {
        return true;
      }
    }
    return false;
  }

  /** Block {@code block} of the streams of some threads, word by word. */
  private void words(long block, int thread, int count, int[][] words) {
    int[] four = new int[4];
    for (int i = 0; i < count; i++) {
      Philox.block((int) block, (int) (block >>> 32), thread + i, 0, generator.seed(), four, 0);
      for (int c = 0; c < 4; c++) {
        words[c][i] = four[c];
      }
    }
  }
}
