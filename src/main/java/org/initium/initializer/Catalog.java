// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import static org.initium.initializer.Parameter.choice;
import static org.initium.initializer.Parameter.count;
import static org.initium.initializer.Parameter.real;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.initium.Fill.Orthogonal.Method;
import org.initium.expression.Suggestions;
import org.initium.function.IndexFunction.Order;
import org.initium.function.IndexFunction.Spread;
import org.initium.function.IndexFunction.Wave;
import org.initium.initializer.Parameter.AxisList;
import org.initium.initializer.Parameter.Nested;
import org.initium.initializer.Parameter.Real;

/**
 * Every initializer, one row each: its name and parameters; {@link Formulas} has its law by the
 * name, docs/initializers.md the sources. A start waits for this table: there is no lambda in it,
 * each of which takes the first use half a millisecond, and a process's first one five.
 */
final class Catalog {
  /** The first rows, on their own: who wants no other does not wait for the classes of those. */
  private static final Map<String, Definition> PLAIN = new LinkedHashMap<>();

  private static final Parameter MEAN = real("mean", 0);
  private static final Parameter POSITIVE_STD = real("std", Real.POSITIVE, 1.0);

  static {
    // torch.nn.init
    plain("uniform", real("a", 0), real("b", 1));
    plain("normal", MEAN, std(1));
    plain("trunc_normal", truncated("a", "b"));
    plain("constant", real("val", Real.ANY, null));
    plain("ones");
    plain("zeros");
  }

  private Catalog() {}

  private static void plain(String name, Parameter... parameters) {
    PLAIN.put(name, new Definition(name, List.of(parameters), true));
  }

  private static Parameter[] truncated(String low, String high) {
    Parameter least = real(low, Real.BOUND, -2.0);
    return new Parameter[] {MEAN, POSITIVE_STD, least, real(high, Real.BOUND, 2.0)};
  }

  private static Parameter std(double standard) {
    return real("std", Real.NOT_NEGATIVE, standard);
  }

  /** All rows. */
  private static final class Table {
    static final Map<String, Definition> BY_NAME = new LinkedHashMap<>(PLAIN);

    private static final Parameter GAIN = Parameter.gain(Real.ANY);
    private static final Parameter NOT_NEGATIVE_GAIN = Parameter.gain(Real.NOT_NEGATIVE);
    private static final Parameter LOC = real("loc", 0);
    private static final Parameter POSITIVE_SCALE = real("scale", Real.POSITIVE, 1.0);
    private static final Parameter METHOD = choice("method", Method.QR, Method.values());
    private static final Parameter DIM = new Parameter("dim", new AxisList(), List.of(-1));
    private static final List<Parameter> KAIMING =
        withFans(
            real("a", 0),
            choice("mode", Fans.Mode.FAN_IN, Fans.Mode.FAN_IN, Fans.Mode.FAN_OUT),
            choice("nonlinearity", Nonlinearity.LEAKY_RELU, Nonlinearity.values()));

