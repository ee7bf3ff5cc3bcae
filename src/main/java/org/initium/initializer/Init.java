// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.initium.Fill;
import org.initium.Fill.Orthogonal.Method;
import org.initium.Initializer;
import org.initium.Shape;
import org.initium.expression.Arithmetic;
import org.initium.expression.ExpressionException;

/**
 * An initializer: a value, a pure function from the shape of a whole tensor to its {@link Fill}.
 *
 * <p>All of torch.nn.init under the same names in camelCase, with the same formulas and defaults,
 * and those past it: docs/initializers.md has the table. Less common arguments are set with {@link
 * #with(String, double)}:
 *
 * <pre>{@code
 * Init.kaimingNormal().with("mode", "fan_out").with("groups", 32)
 * Init.parse("kaiming_normal(mode=fan_out, groups=32)")               // an equal value
 * }</pre>
 *
 * @since 0.1.0
 */
public final class Init implements Initializer, Serializable {
  private static final long serialVersionUID = 1;

  private final transient Arguments arguments;
  private final transient Fill fixed; // null where the law depends on the shape

  private Init(Arguments arguments) {
    this.arguments = arguments;
    this.fixed = arguments.initializer().fixed() ? Formulas.Plain.fixed(arguments) : null;
  }

  static Init of(Definition initializer, Map<String, ?> arguments) {
    return new Init(new Arguments(initializer, arguments));
  }

