// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import java.util.List;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Fill.Orthogonal.Method;
import org.initium.Shape;
import org.initium.text.ArgumentChecks;
import org.initium.text.Text;

/** The laws of the {@link Catalog}: from arguments, a shape and its fans to a fill. */
final class Formulas {
  private Formulas() {}

  /** What the usual laws need, on its own: a start waits for the classes of no other. */
  static final class Plain {
    private Plain() {}

    /** A fill that does not depend on the shape: its arguments are checked at once. */
    static Fill fixed(Arguments a) {
      Fill fill = fill(a);
      fill.check(Shape.of(), DType.F64);
      return fill;
    }

    private static Fill fill(Arguments a) {
      return switch (a.name()) {
        case "uniform" -> new Fill.Uniform(a.real("a"), a.real("b"));
        case "normal" -> new Fill.Normal(a.real("mean"), a.real("std"));
        case "trunc_normal" ->
            new Fill.TruncatedNormal(a.real("mean"), a.real("std"), a.real("a"), a.real("b"));
        case "constant" -> new Fill.Constant(a.real("val"));
        case "ones" -> new Fill.Constant(1);
        case "zeros" -> new Fill.Constant(0);
        default -> Formulas.fill(a, Shape.of());
      };
    }
  }

  /** The fill of a tensor of that shape, by the name of the initializer in the catalog. */
  static Fill fill(Arguments a, Shape whole) {
    return switch (a.name()) {
      case "eye" -> matrix(a, whole, new Fill.Eye(1));
      case "dirac" -> matrix(a, whole, new Fill.Center(new Fill.Eye(1, a.count("groups"))));
      case "xavier_uniform" -> Distribution.UNIFORM.of(xavier(a, whole));
      case "xavier_normal" -> Distribution.NORMAL.of(xavier(a, whole));
      case "kaiming_uniform" -> Distribution.UNIFORM.of(kaiming(a, whole));
      case "kaiming_normal" -> Distribution.NORMAL.of(kaiming(a, whole));
      case "orthogonal" -> orthogonal(a, whole);
      case "sparse" -> matrix(a, whole, new Fill.Sparse(a.real("sparsity"), a.real("std")));
      case "cauchy" -> new Fill.Cauchy(a.real("loc"), a.real("scale"));
      case "laplace" -> new Fill.Laplace(a.real("loc"), a.real("scale"));
      case "exponential" -> new Fill.Exponential(a.real("rate"));
      case "variance_scaling" -> varianceScaling(a, whole);
      case "lecun_uniform" -> Distribution.UNIFORM.of(lecun(a, whole));
      case "lecun_normal" -> Distribution.TRUNCATED_NORMAL.of(lecun(a, whole));
      case "truncated_normal" -> truncatedNormal(a);
      case "truncated_normal_corrected" -> Distribution.corrected(a.real("mean"), a.real("std"));
      case "identity" -> matrix(a, whole, new Fill.Eye(a.real("gain")));
      case "delta_orthogonal" -> deltaOrthogonal(a, whole);
      case "residual_normal" ->
          new Fill.Normal(0, a.real("std") / Math.sqrt(2.0 * a.count("layers")));
      case "small_init" -> new Fill.Normal(0, Math.sqrt(2 / (5.0 * a.count("dim"))));
      case "wang_init" -> new Fill.Normal(0, 2.0 / a.count("layers") / Math.sqrt(a.count("dim")));
      case "mup_normal" -> Distribution.NORMAL.of(mup(a, whole));
      case "icnr" -> icnr(a, whole);
      case "zero" -> zero(whole);
      default -> ValuesByIndex.fill(a, whole);
    };
  }

  private static double xavier(Arguments a, Shape whole) {
    Fans fans = Fans.of(whole, a);
    return a.real("gain") * Math.sqrt(2 / (fans.in() + fans.out()));
  }

  private static double kaiming(Arguments a, Shape whole) {
    double gain = a.choice("nonlinearity", Nonlinearity.values()).gain(a.real("a"));
    return gain / Math.sqrt(Fans.of(whole, a).of(a.choice("mode", Fans.Mode.values())));
  }

  private static Fill orthogonal(Arguments a, Shape whole) {
    if (whole.rank() < 2) {
      return orthogonal(a, 1); // which says what is wrong
    }
    Axes axes = Axes.of(a, whole);
    return each(axes, orthogonal(a, axes.out().size()));
  }

