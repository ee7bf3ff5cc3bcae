// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import java.util.function.DoublePredicate;
import org.initium.Fill;
import org.initium.law.quantile.Mills;
import org.initium.text.Text;
import org.initium.torch.draw.ElementSink;
import org.initium.torch.draw.TorchDraws;
import org.initium.torch.kernel.DrawnTensor;

/**
 * torch.nn.init.trunc_normal_ (torch 2.12 and later) by rejection. Where the bounds hold more than
 * 0.3 of the mass, normals are drawn for the whole tensor again and again until none lies outside;
 * otherwise uniforms between the bounds, each accepted with probability density / peak.
 */
record TruncatedNormal(
    Fill.TruncatedNormal law, TorchDraws draws, DrawnTensor whole, HeldElements result) {
  private static final double ENOUGH = 0.3;

  /** Throws, before anything is drawn, if torch could not draw it. */
  static void check(Fill.TruncatedNormal law) {
    if (!(inside(law) > ENOUGH) && (Double.isInfinite(law.a()) || Double.isInfinite(law.b()))) {
      throw new IllegalArgumentException(
          Text.message(
              "torch proposes values between a = %s and b = %s and needs finite bounds;"
                  + " give them, or the generator philox",
              law.a(), law.b()));
    }
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

  /** A tensor with gaps is drawn as it is at first, and later as a copy without gaps. */
  private void redraw() {
    PendingElements pending = PendingElements.none(whole.numel());
    double low = rounded(law.a());
    double high = rounded(law.b());
    ElementSink round = round(pending, value -> value >= low && value <= high);
    ElementSink first = new OutOfBoundsSink(result.sink(), whole.dtype(), pending, low, high);
    draws.normal(whole, law.mean(), law.std(), first);
    while (pending.any()) {
      draws.normal(whole.dense(), law.mean(), law.std(), round);
    }
  }

  /** A round in which pending elements get the values that are drawn, some of them for good. */
  private RejectionRound round(PendingElements pending, DoublePredicate done) {
    return new RejectionRound(
        pending,
        whole.dtype(),
        (index, value) -> {
          result.set(index, value);
          return done.test(value);
        });
  }

  private double rounded(double bound) {
    return whole.dtype().round(whole.dtype().isWide() ? bound : (float) bound);
  }

  private void propose() {
    PendingElements pending = PendingElements.all(whole.numel());
    Acceptance acceptance = Acceptance.of(law, whole.dtype(), draws.arithmetic());
    ElementSink candidates = round(pending, value -> false);
    ElementSink decisions =
        new RejectionRound(
            pending, whole.dtype(), (index, value) -> acceptance.accepts(result.get(index), value));
    do {
      draws.uniform(whole, law.a(), law.b(), candidates);
      draws.uniform(whole, 0, 1, decisions);
    } while (pending.any());
  }
}