  static Init of(String name, Object... namesAndValues) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      String parameter = (String) namesAndValues[i];
      arguments.put(parameter, Objects.requireNonNull(namesAndValues[i + 1], parameter));
    }
    return of(Catalog.of(name), arguments);
  }

  /**
   * {@return the initializer of an expression: {@code kaiming_uniform(a=0.1, mode=fan_out)}}
   * Arguments may be positional, in torch's order, and numbers may be arithmetic ({@link
   * Arithmetic}). It prints as the shortest expression that gives it.
   *
   * {@snippet :
   * Init init = Init.parse("kaiming_uniform(a=sqrt(5), mode=fan_out)");
   * weight.fill(init, generator);
   * }
   *
   * @param expression a name of the table in docs/initializers.md and its arguments
   * @throws ExpressionException saying what is wrong and where
   */
  public static Init parse(String expression) {
    return parse(expression, Map.of());
  }

  /**
   * {@return the initializer of an expression whose arithmetic may use these variables, which
   * become numbers in it: {@code normal(std=0.02/sqrt(2*layers))}}
   *
   * {@snippet :
   * Init init = Init.parse("normal(std=0.02/sqrt(2*layers))", Map.of("layers", 12.0));
   * weight.fill(init, generator);
   * }
   *
   * @param expression a name and its arguments
   * @param variables values of the names that may stand in arithmetic: numbers, lists of numbers,
   *     and words for arguments that are one of some words: {@code
   *     kaiming_normal(nonlinearity=act)}
   * @throws ExpressionException saying what is wrong and where
   */
  public static Init parse(String expression, Map<String, ?> variables) {
    return Expression.init(expression, variables);
  }

  /**
   * {@return what may be written} {@code sparse(sparsity, std=0.01)} and so on, one for each name.
   */
  public static List<String> signatures() {
    return Catalog.all().entrySet().stream().map(e -> e.getValue().signature(e.getKey())).toList();
  }

  /**
   * The fill of a tensor of that shape. Every initializer leaves a tensor without elements alone.
   *
   * @throws IllegalArgumentException if the shape does not suit this initializer
   */
  @Override
  public Fill fill(Shape whole) {
    if (whole.numel() == 0) {
      return new Fill.Constant(0);
    }
    return fixed != null ? fixed : Formulas.fill(arguments, whole);
  }

  /**
   * {@return the same initializer with another value for a number}
   *
   * @param argument name of the argument, as it is written in an expression: {@code gain}
   * @param value what it becomes
   * @throws IllegalArgumentException if it has no such argument or the value is not allowed
   */
  public Init with(String argument, double value) {
    return with(argument, (Object) value);
  }

  /**
   * {@return the same initializer with another choice}
   *
   * @param argument name of the argument, as it is written in an expression: {@code mode}
   * @param choice one of its words, in any case: {@code fan_out}
   * @throws IllegalArgumentException if it has no such argument or the argument no such choice
   */
  public Init with(String argument, String choice) {
    return with(argument, (Object) choice);
  }

  /**
   * {@return {@link #with(String, double)}, by a name that Scala has no other use for}
   *
   * @param argument name of the argument
   * @param value what it becomes
   */
  public Init set(String argument, double value) {
    return with(argument, value);
  }

  /**
   * {@return {@link #with(String, String)}, by a name that Scala has no other use for}
   *
   * @param argument name of the argument
   * @param choice one of its words, in any case
   */
  public Init set(String argument, String choice) {
    return with(argument, choice);
  }

  /**
   * {@return {@link #with(String, int, int, int...)}, by a name that Scala has no other use for}
   *
   * @param argument name of the argument: {@code in_axis}
   * @param first a dimension, from the end if negative
   * @param second another
   * @param more further ones
   */
  public Init set(String argument, int first, int second, int... more) {
    return with(argument, first, second, more);
  }

  /**
   * {@return the same initializer for other dimensions} {@code with("in_axis", 0)}, {@code
   * with("out_axis", 1, 2)}, {@code with("batch_axis", 0)}.
   *
   * @param argument {@code in_axis}, {@code out_axis} or {@code batch_axis}
   * @param first a dimension, from the end if negative
   * @param second another
   * @param more further ones
   */
  public Init with(String argument, int first, int second, int... more) {
    List<Integer> axes = new ArrayList<>(List.of(first, second));
    Arrays.stream(more).forEach(axes::add);
    return with(argument, (Object) axes);
  }

  private Init with(String argument, Object value) {
    Map<String, Object> changed = arguments.asMap();
    changed.put(argument, Objects.requireNonNull(value, argument));
    return of(arguments.initializer(), changed);
  }

  /** Whether the other is the same initializer with the same arguments, aliases being the same. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Init that && arguments.equals(that.arguments);
  }

  @Override
  public int hashCode() {
    return arguments.hashCode();
  }

  /** The shortest expression that {@link #parse(String)} reads as an equal value. */
  @Override
  public String toString() {
    return arguments.toString();
  }

  /**
   * {@return torch.nn.init.calculate_gain: the gain by which a layer in front of it keeps the
   * variance} 1, 5/3 for tanh, sqrt(2) for relu, 3/4 for selu.
   *
   * @param nonlinearity a name of {@link Nonlinearity}, in any case: {@code relu}
   * @throws IllegalArgumentException if there is no such name, listing those that there are
   */
  public static double calculateGain(String nonlinearity) {
    return Nonlinearity.parse(nonlinearity).gain();
  }

  /**
   * {@return torch.nn.init.calculate_gain with the negative slope of leaky_relu: {@code sqrt(2 / (1
   * + slope^2))} for that, else the gain of that name}
   *
   * @param nonlinearity a name of {@link Nonlinearity}, in any case
   * @param slope the negative slope, of {@code leaky_relu} alone; the others ignore it
   * @throws IllegalArgumentException if there is no such name, listing those that there are
   */
  public static double calculateGain(String nonlinearity, double slope) {
    return Nonlinearity.parse(nonlinearity).gain(slope);
  }

  // torch.nn.init

  /**
   * {@return U[0, 1)}
   *
   * {@snippet :
   * weight.fill(Init.uniform(), generator);
   * }
   */
  public static Init uniform() {
    return of("uniform");
  }

  /**
   * {@return U[a, b)}
   *
   * {@snippet :
   * weight.fill(Init.uniform(-0.1, 0.1), generator);
   * }
   *
   * @param a the lower bound, which is drawn
   * @param b the upper bound, which is not, also after the rounding to the dtype; a or more
   */
  public static Init uniform(double a, double b) {
    return of("uniform", "a", a, "b", b);
  }

  /**
   * {@return N(0, 1)}
   *
   * {@snippet :
   * weight.fill(Init.normal(), generator);
   * }
   */
  public static Init normal() {
    return of("normal");
  }

  /**
   * {@return N(mean, std^2)}
   *
   * {@snippet :
   * weight.fill(Init.normal(0, 0.02), generator);
   * }
   *
   * @param mean the mean, finite
   * @param std the standard deviation, 0 or more
   */
  public static Init normal(double mean, double std) {
    return of("normal", "mean", mean, "std", std);
  }

  /**
   * {@return N(0, 1) conditioned on [-2, 2]}
   *
   * {@snippet :
   * weight.fill(Init.truncNormal(), generator);
   * }
   */
  public static Init truncNormal() {
    return of("trunc_normal");
  }

  /**
   * {@return N(mean, std^2) conditioned on [a, b]; the bounds are absolute, not in units of std}
   *
   * {@snippet :
   * weight.fill(Init.truncNormal(0, 0.02, -0.04, 0.04), generator);
   * }
   *
   * @param mean the mean of the normal that is cut, finite
   * @param std its standard deviation, more than 0
   * @param a the lower bound; may be infinite
   * @param b the upper bound, more than a; may be infinite
   */
  public static Init truncNormal(double mean, double std, double a, double b) {
    return of("trunc_normal", "mean", mean, "std", std, "a", a, "b", b);
  }

  /**
   * {@return val in every element; no random number is drawn}
   *
   * {@snippet :
   * weight.fill(Init.constant(0.5), generator);
   * }
   *
   * @param val the value, which is rounded to the dtype
   */
  public static Init constant(double val) {
    return of("constant", "val", val);
  }

  /**
   * {@return 1 in every element: {@code constant(1)}}
   *
   * {@snippet :
   * weight.fill(Init.ones(), generator);
   * }
   */
  public static Init ones() {
    return of("ones");
  }

  /**
   * {@return 0 in every element: {@code constant(0)}}
   *
   * {@snippet :
   * weight.fill(Init.zeros(), generator);
   * }
   */
  public static Init zeros() {
    return of("zeros");
  }

  /**
   * {@return 1 on the main diagonal of a matrix, which need not be square, 0 elsewhere}
   *
   * {@snippet :
   * weight.fill(Init.eye(), generator);
   * }
   */
  public static Init eye() {
    return of("eye");
  }

  /**
   * {@return the identity of a convolution (out, in, k...) of 3 to 5 dimensions: 1 at {@code [d, d,
   * k/2...]} for d below both out and in, 0 elsewhere}
   *
   * {@snippet :
   * kernel.fill(Init.dirac(), generator);
   * }
   */
  public static Init dirac() {
    return of("dirac");
  }

  /**
   * {@return the identity of a convolution (out, in, k...) of that many groups, of 3 to 5
   * dimensions: with n = out / groups it is 1 at {@code [g n + d, d, k/2...]} for d below both n
   * and in, 0 elsewhere}
   *
   * {@snippet :
   * kernel.fill(Init.dirac(2), generator);
   * }
   *
   * @param groups how many; divides dimension 0
   */
  public static Init dirac(long groups) {
    return of("dirac", "groups", groups);
  }

  /**
   * {@return U[-b, b) with b = sqrt(6 / (fan_in + fan_out)), for 2 dimensions or more: gain is 1}
   *
   * {@snippet :
   * weight.fill(Init.xavierUniform(), generator);
   * }
   */
  public static Init xavierUniform() {
    return of("xavier_uniform");
  }

  /**
   * {@return U[-b, b) with b = gain * sqrt(6 / (fan_in + fan_out)), for 2 dimensions or more:
   * Glorot and Bengio 2010}
   *
   * {@snippet :
   * weight.fill(Init.xavierUniform(Init.calculateGain("tanh")), generator);
   * }
   *
   * @param gain a factor of the standard deviation, 0 or more: {@link #calculateGain}
   */
  public static Init xavierUniform(double gain) {
    return of("xavier_uniform", "gain", gain);
  }

  /**
   * {@return N(0, 2 / (fan_in + fan_out)), for 2 dimensions or more: gain is 1}
   *
   * {@snippet :
   * weight.fill(Init.xavierNormal(), generator);
   * }
   */
  public static Init xavierNormal() {
    return of("xavier_normal");
  }

  /**
   * {@return N(0, gain^2 * 2 / (fan_in + fan_out)), for 2 dimensions or more: Glorot and Bengio
   * 2010}
   *
   * {@snippet :
   * weight.fill(Init.xavierNormal(Init.calculateGain("tanh")), generator);
   * }
   *
   * @param gain a factor of the standard deviation, 0 or more: {@link #calculateGain}
   */
  public static Init xavierNormal(double gain) {
    return of("xavier_normal", "gain", gain);
  }

  /**
   * {@return U[-b, b) with b = sqrt(6 / fan_in), for 2 dimensions or more, in front of relu: {@code
   * kaiming_uniform(a=0)}}
   *
   * {@snippet :
   * kernel.fill(Init.kaimingUniform(), generator);
   * }
   */
  public static Init kaimingUniform() {
    return of("kaiming_uniform");
  }

  /**
   * {@return U[-b, b) with b = gain * sqrt(3 / fan), for 2 dimensions or more: He et al. 2015} The
   * slope a is leaky_relu's alone.
   *
   * {@snippet :
   * Init init = Init.kaimingUniform(0.1, Fans.Mode.FAN_OUT, Nonlinearity.LEAKY_RELU);
   * kernel.fill(init, generator);
   * }
   *
   * @param a the negative slope of leaky_relu; 0 is relu's
   * @param mode which fan: {@code FAN_IN} keeps the variance forwards, {@code FAN_OUT} backwards
   * @param nonlinearity what comes behind the layer, which gives the gain
   */
  public static Init kaimingUniform(double a, Fans.Mode mode, Nonlinearity nonlinearity) {
    return of("kaiming_uniform", "a", a, "mode", mode, "nonlinearity", nonlinearity);
  }

  /**
   * {@return N(0, 2 / fan_in), for 2 dimensions or more, in front of relu: {@code
   * kaiming_normal(a=0)}}
   *
   * {@snippet :
   * kernel.fill(Init.kaimingNormal(), generator);
   * }
   */
  public static Init kaimingNormal() {
    return of("kaiming_normal");
  }

  /**
   * {@return N(0, gain^2 / fan), for 2 dimensions or more: He et al. 2015} The slope a is
   * leaky_relu's alone.
   *
   * {@snippet :
   * Init init = Init.kaimingNormal(0, Fans.Mode.FAN_OUT, Nonlinearity.RELU);
   * kernel.fill(init, generator);
   * }
   *
   * @param a the negative slope of leaky_relu; 0 is relu's
   * @param mode which fan: {@code FAN_IN} keeps the variance forwards, {@code FAN_OUT} backwards
   * @param nonlinearity what comes behind the layer, which gives the gain
   */
  public static Init kaimingNormal(double a, Fans.Mode mode, Nonlinearity nonlinearity) {
    return of("kaiming_normal", "a", a, "mode", mode, "nonlinearity", nonlinearity);
  }

  /**
   * {@return a Haar-distributed matrix (size 0, the rest) with orthonormal columns if it is tall,
   * rows if it is wide; for 2 dimensions or more}
   *
   * {@snippet :
   * weight.fill(Init.orthogonal(), generator);
   * }
   */
  public static Init orthogonal() {
    return of("orthogonal");
  }

  /**
   * {@return a Haar-distributed matrix (size 0, the rest) with orthonormal columns or rows, times
   * gain; for 2 dimensions or more: Saxe et al. 2013}
   *
   * {@snippet :
   * weight.fill(Init.orthogonal(Math.sqrt(2)), generator);
   * }
   *
   * @param gain the length of each row or column
   */
  public static Init orthogonal(double gain) {
    return of("orthogonal", "gain", gain);
  }

  /**
   * {@return an orthogonal matrix (size 0, the rest) times gain, made by that method; for 2
   * dimensions or more}
   *
   * {@snippet :
   * weight.fill(Init.orthogonal(1, Fill.Orthogonal.Method.HOUSEHOLDER), generator);
   * }
   *
   * @param gain the length of each row or column
   * @param method Householder QR of a Gaussian matrix, or a product of random reflectors: half the
   *     work and the same law
   */
  public static Init orthogonal(double gain, Method method) {
    return of("orthogonal", "gain", gain, "method", method);
  }

  /**
   * {@return N(0, 0.01^2) with ceil(sparsity * rows) zeros in each column of a matrix}
   *
   * {@snippet :
   * weight.fill(Init.sparse(0.9), generator);
   * }
   *
   * @param sparsity the share of each column that is 0, in [0, 1]
   */
  public static Init sparse(double sparsity) {
    return of("sparse", "sparsity", sparsity);
  }

  /**
   * {@return N(0, std^2) with ceil(sparsity * rows) zeros in each column of a matrix: Martens 2010}
   *
   * {@snippet :
   * weight.fill(Init.sparse(0.9, 0.1), generator);
   * }
   *
   * @param sparsity the share of each column that is 0, in [0, 1]
   * @param std standard deviation of the others, 0 or more
   */
  public static Init sparse(double sparsity, double std) {
    return of("sparse", "sparsity", sparsity, "std", std);
  }

  // Past torch

  /**
   * {@return cauchy's law: of median loc, with half of its mass within scale of that}
   *
   * {@snippet :
   * weight.fill(Init.cauchy(0, 0.01), generator);
   * }
   *
   * @param loc the median, finite
   * @param scale half of the distance between the quartiles, more than 0
   */
  public static Init cauchy(double loc, double scale) {
    return of("cauchy", "loc", loc, "scale", scale);
  }

  /**
   * {@return laplace's law: of mean loc and variance 2 scale^2}
   *
   * {@snippet :
   * weight.fill(Init.laplace(0, 0.01), generator);
   * }
   *
   * @param loc the mean, finite
   * @param scale the mean distance from it, more than 0
   */
  public static Init laplace(double loc, double scale) {
    return of("laplace", "loc", loc, "scale", scale);
  }

  /**
   * {@return the exponential law: of mean 1 / rate}
   *
   * {@snippet :
   * weight.fill(Init.exponential(100), generator);
   * }
   *
   * @param rate the inverse of the mean, more than 0
   */
  public static Init exponential(double rate) {
    return of("exponential", "rate", rate);
  }

  /**
   * {@return a truncated normal of variance 1 / fan_in, for 2 dimensions or more: {@code
   * variance_scaling(scale=1, mode=fan_in, distribution=truncated_normal)}, each set by {@link
   * #with(String, String)}}
   *
   * {@snippet :
   * weight.fill(Init.varianceScaling().with("scale", 2).with("mode", "fan_avg"), generator);
   * }
   */
  public static Init varianceScaling() {
    return of("variance_scaling");
  }

  /**
   * {@return U[-b, b) with b = sqrt(3 / fan_in), for 2 dimensions or more: LeCun et al. 1998}
   *
   * {@snippet :
   * weight.fill(Init.lecunUniform(), generator);
   * }
   */
  public static Init lecunUniform() {
    return of("lecun_uniform");
  }

  /**
   * {@return a normal cut at two standard deviations and widened by what the cut takes, of variance
   * 1 / fan_in, for 2 dimensions or more: LeCun et al. 1998, as JAX has it}
   *
   * {@snippet :
   * weight.fill(Init.lecunNormal(), generator);
   * }
   */
  public static Init lecunNormal() {
    return of("lecun_normal");
  }

  /**
   * {@return N(mean, std^2) cut at two std from the mean; the bounds are in units of std}
   *
   * {@snippet :
   * weight.fill(Init.truncatedNormal(0, 0.02), generator);
   * }
   *
   * @param mean the mean, finite
   * @param std the standard deviation before the cut, which makes it 0.88 of that; more than 0
   */
  public static Init truncatedNormal(double mean, double std) {
    return of("truncated_normal", "mean", mean, "std", std);
  }

  /**
   * {@return a normal cut at two sigma, with std that of the result: Keras's, JAX's and timm's}
   *
   * {@snippet :
   * weight.fill(Init.truncatedNormalCorrected(0, 0.02), generator);
   * }
   *
   * @param mean the mean, finite
   * @param std the standard deviation of the values, more than 0: the normal that is cut has {@code
   *     std / 0.87962566103423978}
   */
  public static Init truncatedNormalCorrected(double mean, double std) {
    return of("truncated_normal_corrected", "mean", mean, "std", std);
  }

  /**
   * {@return gain on the main diagonal of a matrix, 0 elsewhere}
   *
   * {@snippet :
   * weight.fill(Init.identity(0.5), generator);
   * }
   *
   * @param gain the value on the diagonal
   */
  public static Init identity(double gain) {
    return of("identity", "gain", gain);
  }

  /**
   * {@return an orthogonal center tap of a convolution (out, in, k...) of 3 to 5 dimensions with in
   * of at most out, zeros elsewhere: Xiao et al. 2018}
   *
   * {@snippet :
   * kernel.fill(Init.deltaOrthogonal(), generator);
   * }
   */
  public static Init deltaOrthogonal() {
    return of("delta_orthogonal");
  }

  /**
   * {@return an orthogonal center tap, times gain, of a convolution (out, in, k...) of 3 to 5
   * dimensions with in of at most out, zeros elsewhere: Xiao et al. 2018}
   *
   * {@snippet :
   * kernel.fill(Init.deltaOrthogonal(Math.sqrt(2)), generator);
   * }
   *
   * @param gain the length of each column of the tap
   */
  public static Init deltaOrthogonal(double gain) {
    return of("delta_orthogonal", "gain", gain);
  }

  /**
   * {@return N(0, (std / sqrt(2 * layers))^2), GPT-2's for weights that end in a residual sum}
   *
   * {@snippet :
   * weight.fill(Init.residualNormal(12, 0.02), generator);
   * }
   *
   * @param layers blocks of the model, of which each adds twice; 1 or more
   * @param std standard deviation of its other weights, 0 or more
   */
  public static Init residualNormal(long layers, double std) {
    return of("residual_normal", "layers", layers, "std", std);
  }

  /**
   * {@return N(0, 2 / (5 * dim)): Nguyen and Salazar 2019}
   *
   * {@snippet :
   * weight.fill(Init.smallInit(512), generator);
   * }
   *
   * @param dim width of the model, 1 or more
   */
  public static Init smallInit(long dim) {
    return of("small_init", "dim", dim);
  }

  /**
   * {@return N(0, (2 / (layers * sqrt(dim)))^2): Wang and Komatsuzaki 2021}
   *
   * {@snippet :
   * weight.fill(Init.wangInit(24, 512), generator);
   * }
   *
   * @param layers blocks of the model, 1 or more
   * @param dim its width, 1 or more
   */
  public static Init wangInit(long layers, long dim) {
    return of("wang_init", "layers", layers, "dim", dim);
  }

  /**
   * {@return N(0, std^2 * base / fan_in), a hidden weight's, for 2 dimensions or more: Yang et al.
   * 2022}
   *
   * {@snippet :
   * weight.fill(Init.mupNormal(128, 0.02), generator);
   * }
   *
   * @param base the fan_in of the small model whose std was tuned, 1 or more
   * @param std that standard deviation, 0 or more
   */
  public static Init mupNormal(long base, double std) {
    return of("mup_normal", "base", base, "std", std);
  }

  /**
   * {@return a Kaiming normal, each row upscale^k times over, of a convolution (out, in, k...)
   * whose out is a multiple of that: Aitken et al. 2017}
   *
   * {@snippet :
   * kernel.fill(Init.icnr(2), generator);
   * }
   *
   * @param upscale the factor of the pixel shuffle behind, 1 or more
   */
  public static Init icnr(long upscale) {
    return of("icnr", "upscale", upscale);
  }

  /**
   * {@return each row of another initializer's values upscale^k times over, of a convolution (out,
   * in, k...) whose out is a multiple of that}
   *
   * {@snippet :
   * kernel.fill(Init.icnr(Init.kaimingNormal(), 2), generator);
   * }
   *
   * @param init what makes the rows that are repeated
   * @param upscale the factor of the pixel shuffle behind, 1 or more
   */
  public static Init icnr(Init init, long upscale) {
    return of("icnr", "init", init, "upscale", upscale);
  }

  /**
   * {@return ZerO, a partial identity or a Hadamard matrix, for 2 to 5 dimensions; of a convolution
   * it is the center tap. No random number is drawn: Zhao et al. 2022}
   *
   * {@snippet :
   * weight.fill(Init.zero(), generator);
   * }
   */
  public static Init zero() {
    return of("zero");
  }

  /** It is serialized as its text. */
  private record Written(String expression) implements Serializable {
    private Object readResolve() {
      return parse(expression);
    }
  }

  private Object writeReplace() {
    return new Written(toString());
  }

  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("an Init is serialized as its text");
  }
}
