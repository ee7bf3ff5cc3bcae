// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import java.lang.foreign.MemorySegment;
import java.util.function.DoubleSupplier;
import org.initium.DType;
import org.initium.random.TorchCpuGenerator;
import org.initium.random.TorchVersion;
import org.initium.torch.kernel.CpuNumbers;
import org.initium.torch.kernel.DoubleDraws;
import org.initium.torch.kernel.DrawnTensor;
import org.initium.torch.kernel.HalfUlp;
import org.initium.torch.kernel.OlderDraws;
import org.initium.torch.kernel.TorchKernels;
import org.initium.torch.kernel.TorchLaw;

/** torch's draws on the CPU: one serial stream of words for all elements. */
record CpuDraws(TorchCpuGenerator host, TorchKernels kernels, Workers workers)
    implements TorchDraws {
  private static final int BLOCK = 16;

  @Override
  public void uniform(DrawnTensor whole, double a, double b, ElementSink sink) {
    long numel = whole.numel();
    new Chunks(new CpuNumbers(TorchLaw.UNIFORM, whole.dtype(), a, b), numel, numel, sink).from(0);
  }

  /**
   * In blocks of 16 where there are that many in one run of memory, one by one in binary64
   * otherwise. Where 16 does not divide the elements, the last 16 are drawn anew at the end.
   */
  @Override
  public void normal(DrawnTensor whole, double mean, double std, ElementSink sink) {
    DType dtype = whole.dtype();
    long numel = whole.numel();
    if (numel < BLOCK || !whole.contiguous()) {
      oneByOne(whole, () -> Math.fma(nextNormal(), std, mean), sink);
      return;
    }
    int tail = (int) (numel % BLOCK);
    long kept = tail == 0 ? numel : numel - BLOCK;
    CpuNumbers numbers = new CpuNumbers(TorchLaw.NORMAL, dtype, mean, std);
    new Chunks(numbers, kept, numel - tail, sink).from(0);
    if (tail != 0) {
      if (dtype == dtype.computedIn() || isOlder() && OlderDraws.isNarrow(dtype)) {
        host.advance(numbers.words(tail)); // drawn in place, and then drawn over
      }
      new Chunks(numbers, numel, numel, sink).from(numel - BLOCK);
    }
  }

  /**
   * One standard normal in binary64, whatever the type of the tensor: half of a pair, whose other
   * half stays in the generator for the next.
   */
  private double nextNormal() {
    double cached = host.engine().takeNormal();
    if (cached == cached) {
      return cached;
    }
    double angle = DoubleDraws.angle(host.engine().nextLong());
    double radius = DoubleDraws.radius(host.engine().nextLong());
    host.engine().cacheNormal(radius * HalfUlp.sin(angle));
    return radius * HalfUlp.cos(angle);
  }

  private boolean isOlder() {
    return host.version() == TorchVersion.UP_TO_2_10;
  }

  @Override
  public void oneByOne(DrawnTensor whole, DoubleDraws.Law law, ElementSink sink) {
    oneByOne(whole, () -> law.element().applyAsDouble(host.engine().nextLong()), sink);
  }

  private static void oneByOne(DrawnTensor whole, DoubleSupplier next, ElementSink sink) {
    DType dtype = whole.dtype();
    try (DrawBuffer chunk = DrawBuffer.take()) {
      for (long at = 0; at < whole.numel(); at += DrawBuffer.SIZE) {
        int count = (int) Math.min(DrawBuffer.SIZE, whole.numel() - at);
        for (int i = 0; i < count; i++) {
          double value = next.getAsDouble();
          dtype.set(chunk.elements(), i, dtype.isWide() ? value : (float) value);
        }
        sink.put(at, chunk.elements(), count);
      }
    }
  }

  /** The elements before {@code end}, of which those before {@code kept} are put. */
  private final class Chunks {
    private final CpuNumbers numbers;
    private final long kept;
    private final long end;
    private final ElementSink sink;
    private long next;

    Chunks(CpuNumbers numbers, long kept, long end, ElementSink sink) {
      this.numbers = numbers;
      this.kept = kept;
      this.end = end;
      this.sink = sink;
    }

    /** Threads take turns at the words, and make elements of them while others are at it. */
    void from(long first) {
      next = first;
      workers.share(
          Math.ceilDiv(end - first, DrawBuffer.SIZE),
          (from, to) -> {
            try (DrawBuffer chunk = DrawBuffer.take()) {
              for (long i = from; i < to; i++) {
                long at = words(chunk.words());
                if (at == end) {
                  return;
                }
                make(at, chunk);
              }
            }
          });
    }

    private int count(long at) {
      return (int) Math.min(DrawBuffer.SIZE, end - at);
    }

    /** Draws the words of the next chunk that is wanted, and returns where that is. */
    private synchronized long words(MemorySegment words) {
      while (next < end) {
        long at = next;
        int count = count(at);
        next += count;
        if (at < kept && sink.wants(at, Math.min(count, kept - at))) {
          host.engine().nextInts(words, numbers.words(count));
          return at;
        }
        host.advance(numbers.words(count));
      }
      return end;
    }

    private void make(long at, DrawBuffer chunk) {
      int count = count(at);
      int of = (int) Math.min(count, kept - at);
      MemorySegment room = of == count ? sink.room(at, count, chunk.elements()) : chunk.elements();
      if (isOlder()) {
        OlderDraws.fill(kernels, numbers, chunk.words(), room, count);
      } else {
        kernels.cpu(numbers, chunk.words(), room, count);
      }
      sink.put(at, room, of);
    }
  }
}
