// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.Fill;
import org.initium.law.quantile.Mills;
import org.initium.spi.StridedLayout;
import org.initium.text.Text;
import org.initium.torch.kernel.DrawnTensor;

/**
 * torch.nn.init.trunc_normal_ (torch 2.12 and later) by rejection. Where the bounds hold more than
 * 0.3 of the mass, normals are drawn for the whole tensor again and again until none lies outside;
 * otherwise uniforms between the bounds, each accepted with probability density / peak.
 *
 * @param result the host's memory for the whole, in one run
 */
record TruncatedNormal(
    Fill.TruncatedNormal law, TorchDraws draws, DrawnTensor whole, MemorySegment result) {
  private static final double ENOUGH = 0.3;

  /** Of fewer proposals that are kept PyTorch would be at it for hours, and then for ever. */
  private static final double ONE_IN_A_MILLION = 1e-6;

  /** Throws, before anything is drawn, if torch could not draw it. */
  static void check(Fill.TruncatedNormal law) {
    if (inside(law) > ENOUGH) {
      return;
    }
    if (Double.isInfinite(law.a()) || Double.isInfinite(law.b())) {
      throw new IllegalArgumentException(
          Text.message(
              "torch proposes values between a = %s and b = %s and needs finite bounds;"
                  + " give them, or the generator philox",
              law.a(), law.b()));
    }
    if (kept(law) < ONE_IN_A_MILLION) {
      throw new IllegalArgumentException(
          Text.message(
              "torch proposes values evenly between a = %s and b = %s, and would keep fewer than"
                  + " one in a million of them at mean = %s and std = %s; give bounds that are"
                  + " closer, or the generator philox",
              law.a(), law.b(), law.mean(), law.std()));
    }
  }

  /**
   * At most which share of the proposals is kept: the integral of density / peak by the distance of
   * the bounds. With the peak at the bound m, exp(-((x - mean)^2 - (m - mean)^2) / (2 std^2)) is at
   * most exp(-(x - m)^2 / (2 std^2)), and at most exp(-|x - m| |m - mean| / std^2).
   */
  private static double kept(Fill.TruncatedNormal law) {
    double std = law.std();
    double mode = Math.clamp(law.mean(), law.a(), law.b());
    double width = std * Math.min(Math.sqrt(2 * Math.PI), std / Math.abs(mode - law.mean()));
    return width / (law.b() - law.a());
  }

  private static double inside(Fill.TruncatedNormal law) {
    double above = Mills.below((law.b() - law.mean()) / law.std());
    return above - Mills.below((law.a() - law.mean()) / law.std());
  }

  void fill() {
    if (inside(law) > ENOUGH) {
      redraw();
    } else {
      propose();
    }
  }

  /** A first draw of all elements: passes them on, and notes which lie outside the bounds. */
  private record FirstDraw(
      ElementSink result, DType dtype, PendingElements pending, double low, double high)
      implements ElementSink {
    @Override
    public MemorySegment room(long at, long count, MemorySegment scratch) {
      return result.room(at, count, scratch);
    }

    @Override
    public void put(long at, MemorySegment elements, int count) {
      result.put(at, elements, count);
      for (int i = 0; i < count; i++) {
        double value = dtype.get(elements, i);
        if (value < low || value > high) {
          pending.add(at + i);
        }
      }
    }
  }

  /** What is done with the value that was drawn for a pending element. */
  @FunctionalInterface
  private interface Visitor {
    /** Returns whether the element is done, and no longer pending. */
    boolean visit(long index, double value);
  }

  /** A round: of the values that are drawn, those of pending elements count. */
  private record Round(PendingElements pending, DType dtype, Visitor visitor)
      implements ElementSink {
    @Override
    public boolean wants(long at, long count) {
      return pending.next(at, at + count) < at + count;
    }

    @Override
    public void put(long at, MemorySegment elements, int count) {
      long end = at + count;
      for (long i = pending.next(at, end); i < end; i = pending.next(i + 1, end)) {
        if (visitor.visit(i, dtype.get(elements, i - at))) {
          pending.accept(i);
        }
      }
    }
  }

  /** A tensor with gaps is drawn as it is at first, and later as a copy without gaps. */
  private void redraw() {
    DType dtype = whole.dtype();
    PendingElements pending = PendingElements.none(whole.numel());
    double low = rounded(law.a());
    double high = rounded(law.b());
    ElementSink all = new MemorySink(result, dtype, StridedLayout.run(whole.numel()));
    ElementSink first = new FirstDraw(all, dtype, pending, low, high);
    ElementSink round =
        new Round(
            pending, dtype, (index, value) -> set(index, value, value >= low && value <= high));
    draws.normal(whole, law.mean(), law.std(), first);
    while (pending.any()) {
      draws.normal(whole.dense(), law.mean(), law.std(), round);
    }
  }

  /** Puts a value, which the dtype holds exactly, in its place, and returns whether it is done. */
  private boolean set(long index, double value, boolean done) {
    whole.dtype().set(result, index, value);
    return done;
  }

  private double rounded(double bound) {
    return whole.dtype().round(whole.dtype().isWide() ? bound : (float) bound);
  }

  private void propose() {
    DType dtype = whole.dtype();
    PendingElements pending = PendingElements.all(whole.numel());
    Acceptance acceptance = Acceptance.of(law, dtype, draws instanceof CudaDraws);
    ElementSink candidates = new Round(pending, dtype, (index, value) -> set(index, value, false));
    ElementSink decisions =
        new Round(
            pending, dtype, (index, value) -> acceptance.accepts(dtype.get(result, index), value));
    do {
      draws.uniform(whole, law.a(), law.b(), candidates);
      draws.uniform(whole, 0, 1, decisions);
    } while (pending.any());
  }
}
