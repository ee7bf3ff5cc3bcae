package org.initium.initializer;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.initium.Fill;
import org.initium.Fill.Orthogonal.Method;
import org.initium.Initializer;
import org.initium.Shape;
import org.initium.expression.Arithmetic;
import org.initium.expression.ExpressionException;

/**
 * An initialiser: a value, a pure function from the shape of a whole tensor to its {@link Fill}.
 *
 * <p>All of torch.nn.init under the same names in camelCase, with the same formulas and defaults,
 * and those past it: docs/initialisers.md has the table. Less common arguments are set with {@link
 * #with(String, double)}:
 *
 * <pre>{@code
 * Init.kaimingNormal().with("mode", "fan_out").with("groups", 32)
 * Init.parse("kaiming_normal(mode=fan_out, groups=32)")               // an equal value
 * }</pre>
 */
public final class Init implements Initializer, Serializable {
  private static final long serialVersionUID = 1;

  private final transient Definition initialiser;
  private final transient Arguments arguments;
  private final transient Fill fixed; // null where the law depends on the shape

  private Init(Definition initialiser, Arguments arguments) {
    this.initialiser = initialiser;
    this.arguments = arguments;
    this.fixed = initialiser.fixed() ? Formulas.fixed(initialiser.name(), arguments) : null;
  }

  static Init of(Definition initialiser, Map<String, ?> arguments) {
    return new Init(
        initialiser, Arguments.of(initialiser.name(), initialiser.parameters(), arguments));
  }

