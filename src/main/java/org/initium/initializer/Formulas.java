package org.initium.initializer;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleBiFunction;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Fill.Orthogonal.Method;
import org.initium.Shape;
import org.initium.expression.Checks;
import org.initium.text.Text;

/** The laws of the {@link Catalogue}: from arguments, a shape and its fans to a fill. */
final class Formulas {
  private Formulas() {}

  /** A law that does not depend on the shape: its arguments are checked at once. */
  static Function<Arguments, Function<Shape, Fill>> fixed(Function<Arguments, Fill> law) {
    return arguments -> {
      Fill fill = law.apply(arguments);
      fill.check(Shape.of(), DType.F64);
      return shape -> fill;
    };
  }

  /** A distribution whose standard deviation comes from the fans. */
  static Function<Arguments, Function<Shape, Fill>> scaled(
      ToDoubleBiFunction<Arguments, Supplier<Fans>> std, Distribution distribution) {
    return a -> shape -> distribution.of(std.applyAsDouble(a, () -> Fans.of(shape, a)));
  }

  static Fill uniform(Arguments a) {
    return new Fill.Uniform(a.real("a"), a.real("b"));
  }

  static Fill normal(Arguments a) {
    return new Fill.Normal(a.real("mean"), a.real("std"));
  }

  static Fill truncNormal(Arguments a) {
    return new Fill.TruncatedNormal(a.real("mean"), a.real("std"), a.real("a"), a.real("b"));
  }

  static Fill constant(Arguments a) {
    return new Fill.Constant(a.real("val"));
  }

  static double xavier(Arguments a, Supplier<Fans> of) {
    Fans fans = of.get();
    return a.real("gain") * Math.sqrt(2 / (fans.in() + fans.out()));
  }

  static double kaiming(Arguments a, Supplier<Fans> fans) {
    double gain = a.choice("nonlinearity", Nonlinearity.values()).gain(a.real("a"));
    return gain / Math.sqrt(fans.get().of(a.choice("mode", Fans.Mode.values())));
  }

  static Fill orthogonal(Arguments a, Shape whole) {
    if (whole.rank() < 2) {
      return orthogonal(a, 1); // which says what is wrong
    }
    Axes axes = Axes.of(a, whole);
    return each(axes, orthogonal(a, axes.out().size()));
  }

  private static Fill.Elementary orthogonal(Arguments a, int rowDims) {
    return new Fill.Orthogonal(a.real("gain"), a.choice("method", Method.values()), rowDims);
  }

  /** A law of one matrix, or one convolution, that its axes may turn and repeat. */
  static Function<Arguments, Function<Shape, Fill>> matrix(BiFunction<Arguments, Shape, Fill> law) {
    return a -> {
      boolean asTorch =
          a.choice("layout", Fans.Layout.values()) == Fans.Layout.OIHW
              && Axes.PARAMETERS.stream().allMatch(p -> a.axes(p.name()).isEmpty());
      return asTorch
          ? shape -> law.apply(a, shape)
          : shape -> {
            Axes axes = Axes.of(a, shape);
            single("in_axis", axes.in());
            single("out_axis", axes.out());
            return each(axes, law.apply(a, one(axes, shape)));
          };
    };
  }

  private static void single(String name, List<Integer> axes) {
    Checks.that(axes.size() == 1, name, axes, "one dimension, but for orthogonal");
  }

  /** The shape of one of the matrices or convolutions: outputs, inputs, taps. */
  private static Shape one(Axes axes, Shape whole) {
    return new Fill.Each(new Fill.Constant(0), axes.order(), axes.batch().size()).shape(whole);
  }

  private static Fill each(Axes axes, Fill law) {
    boolean inOrder = axes.order().equals(axes.order().stream().sorted().toList());
    return axes.batch().isEmpty() && inOrder
        ? law
        : new Fill.Each(law, axes.order(), axes.batch().size());
  }

  static Function<Shape, Fill> varianceScaling(Arguments arguments) {
    return scaled(
            (a, fans) ->
                Math.sqrt(a.real("scale") / fans.get().of(a.choice("mode", Fans.Mode.values()))),
            arguments.choice("distribution", Distribution.values()))
        .apply(arguments);
  }

  static double lecun(Arguments a, Supplier<Fans> fans) {
    return Math.sqrt(1 / fans.get().in());
  }

  static Fill truncatedNormal(Arguments a) {
    Checks.that(
        a.real("lower") < a.real("upper"),
        "lower",
        a.real("lower"),
        "less than upper = " + a.real("upper"));
    return Distribution.truncated(a.real("mean"), a.real("std"), a.real("lower"), a.real("upper"));
  }

  static Fill truncatedNormalCorrected(Arguments a) {
    double std = a.real("std") / Distribution.STD_WITHIN_TWO_SIGMA;
    return Distribution.truncated(a.real("mean"), std, -2, 2);
  }

  /** Only an orthogonal tap with orthonormal columns keeps the norm of what goes through. */
  static Fill deltaOrthogonal(Arguments a, Shape whole) {
    whole.checkRank(3, 5);
    if (whole.size(0) < whole.size(1)) {
      throw new IllegalArgumentException(
          Text.message(
              "delta_orthogonal needs at least as many outputs as inputs; shape %s has %d and %d",
              whole, whole.size(0), whole.size(1)));
    }
    return new Fill.Centre(orthogonal(a, 1));
  }

  static Fill residual(Arguments a) {
    return new Fill.Normal(0, a.real("std") / Math.sqrt(2.0 * a.count("layers")));
  }

  static Fill smallInit(Arguments a) {
    return new Fill.Normal(0, Math.sqrt(2 / (5.0 * a.count("dim"))));
  }

  static Fill wangInit(Arguments a) {
    return new Fill.Normal(0, 2.0 / a.count("layers") / Math.sqrt(a.count("dim")));
  }

  /** An input's weight may be a bias, which has no fans. */
  static double mup(Arguments a, Supplier<Fans> fans) {
    Role role = a.choice("role", Role.values());
    double multiplier = role == Role.INPUT ? 1 : fans.get().in() / a.count("base");
    return role.std(a.real("std"), multiplier);
  }

  /** One sub-kernel for all upscale^k places of an output pixel, k = 1 to 3 spatial dimensions. */
  static Fill icnr(Arguments a, Shape whole) {
    whole.checkRank(3, 5);
    long upscale = a.count("upscale");
    long times = 1;
    for (int d = 2; d < whole.rank(); d++) {
      boolean small = times > 0 && upscale <= whole.size(0) / times;
      times =
          small ? times * upscale : 0; // more than there are rows, and perhaps than a long holds
    }
    Checks.that(
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
  static Fill zero(Shape whole) {
    whole.checkRank(2, 5);
    Fill.Elementary matrix = zeroMatrix(whole.size(0), whole.size(1));
    return whole.rank() == 2 ? matrix : new Fill.Centre(matrix);
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
