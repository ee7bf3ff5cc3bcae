// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import java.util.ArrayList;
import java.util.List;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.function.IndexFunction;
import org.initium.function.IndexFunction.Order;
import org.initium.function.IndexFunction.Spread;
import org.initium.function.IndexFunction.Wave;
import org.initium.function.SmoothMap;
import org.initium.function.UniformMap;
import org.initium.text.ArgumentChecks;
import org.initium.text.Text;

/** The rows of the {@link Catalog} that are values by index, or smooth functions of others. */
final class ValuesByIndex {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  private ValuesByIndex() {}

  /** The fill of a tensor of that shape, by the name of the initializer in the catalog. */
  static Fill fill(Arguments a, Shape whole) {
    return switch (a.name()) {
      case "arange" ->
          new Fill.ByIndex(
              new IndexFunction.Arange(a.real("start"), a.real("end"), a.real("step"), dim(a)));
      case "linspace" ->
          new Fill.ByIndex(new IndexFunction.Linspace(a.real("start"), a.real("end"), dim(a)));
      case "sinusoidal" -> new Fill.ByIndex(sinusoidal(a));
      case "rotary" -> new Fill.ByIndex(rotary(a));
      case "exp" -> mapped(a, whole, new SmoothMap.Exp());
      case "log" -> mapped(a, whole, new SmoothMap.Log());
      case "power" -> mapped(a, whole, new SmoothMap.Power(a.real("exponent")));
      case "affine" -> mapped(a, whole, new SmoothMap.Affine(a.real("scale"), a.real("offset")));
      case "inverse_softplus" -> mapped(a, whole, new SmoothMap.InverseSoftplus());
      case "dt_bias" -> dtBias(a);
      default -> throw new AssertionError("no law of " + a.name());
    };
  }

  private static int dim(Arguments a) {
    List<Integer> dims = a.axes("dim");
    ArgumentChecks.that(dims.size() == 1, "dim", dims, "one dimension");
    return dims.getFirst();
  }

  private static IndexFunction sinusoidal(Arguments a) {
    return new IndexFunction.Sinusoidal(
        a.real("base"),
        a.choice("order", Order.values()),
        a.choice("spread", Spread.values()),
        a.count("width"));
  }

  private static IndexFunction rotary(Arguments a) {
    return new IndexFunction.Rotary(
        a.real("base"),
        a.real("factor"),
        a.choice("wave", Wave.values()),
        a.choice("order", Order.values()));
  }

  /** The inverse softplus of a log-uniform step: Gu et al. 2022. */
  private static Fill dtBias(Arguments a) {
    double least = a.real("dt_min");
    double most = a.real("dt_max");
    ArgumentChecks.that(least <= most, "dt_min", least, "at most dt_max = " + most);
    SmoothMap inverse = new SmoothMap.InverseSoftplus();
    return new Fill.OfUniform(
        new UniformMap(
            StrictMath.log(least),
            StrictMath.log(most),
            List.of(new SmoothMap.Exp(), inverse),
            inverse.of(a.real("dt_init_floor"))));
  }

  /** A function of each value of another initializer, which is a uniform or by index. */
  private static Fill mapped(Arguments a, Shape whole, SmoothMap map) {
    Init init = a.nested("init");
    return switch (init.fill(whole)) {
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

  private static Fill mapped(UniformMap of, SmoothMap next) {
    List<SmoothMap> maps = new ArrayList<>(of.maps());
    maps.add(next);
    return new Fill.OfUniform(new UniformMap(of.a(), of.b(), maps, -INFINITY));
  }
}
