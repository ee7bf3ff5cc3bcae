package org.initium.initializer;

import static org.initium.initializer.Formulas.fixed;
import static org.initium.initializer.Formulas.matrix;
import static org.initium.initializer.Formulas.scaled;
import static org.initium.initializer.Parameter.choice;
import static org.initium.initializer.Parameter.count;
import static org.initium.initializer.Parameter.real;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.initium.Fill;
import org.initium.Fill.Orthogonal.Method;
import org.initium.Shape;
import org.initium.expression.Suggestions;
import org.initium.initializer.Parameter.Nested;
import org.initium.initializer.Parameter.Real;

/**
 * Every initialiser, one row each: name, parameters, law. docs/initialisers.md has the formulas and
 * sources.
 */
final class Catalogue {
  private static final Map<String, Definition> BY_NAME = new LinkedHashMap<>();

  private static final Parameter MEAN = real("mean", 0);
  private static final Parameter GAIN = real("gain", 1);
  private static final Parameter NOT_NEGATIVE_GAIN = real("gain", Real.NOT_NEGATIVE, 1.0);
  private static final Parameter POSITIVE_STD = real("std", Real.POSITIVE, 1.0);
  private static final Parameter LOC = real("loc", 0);
  private static final Parameter POSITIVE_SCALE = real("scale", Real.POSITIVE, 1.0);
  private static final Parameter METHOD = choice("method", Method.QR, Method.values());
  private static final List<Parameter> KAIMING =
      withFans(
          real("a", 0),
          choice("mode", Fans.Mode.FAN_IN, Fans.Mode.FAN_IN, Fans.Mode.FAN_OUT),
          choice("nonlinearity", Nonlinearity.LEAKY_RELU, Nonlinearity.values()));

  static {
    // torch.nn.init
    row("uniform", List.of(real("a", 0), real("b", 1)), fixed(Formulas::uniform));
    row("normal", List.of(MEAN, std(1)), fixed(Formulas::normal));
    row(
        "trunc_normal",
        List.of(MEAN, POSITIVE_STD, real("a", Real.BOUND, -2.0), real("b", Real.BOUND, 2.0)),
        fixed(Formulas::truncNormal));
    row("constant", List.of(real("val", Real.ANY, null)), fixed(Formulas::constant));
    row("ones", List.of(), fixed(a -> new Fill.Constant(1)));
    row("zeros", List.of(), fixed(a -> new Fill.Constant(0)));
    row("eye", withAxes(), matrix((a, shape) -> new Fill.Eye(1)));
    row(
        "dirac",
        withAxes(count("groups", 1L)),
        matrix((a, shape) -> new Fill.Centre(new Fill.Eye(1, a.count("groups")))));
    row(
        "xavier_uniform",
        withFans(NOT_NEGATIVE_GAIN),
        scaled(Formulas::xavier, Distribution.UNIFORM));
    row(
        "xavier_normal",
        withFans(NOT_NEGATIVE_GAIN),
        scaled(Formulas::xavier, Distribution.NORMAL));
    row("kaiming_uniform", KAIMING, scaled(Formulas::kaiming, Distribution.UNIFORM));
    row("kaiming_normal", KAIMING, scaled(Formulas::kaiming, Distribution.NORMAL));
    row("orthogonal", withAxes(GAIN, METHOD), a -> shape -> Formulas.orthogonal(a, shape));
    row(
        "sparse",
        withAxes(real("sparsity", Real.FRACTION, null), std(0.01)),
        matrix((a, shape) -> new Fill.Sparse(a.real("sparsity"), a.real("std"))));

    // Other laws of elements
    row(
        "cauchy",
        List.of(LOC, POSITIVE_SCALE),
        fixed(a -> new Fill.Cauchy(a.real("loc"), a.real("scale"))));
    row(
        "laplace",
        List.of(LOC, POSITIVE_SCALE),
        fixed(a -> new Fill.Laplace(a.real("loc"), a.real("scale"))));
    row(
        "exponential",
        List.of(real("rate", Real.POSITIVE, 1.0)),
        fixed(a -> new Fill.Exponential(a.real("rate"))));

    // JAX, Keras, timm
    row(
        "variance_scaling",
        withFans(
            real("scale", Real.NOT_NEGATIVE, 1.0),
            choice("mode", Fans.Mode.FAN_IN, Fans.Mode.values()),
            choice("distribution", Distribution.TRUNCATED_NORMAL, Distribution.values())),
        Formulas::varianceScaling);
    row("lecun_uniform", withFans(), scaled(Formulas::lecun, Distribution.UNIFORM));
    row("lecun_normal", withFans(), scaled(Formulas::lecun, Distribution.TRUNCATED_NORMAL));
    row(
        "truncated_normal",
        List.of(
            MEAN, POSITIVE_STD, real("lower", Real.BOUND, -2.0), real("upper", Real.BOUND, 2.0)),
        fixed(Formulas::truncatedNormal));
    row(
        "truncated_normal_corrected",
        List.of(MEAN, POSITIVE_STD),
        fixed(Formulas::truncatedNormalCorrected));
    row("identity", withAxes(GAIN), matrix((a, shape) -> new Fill.Eye(a.real("gain"))));
    row("delta_orthogonal", withAxes(GAIN, METHOD), matrix(Formulas::deltaOrthogonal));

    // Transformers, by their depth and width
    row("residual_normal", List.of(count("layers", null), std(0.02)), fixed(Formulas::residual));
    row("small_init", List.of(count("dim", null)), fixed(Formulas::smallInit));
    row("wang_init", List.of(count("layers", null), count("dim", null)), fixed(Formulas::wangInit));
    row(
        "mup_normal",
        withFans(count("base", null), std(0.02), choice("role", Role.HIDDEN, Role.values())),
        scaled(Formulas::mup, Distribution.NORMAL));

    // Put together from others
    row(
        "icnr",
        List.of(
            new Parameter("init", new Nested(), Init.of(of("kaiming_normal"), Map.of())),
            count("upscale", 2L)),
        a -> shape -> Formulas.icnr(a, shape));
    row("zero", List.of(), a -> Formulas::zero);

    alias("glorot_uniform", "xavier_uniform");
    alias("glorot_normal", "xavier_normal");
    alias("he_uniform", "kaiming_uniform");
    alias("he_normal", "kaiming_normal");
    alias("wang", "wang_init");
  }