    static {
      shaped("eye", withAxes());
      shaped("dirac", withAxes(count("groups", 1L)));
      shaped("xavier_uniform", withFans(NOT_NEGATIVE_GAIN));
      shaped("xavier_normal", withFans(NOT_NEGATIVE_GAIN));
      shaped("kaiming_uniform", KAIMING);
      shaped("kaiming_normal", KAIMING);
      shaped("orthogonal", withAxes(GAIN, METHOD));
      shaped("sparse", withAxes(real("sparsity", Real.FRACTION, null), std(0.01)));

      // Other laws of elements
      fixed("cauchy", LOC, POSITIVE_SCALE);
      fixed("laplace", LOC, POSITIVE_SCALE);
      fixed("exponential", real("rate", Real.POSITIVE, 1.0));

      // JAX, Keras, timm
      shaped(
          "variance_scaling",
          withFans(
              real("scale", Real.NOT_NEGATIVE, 1.0),
              choice("mode", Fans.Mode.FAN_IN, Fans.Mode.values()),
              choice("distribution", Distribution.TRUNCATED_NORMAL, Distribution.values())));
      shaped("lecun_uniform", withFans());
      shaped("lecun_normal", withFans());
      fixed("truncated_normal", truncated("lower", "upper"));
      fixed("truncated_normal_corrected", MEAN, POSITIVE_STD);
      shaped("identity", withAxes(GAIN));
      shaped("delta_orthogonal", withAxes(GAIN, METHOD));

      // Transformers, by their depth and width
      fixed("residual_normal", count("layers", null), std(0.02));
      fixed("small_init", count("dim", null));
      fixed("wang_init", count("layers", null), count("dim", null));
      shaped(
          "mup_normal",
          withFans(count("base", null), std(0.02), choice("role", Role.HIDDEN, Role.values())));

      // Put together from others
      Init kaiming = Init.of(BY_NAME.get("kaiming_normal"), Map.of());
      shaped("icnr", List.of(new Parameter("init", new Nested(), kaiming), count("upscale", 2L)));
      shaped("zero", List.of());

      // By index, and functions of those and of a uniform
      Parameter end = real("end", Real.BOUND, Double.POSITIVE_INFINITY);
      Parameter base = real("base", Real.POSITIVE, 10000.0);
      Parameter init = new Parameter("init", new Nested(), null);
      shaped("arange", List.of(real("start", 0), end, real("step", 1), DIM));
      shaped("linspace", List.of(real("start", Real.ANY, null), real("end", Real.ANY, null), DIM));
      shaped(
          "sinusoidal",
          List.of(
              base,
              choice("order", Order.INTERLEAVED, Order.values()),
              choice("spread", Spread.OPEN, Spread.values()),
              count("width", 1L)));
      shaped(
          "rotary",
          List.of(
              base,
              real("factor", Real.POSITIVE, 1.0),
              choice("wave", Wave.COS, Wave.values()),
              choice("order", Order.HALVES, Order.values())));
      shaped("exp", List.of(init));
      shaped("log", List.of(init));
      shaped("power", List.of(init, real("exponent", Real.ANY, null)));
      shaped("affine", List.of(init, real("scale", 1), real("offset", 0)));
      shaped("inverse_softplus", List.of(init));
      fixed(
          "dt_bias",
          real("dt_min", Real.POSITIVE, 0.001),
          real("dt_max", Real.POSITIVE, 0.1),
          real("dt_init_floor", Real.POSITIVE, 1e-4));

      alias("glorot_uniform", "xavier_uniform");
      alias("glorot_normal", "xavier_normal");
      alias("he_uniform", "kaiming_uniform");
      alias("he_normal", "kaiming_normal");
      alias("wang", "wang_init");
    }

    private Table() {}

    private static void fixed(String name, Parameter... parameters) {
      BY_NAME.put(name, new Definition(name, List.of(parameters), true));
    }

    private static void shaped(String name, List<Parameter> parameters) {
      BY_NAME.put(name, new Definition(name, parameters, false));
    }

    private static void alias(String alias, String name) {
      BY_NAME.put(alias, BY_NAME.get(name));
    }

    /** Behind an initializer's own: what its fans depend on besides the shape. */
    private static List<Parameter> withFans(Parameter... own) {
      List<Parameter> all = new ArrayList<>(List.of(own));
      all.add(count("groups", 1L));
      return withAxes(all.toArray(new Parameter[0]));
    }

    /** Behind an initializer's own: what the dimensions are. */
    private static List<Parameter> withAxes(Parameter... own) {
      List<Parameter> all = new ArrayList<>(List.of(own));
      all.add(choice("layout", Fans.Layout.OIHW, Fans.Layout.values()));
      all.addAll(Axes.PARAMETERS);
      return List.copyOf(all);
    }
  }

  private static final String ALL = "all are in docs/initializers.md and in 'initium fill --help'";

  /**
   * The initializer of that name or alias; torch's trailing underscore may be left on.
   *
   * @throws IllegalArgumentException if there is none, with the nearest
   */
  static Definition of(String name) {
    String plain = name.endsWith("_") ? name.substring(0, name.length() - 1) : name;
    Definition found = PLAIN.get(plain);
    found = found != null ? found : Table.BY_NAME.get(plain);
    if (found == null) {
      throw new IllegalArgumentException(
          Suggestions.unknownOfMany("initializer", name, Table.BY_NAME.keySet(), ALL));
    }
    return found;
  }

  /** Names and aliases, in the order of the table, with what they stand for. */
  static Map<String, Definition> all() {
    return java.util.Collections.unmodifiableMap(Table.BY_NAME);
  }
}
