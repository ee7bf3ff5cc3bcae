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