  private static Init of(String name, Object... namesAndValues) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      arguments.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return of(Catalogue.of(name), arguments);
  }

  /**
   * Reads an expression: {@code kaiming_uniform(a=0.1, mode=fan_out)}. Arguments may be positional,
   * in torch's order, and numbers may be arithmetic ({@link Arithmetic}).
   *
   * @throws ExpressionException saying what is wrong and where
   */
  public static Init parse(String expression) {
    return parse(expression, Map.of());
  }

  /** Reads an expression whose arithmetic may use these variables: {@code 0.02/sqrt(2*layers)}. */
  public static Init parse(String expression, Map<String, Double> variables) {
    return Expression.init(expression, variables);
  }

  /** What may be written: {@code sparse(sparsity, std=0.01)} and so on, one for each name. */
  public static List<String> signatures() {
    return Catalogue.all().entrySet().stream()
        .map(e -> e.getKey() + e.getValue().toString().substring(e.getValue().name().length()))
        .toList();
  }

  /**
   * The fill of a tensor of that shape. Every initialiser leaves a tensor without elements alone.
   *
   * @throws IllegalArgumentException if the shape does not suit this initialiser
   */
  @Override
  public Fill fill(Shape whole) {
    if (whole.numel() == 0) {
      return new Fill.Constant(0);
    }
    return fixed != null ? fixed : Formulas.fill(initialiser.name(), arguments, whole);
  }

  /**
   * The same initialiser with another value for a number.
   *
   * @throws IllegalArgumentException if it has no such argument or the value is not allowed
   */
  public Init with(String argument, double value) {
    return with(argument, (Object) value);
  }

  /** The same initialiser with another choice. */
  public Init with(String argument, String choice) {
    return with(argument, (Object) choice);
  }

  /** {@link #with(String, double)} by a name that Scala has no other use for. */
  public Init set(String argument, double value) {
    return with(argument, value);
  }

  /** {@link #with(String, String)} by a name that Scala has no other use for. */
  public Init set(String argument, String choice) {
    return with(argument, choice);
  }

  /** {@link #with(String, int, int, int...)} by a name that Scala has no other use for. */
  public Init set(String argument, int first, int second, int... more) {
    return with(argument, first, second, more);
  }

  /**
   * The same initialiser for other dimensions: {@code with("in_axis", 0)}, {@code with("out_axis",
   * 1, 2)}, {@code with("batch_axis", 0)}.
   */
  public Init with(String argument, int first, int second, int... more) {
    List<Integer> axes = new ArrayList<>(List.of(first, second));
    Arrays.stream(more).forEach(axes::add);
    return with(argument, (Object) axes);
  }

  private Init with(String argument, Object value) {
    Map<String, Object> changed = arguments.asMap();
    changed.put(argument, value);
    return of(initialiser, changed);
  }

  /** Whether the other is the same initialiser with the same arguments, aliases being the same. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Init that
        && initialiser == that.initialiser
        && arguments.equals(that.arguments);
  }

  @Override
  public int hashCode() {
    return 31 * initialiser.name().hashCode() + arguments.hashCode();
  }

  /** The shortest expression that {@link #parse(String)} reads as an equal value. */
  @Override
  public String toString() {
    return initialiser.name() + arguments;
  }

  /** torch.nn.init.calculate_gain. */
  public static double calculateGain(String nonlinearity) {
    return Nonlinearity.parse(nonlinearity).gain();
  }

  /** torch.nn.init.calculate_gain with the negative slope of leaky_relu. */
  public static double calculateGain(String nonlinearity, double slope) {
    return Nonlinearity.parse(nonlinearity).gain(slope);
  }

  // torch.nn.init

  /** U[0, 1). */
  public static Init uniform() {
    return of("uniform");
  }

  /** U[a, b). */
  public static Init uniform(double a, double b) {
    return of("uniform", "a", a, "b", b);
  }

  /** N(0, 1). */
  public static Init normal() {
    return of("normal");
  }

  /** N(mean, std^2). */
  public static Init normal(double mean, double std) {
    return of("normal", "mean", mean, "std", std);
  }

  /** N(0, 1) conditioned on [-2, 2]. */
  public static Init truncNormal() {
    return of("trunc_normal");
  }

  /** N(mean, std^2) conditioned on [a, b]; the bounds are absolute, not in units of std. */
  public static Init truncNormal(double mean, double std, double a, double b) {
    return of("trunc_normal", "mean", mean, "std", std, "a", a, "b", b);
  }

  /** Every element is val. */
  public static Init constant(double val) {
    return of("constant", "val", val);
  }

  /** Every element is 1. */
  public static Init ones() {
    return of("ones");
  }

  /** Every element is 0. */
  public static Init zeros() {
    return of("zeros");
  }

  /** 1 on the main diagonal of a matrix, 0 elsewhere. */
  public static Init eye() {
    return of("eye");
  }

  /** The identity of a convolution. */
  public static Init dirac() {
    return of("dirac");
  }

  /** The identity of a convolution of that many groups. */
  public static Init dirac(long groups) {
    return of("dirac", "groups", groups);
  }

  /** U[-b, b) with b = sqrt(6 / (fan_in + fan_out)). */
  public static Init xavierUniform() {
    return of("xavier_uniform");
  }

  /** U[-b, b) with b = gain * sqrt(6 / (fan_in + fan_out)): Glorot and Bengio 2010. */
  public static Init xavierUniform(double gain) {
    return of("xavier_uniform", "gain", gain);
  }

  /** N(0, 2 / (fan_in + fan_out)). */
  public static Init xavierNormal() {
    return of("xavier_normal");
  }

  /** N(0, gain^2 * 2 / (fan_in + fan_out)): Glorot and Bengio 2010. */
  public static Init xavierNormal(double gain) {
    return of("xavier_normal", "gain", gain);
  }

  /** U[-b, b) with b = sqrt(6 / fan_in). */
  public static Init kaimingUniform() {
    return of("kaiming_uniform");
  }

  /** U[-b, b) with b = gain * sqrt(3 / fan): He et al. 2015. The slope a is leaky_relu's alone. */
  public static Init kaimingUniform(double a, Fans.Mode mode, Nonlinearity nonlinearity) {
    return of("kaiming_uniform", "a", a, "mode", mode, "nonlinearity", nonlinearity);
  }

  /** N(0, 2 / fan_in). */
  public static Init kaimingNormal() {
    return of("kaiming_normal");
  }

  /** N(0, gain^2 / fan): He et al. 2015. The slope a is leaky_relu's alone. */
  public static Init kaimingNormal(double a, Fans.Mode mode, Nonlinearity nonlinearity) {
    return of("kaiming_normal", "a", a, "mode", mode, "nonlinearity", nonlinearity);
  }

  /** A Haar-distributed matrix with orthonormal rows or columns. */
  public static Init orthogonal() {
    return of("orthogonal");
  }

  /** A Haar-distributed matrix with orthonormal rows or columns, times gain: Saxe et al. 2013. */
  public static Init orthogonal(double gain) {
    return of("orthogonal", "gain", gain);
  }

  /** An orthogonal matrix times gain, made by that method. */
  public static Init orthogonal(double gain, Method method) {
    return of("orthogonal", "gain", gain, "method", method);
  }

  /** N(0, 0.01^2) with ceil(sparsity * rows) zeros in each column of a matrix. */
  public static Init sparse(double sparsity) {
    return of("sparse", "sparsity", sparsity);
  }

  /** N(0, std^2) with ceil(sparsity * rows) zeros in each column of a matrix: Martens 2010. */
  public static Init sparse(double sparsity, double std) {
    return of("sparse", "sparsity", sparsity, "std", std);
  }

  // Past torch

  /** Cauchy's law: of median loc, with half of its mass within scale of that. */
  public static Init cauchy(double loc, double scale) {
    return of("cauchy", "loc", loc, "scale", scale);
  }

  /** Laplace's law: of mean loc and variance 2 scale^2. */
  public static Init laplace(double loc, double scale) {
    return of("laplace", "loc", loc, "scale", scale);
  }

  /** The exponential law: of mean 1 / rate. */
  public static Init exponential(double rate) {
    return of("exponential", "rate", rate);
  }

  /** Truncated normal of variance 1 / fan_in. */
  public static Init varianceScaling() {
    return of("variance_scaling");
  }

  /** U[-b, b) with b = sqrt(3 / fan_in): LeCun et al. 1998. */
  public static Init lecunUniform() {
    return of("lecun_uniform");
  }

  /** Truncated normal of variance 1 / fan_in: LeCun et al. 1998, as JAX has it. */
  public static Init lecunNormal() {
    return of("lecun_normal");
  }

  /** N(mean, std^2) cut at two std from the mean; the bounds are in units of std. */
  public static Init truncatedNormal(double mean, double std) {
    return of("truncated_normal", "mean", mean, "std", std);
  }

  /** Normal cut at two sigma, with std that of the result. */
  public static Init truncatedNormalCorrected(double mean, double std) {
    return of("truncated_normal_corrected", "mean", mean, "std", std);
  }

  /** gain on the main diagonal of a matrix, 0 elsewhere. */
  public static Init identity(double gain) {
    return of("identity", "gain", gain);
  }

  /** Orthogonal centre tap of a convolution, zeros elsewhere: Xiao et al. 2018. */
  public static Init deltaOrthogonal() {
    return of("delta_orthogonal");
  }

  /** Orthogonal centre tap times gain, zeros elsewhere: Xiao et al. 2018. */
  public static Init deltaOrthogonal(double gain) {
    return of("delta_orthogonal", "gain", gain);
  }

  /** N(0, (std / sqrt(2 * layers))^2), GPT-2's for weights that end in a residual sum. */
  public static Init residualNormal(long layers, double std) {
    return of("residual_normal", "layers", layers, "std", std);
  }

  /** N(0, 2 / (5 * dim)): Nguyen and Salazar 2019. */
  public static Init smallInit(long dim) {
    return of("small_init", "dim", dim);
  }

  /** N(0, (2 / (layers * sqrt(dim)))^2): Wang and Komatsuzaki 2021. */
  public static Init wangInit(long layers, long dim) {
    return of("wang_init", "layers", layers, "dim", dim);
  }

  /** N(0, std^2 * base / fan_in), a hidden weight's: Yang et al. 2022. */
  public static Init mupNormal(long base, double std) {
    return of("mup_normal", "base", base, "std", std);
  }

  /** Kaiming normal, each row upscale^k times over for k spatial dimensions: Aitken et al. 2017. */
  public static Init icnr(long upscale) {
    return of("icnr", "upscale", upscale);
  }

  /** Each row of another initialiser's values upscale^k times over, for a pixel shuffle. */
  public static Init icnr(Init init, long upscale) {
    return of("icnr", "init", init, "upscale", upscale);
  }

  /** ZerO: partial identity or Hadamard, no random number: Zhao et al. 2022. */
  public static Init zero() {
    return of("zero");
  }

  /** It is serialised as its text. */
  private record Written(String expression) implements Serializable {
    private Object readResolve() {
      return parse(expression);
    }
  }

  private Object writeReplace() {
    return new Written(toString());
  }

  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("an Init is serialised as its text");
  }
}