  private Catalogue() {}

  private static void row(
      String name, List<Parameter> parameters, Function<Arguments, Function<Shape, Fill>> law) {
    BY_NAME.put(name, new Definition(name, parameters, law));
  }

  private static void alias(String alias, String name) {
    BY_NAME.put(alias, of(name));
  }

  private static Parameter std(double standard) {
    return real("std", Real.NOT_NEGATIVE, standard);
  }

  /** Behind an initialiser's own: what its fans depend on besides the shape. */
  private static List<Parameter> withFans(Parameter... own) {
    List<Parameter> all = new ArrayList<>(List.of(own));
    all.add(count("groups", 1L));
    return withAxes(all.toArray(Parameter[]::new));
  }

  /** Behind an initialiser's own: what the dimensions are. */
  private static List<Parameter> withAxes(Parameter... own) {
    List<Parameter> all = new ArrayList<>(List.of(own));
    all.add(choice("layout", Fans.Layout.OIHW, Fans.Layout.values()));
    all.addAll(Axes.PARAMETERS);
    return List.copyOf(all);
  }

  /**
   * The initialiser of that name or alias; torch's trailing underscore may be left on.
   *
   * @throws IllegalArgumentException if there is none, with the nearest
   */
  static Definition of(String name) {
    String plain = name.endsWith("_") ? name.substring(0, name.length() - 1) : name;
    Definition found = BY_NAME.get(plain);
    if (found == null) {
      throw new IllegalArgumentException(
          Suggestions.unknown("initialiser", name, BY_NAME.keySet()));
    }
    return found;
  }

  /** Names and aliases, in the order of the table, with what they stand for. */
  static Map<String, Definition> all() {
    return java.util.Collections.unmodifiableMap(BY_NAME);
  }
}