  private static Fill.Elementary orthogonal(Arguments a, int rowDims) {
    return new Fill.Orthogonal(a.real("gain"), a.choice("method", Method.values()), rowDims);
  }

  /** The law of one matrix, or one convolution, that its axes may turn and repeat. */
  private static Fill matrix(Arguments a, Shape whole, Fill law) {
    if (whole.rank() < 2) {
      return law; // which says what is wrong
    }
    Axes axes = Axes.of(a, whole);
    single("in_axis", axes.in());
    single("out_axis", axes.out());
    return each(axes, law);
  }

  private static void single(String name, List<Integer> axes) {
    ArgumentChecks.that(axes.size() == 1, name, axes, "one dimension, but for orthogonal");
  }

  private static Fill each(Axes axes, Fill law) {
    boolean inOrder = axes.order().equals(axes.order().stream().sorted().toList());
    return axes.batch().isEmpty() && inOrder
        ? law
        : new Fill.Each(law, axes.order(), axes.batch().size());
  }

  private static Fill varianceScaling(Arguments a, Shape whole) {
    double fan = Fans.of(whole, a).of(a.choice("mode", Fans.Mode.values()));
    return a.choice("distribution", Distribution.values()).of(Math.sqrt(a.real("scale") / fan));
  }

  private static double lecun(Arguments a, Shape whole) {
    return Math.sqrt(1 / Fans.of(whole, a).in());
  }

  private static Fill truncatedNormal(Arguments a) {
    ArgumentChecks.that(
        a.real("lower") < a.real("upper"),
        "lower",
        a.real("lower"),
        "less than upper = " + a.real("upper"));
    return Distribution.truncated(a.real("mean"), a.real("std"), a.real("lower"), a.real("upper"));
  }

  /** Only an orthogonal tap with orthonormal columns keeps the norm of what goes through. */
  private static Fill deltaOrthogonal(Arguments a, Shape whole) {
    Fill fill = matrix(a, whole, new Fill.Center(orthogonal(a, 1)));
    Shape one = fill instanceof Fill.Each each ? each.shape(whole) : whole;
    one.checkRank(3, 5);
    if (one.size(0) < one.size(1)) {
      throw new IllegalArgumentException(
          Text.message(
              "delta_orthogonal needs at least as many outputs as inputs; shape %s has %d and %d",
              one, one.size(0), one.size(1)));
    }
    return fill;
  }

  /** An input's weight may be a bias, which has no fans. */
  private static double mup(Arguments a, Shape whole) {
    Role role = a.choice("role", Role.values());
    double multiplier = role == Role.INPUT ? 1 : Fans.of(whole, a).in() / a.count("base");
    return role.std(a.real("std"), multiplier);
  }

  /** One sub-kernel for all upscale^k places of an output pixel, k = 1 to 3 spatial dimensions. */
  private static Fill icnr(Arguments a, Shape whole) {
    whole.checkRank(3, 5);
    long upscale = a.count("upscale");
    long times = 1;
    for (int d = 2; d < whole.rank(); d++) {
      boolean small = times > 0 && upscale <= whole.size(0) / times;
      times =
          small ? times * upscale : 0; // more than there are rows, and perhaps than a long holds
    }
    ArgumentChecks.that(
        times > 0 && whole.size(0) % times == 0,
        "upscale",
        upscale,
        Text.message("such that upscale^%d divides dimension 0 of %s", whole.rank() - 2, whole));
    Fill base = a.nested("init").fill(whole.with(0, whole.size(0) / times));
    if (base instanceof Fill.Elementary elementary) {
      return new Fill.Repeated(elementary, times);
    }
    throw new IllegalArgumentException(
        Text.message(
            "init = %s is not allowed in icnr; it must not be put together from others",
            a.nested("init")));
  }

  /** Algorithms 1 (matrices) and 2 (convolutions) of Zhao et al. 2022. */
  private static Fill zero(Shape whole) {
    whole.checkRank(2, 5);
    Fill.Elementary matrix = zeroMatrix(whole.size(0), whole.size(1));
    return whole.rank() == 2 ? matrix : new Fill.Center(matrix);
  }

  private static Fill.Elementary zeroMatrix(long out, long in) {
    if (out <= in) {
      return new Fill.Eye(1);
    }
    int log = Long.SIZE - Long.numberOfLeadingZeros(out - 1); // ceil(log2(out))
    return new Fill.Hadamard(
        log % 2 == 0 ? Math.scalb(1, -log / 2) : Math.sqrt(Math.scalb(1, -log)));
  }
}
