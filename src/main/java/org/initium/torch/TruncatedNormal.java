package org.initium.torch;

import org.initium.DType;
import org.initium.Fill;

/**
 * torch.nn.init.trunc_normal_ (torch 2.12 and later) by rejection. Where the bounds hold more than
 * 0.3 of the mass, normals are drawn for the whole tensor again and again until none lies outside;
 * otherwise uniforms between the bounds, each accepted with probability density / peak.
 */
record TruncatedNormal(Fill.TruncatedNormal law, Draws draws, Whole whole, Result result) {
  private static final double ENOUGH = 0.3;

  void fill() {
    if (Erf.normalCdf(sigmas(law.b())) - Erf.normalCdf(sigmas(law.a())) > ENOUGH) {
      redraw();
    } else {
      propose();
    }
  }

  private double sigmas(double bound) {
    return (bound - law.mean()) / law.std();
  }

  /** A tensor with gaps is drawn as it is at first, and later as a copy without gaps. */
  private void redraw() {
    Pending pending = Pending.none(whole.numel());
    double low = rounded(law.a());
    double high = rounded(law.b());
    Sink round =
        new Round(
            pending,
            whole.dtype(),
            (index, value) -> {
              result.set(index, value);
              return value >= low && value <= high;
            });
    draws.normal(whole, law.mean(), law.std(), new Outside(result, pending, low, high));
    while (pending.any()) {
      draws.normal(whole.dense(), law.mean(), law.std(), round);
    }
  }

  private double rounded(double bound) {
    return whole.dtype().round(whole.dtype() == DType.F64 ? bound : (float) bound);
  }

  private void propose() {
    Pending pending = Pending.all(whole.numel());
    Acceptance acceptance = Acceptance.of(law, whole.dtype(), draws.arithmetic());
    Sink candidates =
        new Round(
            pending,
            whole.dtype(),
            (index, value) -> {
              result.set(index, value);
              return false;
            });
    Sink decisions =
        new Round(
            pending, whole.dtype(), (index, value) -> acceptance.accepts(result.get(index), value));
    do {
      draws.uniform(whole, law.a(), law.b(), candidates);
      draws.uniform(whole, 0, 1, decisions);
    } while (pending.any());
  }
}
