package org.initium.initializer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.expression.Checks;
import org.initium.function.IndexFunction;
import org.initium.function.IndexFunction.Order;
import org.initium.function.IndexFunction.Spread;
import org.initium.function.IndexFunction.Wave;
import org.initium.function.SmoothMap;
import org.initium.function.UniformMap;
import org.initium.text.Text;

/** The rows of the {@link Catalogue} that are values by index, or smooth functions of others. */
final class ValuesByIndex {
  private ValuesByIndex() {}

  static Function<Arguments, Function<Shape, Fill>> byIndex(Function<Arguments, IndexFunction> of) {
    return a -> {
      Fill fill = new Fill.ByIndex(of.apply(a));
      return shape -> fill;
    };
  }

  static IndexFunction arange(Arguments a) {
    return new IndexFunction.Arange(a.real("start"), a.real("end"), a.real("step"), dim(a));
  }

  static IndexFunction linspace(Arguments a) {
    return new IndexFunction.Linspace(a.real("start"), a.real("end"), dim(a));
  }

  private static int dim(Arguments a) {
    List<Integer> dims = a.axes("dim");
    Checks.that(dims.size() == 1, "dim", dims, "one dimension");
    return dims.getFirst();
  }

  static IndexFunction sinusoidal(Arguments a) {
    return new IndexFunction.Sinusoidal(
        a.real("base"),
        a.choice("order", Order.values()),
        a.choice("spread", Spread.values()),
        a.count("width"));
  }

  static IndexFunction rotary(Arguments a) {
    return new IndexFunction.Rotary(
        a.real("base"),
        a.real("factor"),
        a.choice("wave", Wave.values()),
        a.choice("order", Order.values()));
  }

  /** The inverse softplus of a log-uniform step: Gu et al. 2022. */
  static Fill dtBias(Arguments a) {
    double least = a.real("dt_min");
    double most = a.real("dt_max");
    Checks.that(least <= most, "dt_min", least, "at most dt_max = " + most);
    SmoothMap inverse = new SmoothMap.InverseSoftplus();
    return new Fill.OfUniform(
        new UniformMap(
            StrictMath.log(least),
            StrictMath.log(most),
            List.of(new SmoothMap.Exp(), inverse),
            inverse.of(a.real("dt_init_floor"))));
  }

  /** A function of each value of another initialiser, which is a uniform or by index. */
  static Function<Arguments, Function<Shape, Fill>> mapped(Function<Arguments, SmoothMap> of) {
    return a -> {
      SmoothMap map = of.apply(a);
      Init init = a.nested("init");
      return shape -> mapped(map, init, init.fill(shape));
    };
  }

  private static Fill mapped(SmoothMap map, Init init, Fill fill) {
    return switch (fill) {
      case Fill.ByIndex values ->
          new Fill.ByIndex(new IndexFunction.Mapped(values.function(), map));
      case Fill.Uniform law -> mapped(new UniformMap(law.a(), law.b(), List.of(), -INFINITY), map);
      case Fill.OfUniform law when law.map().floor() == -INFINITY -> mapped(law.map(), map);
      default ->
          throw new IllegalArgumentException(
              Text.message(
                  "init = %s is not allowed here; it must be a uniform, values by index, or a"
                      + " function of those",
                  init));
    };
  }

  private static final double INFINITY = Double.POSITIVE_INFINITY;

  private static Fill mapped(UniformMap of, SmoothMap next) {
    List<SmoothMap> maps = new ArrayList<>(of.maps());
    maps.add(next);
    return new Fill.OfUniform(new UniformMap(of.a(), of.b(), maps, -INFINITY));
  }
}
