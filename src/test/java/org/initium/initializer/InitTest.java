// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Fill.Orthogonal.Method;
import org.initium.Shape;
import org.initium.function.IndexFunction;
import org.initium.function.IndexFunction.Order;
import org.initium.function.IndexFunction.Spread;
import org.initium.function.IndexFunction.Wave;
import org.initium.function.SmoothMap;
import org.initium.function.UniformMap;
import org.initium.initializer.Fans.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every initializer as built in code, as read from an expression, and the fill that it makes. */
class InitTest {
  private static final double SQRT_3 = Math.sqrt(3);
  private static final Fill TRUNCATED =
      new Fill.TruncatedNormal(
          0, 0.1 / 0.87962566103423978, -0.2 / 0.87962566103423978, 0.2 / 0.87962566103423978);

  /** A case: an initializer from its factory, as it prints, and its fill of a shape. */
  record Case(Init init, String expression, Shape shape, Fill fill) {}

  private static Case row(Init init, String expression, Shape shape, Fill fill) {
    return new Case(init, expression, shape, fill);
  }

  static List<Case> cases() {
    Shape matrix = Shape.of(20, 30);
    Shape tall = Shape.of(5, 3);
    Shape hundred = Shape.of(50, 100);
    Shape conv = Shape.of(8, 4, 3, 3);
    return List.of(
        row(Init.uniform(), "uniform", matrix, new Fill.Uniform(0, 1)),
        row(Init.uniform(-1, 2), "uniform(a=-1, b=2)", matrix, new Fill.Uniform(-1, 2)),
        row(Init.normal(), "normal", matrix, new Fill.Normal(0, 1)),
        row(Init.normal(3, 0.5), "normal(mean=3, std=0.5)", matrix, new Fill.Normal(3, 0.5)),
        row(Init.truncNormal(), "trunc_normal", matrix, new Fill.TruncatedNormal(0, 1, -2, 2)),
        row(
            Init.truncNormal(0, 0.02, -2, 2),
            "trunc_normal(std=0.02)",
            matrix,
            new Fill.TruncatedNormal(0, 0.02, -2, 2)),
        row(Init.constant(0.3), "constant(val=0.3)", Shape.of(), new Fill.Constant(0.3)),
        row(Init.ones(), "ones", Shape.of(7), new Fill.Constant(1)),
        row(Init.zeros(), "zeros", Shape.of(7), new Fill.Constant(0)),
        row(Init.eye(), "eye", matrix, new Fill.Eye(1)),
        row(Init.dirac(), "dirac", conv, new Fill.Center(new Fill.Eye(1, 1))),
        row(Init.dirac(2), "dirac(groups=2)", conv, new Fill.Center(new Fill.Eye(1, 2))),
        row(Init.cauchy(1, 0.5), "cauchy(loc=1, scale=0.5)", conv, new Fill.Cauchy(1, 0.5)),
        row(Init.laplace(0, 0.5), "laplace(scale=0.5)", matrix, new Fill.Laplace(0, 0.5)),
        row(Init.exponential(2), "exponential(rate=2)", matrix, new Fill.Exponential(2)),
        row(Init.xavierUniform(), "xavier_uniform", matrix, uniform(Math.sqrt(2.0 / 50))),
        row(Init.xavierNormal(), "xavier_normal", matrix, new Fill.Normal(0, 0.2)),
        row(Init.xavierUniform(10), "xavier_uniform(gain=10)", matrix, uniform(2)),
        row(Init.xavierNormal(10), "xavier_normal(gain=10)", matrix, new Fill.Normal(0, 2)),
        row(Init.kaimingUniform(), "kaiming_uniform", conv, uniform(Math.sqrt(2) / 6)),
        row(Init.kaimingNormal(), "kaiming_normal", conv, new Fill.Normal(0, Math.sqrt(2) / 6)),
        row(
            Init.kaimingUniform(0, Mode.FAN_OUT, Nonlinearity.SELU),
            "kaiming_uniform(mode=fan_out, nonlinearity=selu)",
            conv,
            uniform(0.75 / Math.sqrt(72))),
        row(
            Init.kaimingNormal(1, Mode.FAN_IN, Nonlinearity.LEAKY_RELU),
            "kaiming_normal(a=1)",
            conv,
            new Fill.Normal(0, 1.0 / 6)),
        row(Init.orthogonal(), "orthogonal", matrix, new Fill.Orthogonal(1, Method.QR)),
        row(Init.orthogonal(-2), "orthogonal(gain=-2)", conv, new Fill.Orthogonal(-2, Method.QR)),
        row(
            Init.orthogonal(1, Method.HOUSEHOLDER),
            "orthogonal(method=householder)",
            matrix,
            new Fill.Orthogonal(1, Method.HOUSEHOLDER)),
        row(Init.sparse(0.5), "sparse(sparsity=0.5)", matrix, new Fill.Sparse(0.5, 0.01)),
        row(Init.sparse(1, 2), "sparse(sparsity=1, std=2)", matrix, new Fill.Sparse(1, 2)),
        row(Init.varianceScaling(), "variance_scaling", hundred, TRUNCATED),
        row(
            Init.varianceScaling().with("mode", "fan_geo_avg").with("distribution", "uniform"),
            "variance_scaling(mode=fan_geo_avg, distribution=uniform)",
            Shape.of(4, 9),
            uniform(Math.sqrt(1.0 / 6))),
        row(Init.lecunUniform(), "lecun_uniform", hundred, uniform(0.1)),
        row(Init.lecunNormal(), "lecun_normal", hundred, TRUNCATED),
        row(
            Init.truncatedNormal(1, 0.5).with("upper", 3),
            "truncated_normal(mean=1, std=0.5, upper=3)",
            matrix,
            new Fill.TruncatedNormal(1, 0.5, 0, 2.5)),
        row(
            Init.truncatedNormalCorrected(0, 0.1),
            "truncated_normal_corrected(std=0.1)",
            matrix,
            TRUNCATED),
        row(Init.identity(0.5), "identity(gain=0.5)", matrix, new Fill.Eye(0.5)),
        row(
            Init.deltaOrthogonal(2),
            "delta_orthogonal(gain=2)",
            conv,
            new Fill.Center(new Fill.Orthogonal(2, Method.QR))),
        row(
            Init.residualNormal(8, 0.04),
            "residual_normal(layers=8, std=0.04)",
            matrix,
            new Fill.Normal(0, 0.01)),
        row(Init.smallInit(40), "small_init(dim=40)", matrix, new Fill.Normal(0, 0.1)),
        row(Init.wangInit(4, 25), "wang_init(layers=4, dim=25)", matrix, new Fill.Normal(0, 0.1)),
        row(
            Init.mupNormal(25, 0.1),
            "mup_normal(base=25, std=0.1)",
            hundred,
            new Fill.Normal(0, 0.05)),
        row(Init.icnr(2), "icnr", conv, new Fill.Repeated(new Fill.Normal(0, Math.sqrt(2) / 6), 4)),
        row(
            Init.icnr(Init.orthogonal(), 2),
            "icnr(init=orthogonal)",
            conv,
            new Fill.Repeated(new Fill.Orthogonal(1, Method.QR), 4)),
        row(
            Values.arange(1, 2),
            "arange(start=1, step=2)",
            matrix,
            new Fill.ByIndex(new IndexFunction.Arange(1, Double.POSITIVE_INFINITY, 2, -1))),
        row(
            Values.linspace(-1, 1).with("dim", 0),
            "linspace(start=-1, end=1, dim=0)",
            matrix,
            new Fill.ByIndex(new IndexFunction.Linspace(-1, 1, 0))),
        row(
            Values.sinusoidal(),
            "sinusoidal",
            matrix,
            new Fill.ByIndex(
                new IndexFunction.Sinusoidal(10000, Order.INTERLEAVED, Spread.OPEN, 1))),
        row(
            Values.rotary(Wave.SIN, 500),
            "rotary(base=500, wave=sin)",
            matrix,
            new Fill.ByIndex(new IndexFunction.Rotary(500, 1, Wave.SIN, Order.HALVES))),
        row(
            Values.log(Values.arange(1, 1)),
            "log(init=arange(start=1))",
            matrix,
            new Fill.ByIndex(
                new IndexFunction.Mapped(
                    new IndexFunction.Arange(1, Double.POSITIVE_INFINITY, 1, -1),
                    new SmoothMap.Log()))),
        row(
            Values.exp(Init.uniform(-2, -1)),
            "exp(init=uniform(a=-2, b=-1))",
            matrix,
            ofUniform(-2, -1, new SmoothMap.Exp())),
        row(
            Values.power(Init.uniform(), 0.5),
            "power(init=uniform, exponent=0.5)",
            matrix,
            ofUniform(0, 1, new SmoothMap.Power(0.5))),
        row(
            Values.affine(Values.log(Init.uniform(1, 16)), -1, 2),
            "affine(init=log(init=uniform(a=1, b=16)), scale=-1, offset=2)",
            matrix,
            ofUniform(1, 16, new SmoothMap.Log(), new SmoothMap.Affine(-1, 2))),
        row(
            Values.inverseSoftplus(Init.uniform(1, 2)),
            "inverse_softplus(init=uniform(a=1, b=2))",
            matrix,
            ofUniform(1, 2, new SmoothMap.InverseSoftplus())),
        row(
            Values.dtBias(0.01, 0.1),
            "dt_bias(dt_min=0.01)",
            matrix,
            new Fill.OfUniform(
                new UniformMap(
                    Math.log(0.01),
                    Math.log(0.1),
                    List.of(new SmoothMap.Exp(), new SmoothMap.InverseSoftplus()),
                    1e-4 + Math.log(-Math.expm1(-1e-4))))),
        row(Init.zero(), "zero", matrix, new Fill.Eye(1)),
        row(Init.zero(), "zero", tall, new Fill.Hadamard(1 / Math.sqrt(8))),
        row(Init.zero(), "zero", conv, new Fill.Center(new Fill.Hadamard(1 / Math.sqrt(8)))));
  }

  private static Fill ofUniform(double a, double b, SmoothMap... maps) {
    return new Fill.OfUniform(new UniformMap(a, b, List.of(maps), Double.NEGATIVE_INFINITY));
  }

  private static Fill uniform(double std) {
    return new Fill.Uniform(-SQRT_3 * std, SQRT_3 * std);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isAValueWithAnExpressionAndAFill(Case c) {
    assertEquals(c.expression, c.init.toString());
    assertEquals(c.init, Init.parse(c.expression));
    assertEquals(c.init.hashCode(), Init.parse(c.expression).hashCode());
    Fill fill = c.init.fill(c.shape);
    fill.check(c.shape, DType.F16);
    assertClose(c.fill, fill);
  }

  /** Records of doubles print them shortest; a unit in the last place must not matter here. */
  private static void assertClose(Fill wanted, Fill actual) {
    String[] a = wanted.toString().split("[=,\\]]");
    String[] b = actual.toString().split("[=,\\]]");
    assertEquals(a.length, b.length, actual.toString());
    for (int i = 0; i < a.length; i++) {
      if (a[i].matches("-?\\d.*")) {
        double number = Double.parseDouble(a[i]);
        assertEquals(number, Double.parseDouble(b[i]), Math.ulp(number) * 2, actual.toString());
      } else {
        assertEquals(a[i], b[i]);
      }
    }
  }

  @Test
  void everyInitializerHasACase() {
    Set<String> tested =
        cases().stream()
            .map(c -> c.expression.replaceAll("\\(.*", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> all =
        Catalog.all().values().stream()
            .map(Definition::name)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(all, tested);
  }

  @Test
  void valuesByIndexAndFunctionsSayWhatDoesNotFit() {
    Map<String, String> wrong =
        Map.ofEntries(
            Map.entry("log(arange)", "the first value = -Infinity is not allowed"),
            Map.entry(
                "log(rotary(wave=cos))", "the value where the wave is -1 = NaN is not allowed"),
            Map.entry(
                "log(uniform(-1,1))", "the value at -0.9999999999999999 = NaN is not allowed"),
            Map.entry("exp(normal)", "init = normal is not allowed here; it must be a uniform"),
            Map.entry("log(dt_bias)", "init = dt_bias is not allowed here"),
            Map.entry("exp(uniform(0,30))", "exp of numbers from 0.0 to 30.0 is not allowed"),
            Map.entry("arange(1,17)", "end = 17.0 is not allowed; it must be such that"),
            Map.entry("arange(dim=2)", "dim = 2 is not allowed; it must be a dimension of 2"),
            Map.entry("arange(step=1e38)", "the last value = 1.4E39 is not allowed"),
            Map.entry(
                "sinusoidal(width=4)", "width = 4 is not allowed; it must be a divisor of the 6"),
            Map.entry(
                "rotary", "the last dimension = 15 is not allowed; it must be a multiple of 2"));
    wrong.forEach(
        (expression, message) -> {
          Shape shape =
              Shape.of(6, expression.equals("rotary") || expression.contains("arange") ? 15 : 16);
          IllegalArgumentException e =
              assertThrows(
                  IllegalArgumentException.class,
                  () -> Init.parse(expression).fill(shape).check(shape, DType.F32),
                  expression);
          assertTrue(e.getMessage().startsWith(message), e.getMessage());
        });
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Init.parse("arange(step=1e16)").fill(Shape.of(3)).check(Shape.of(3), DType.I64));
    assertTrue(
        e.getMessage().startsWith("the last value = 2.0E16 is not allowed; it must be -2^53 to"),
        e.getMessage());
    e = assertThrows(IllegalArgumentException.class, () -> Init.parse("dt_bias(0.2)"));
    assertTrue(e.getMessage().contains("dt_min = 0.2 is not allowed; it must be at most"));
  }

  @Test
  void aliasesAreTheSameValue() {
    assertEquals(Init.parse("xavier_uniform"), Init.parse("glorot_uniform"));
    assertEquals(Init.parse("kaiming_normal(a=0.1)"), Init.parse("he_normal_(0.1)"));
    assertEquals("wang_init(layers=2, dim=3)", Init.parse("wang(2, 3)").toString());
  }

  @Test
  void withChangesOneArgument() {
    assertEquals(
        Init.parse("kaiming_normal(mode=fan_out, groups=32)"),
        Init.kaimingNormal().with("mode", "fan_out").with("groups", 32));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Init.normal().with("sd", 1));
    assertTrue(e.getMessage().startsWith("unknown argument of normal 'sd'"), e.getMessage());
    e = assertThrows(IllegalArgumentException.class, () -> Init.dirac().with("groups", 0.5));
    assertEquals("groups = 0.5 is not allowed; it must be an integer, 1 or more", e.getMessage());
  }

  @Test
  void differsWhereAnArgumentDiffers() {
    assertNotEquals(Init.normal(0, 1), Init.normal(0, 2));
    assertNotEquals(Init.eye(), Init.identity(1));
    assertEquals(Init.normal(0, 1), Init.normal());
    assertEquals(Init.normal(0, 2), Init.normal().with("std", 2));
  }

  @Test
  void variablesAndArithmeticAreResolved() {
    Map<String, Double> variables = Map.of("layers", 12.0, "width", 768.0);
    assertEquals(
        Init.normal(0, 0.02 / Math.sqrt(24)),
        Init.parse("normal(std=0.02/sqrt(2*layers))", variables));
    assertEquals(Init.smallInit(1536), Init.parse("small_init(2*width)", variables));
    assertEquals(Init.xavierUniform(5.0 / 3), Init.parse("xavier_uniform(calculate_gain('tanh'))"));
  }

  /** torch warns and does nothing, or fails, or divides by zero, each in another initializer. */
  @Test
  void leavesTensorsWithoutElementsAlone() {
    for (Case c : cases()) {
      for (Shape empty : List.of(Shape.of(0), Shape.of(0, 0), Shape.of(4, 0, 3, 3))) {
        Fill fill = c.init.fill(empty);
        fill.check(empty, DType.F32);
        assertEquals(0, fill.words(empty, DType.F32));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("misfits")
  void aShapeThatDoesNotFitIsNamed(String expression, String shape, String message) {
    Shape whole = Shape.parse(shape);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Init.parse(expression).fill(whole).check(whole, DType.F32));
    assertTrue(e.getMessage().contains(message), e.getMessage());
    assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
  }

  static Object[][] misfits() {
    return new Object[][] {
      {"xavier_uniform", "5", "shape [5] has 1 dimension; 2 or more are needed"},
      {"kaiming_normal", "", "shape [] has 0 dimensions; 2 or more are needed"},
      {"kaiming_normal(groups=3)", "4,4", "groups = 3 is not allowed; it must be a divisor of"},
      {"lecun_normal(layout=linear)", "4,4,3", "3 dimensions; exactly 2 are needed"},
      {"eye", "4,4,4", "3 dimensions; exactly 2 are needed"},
      {"identity(2)", "4", "1 dimension; exactly 2 are needed"},
      {"dirac", "4,4", "2 dimensions; 3 to 5 are needed"},
      {"dirac(3)", "4,4,3", "groups = 3 is not allowed; it must be a divisor of dimension 0"},
      {"orthogonal", "4", "1 dimension; 2 or more are needed"},
      {"sparse(0.1)", "4,4,4", "3 dimensions; exactly 2 are needed"},
      {"delta_orthogonal", "4,8,3", "at least as many outputs as inputs; shape [4, 8, 3] has 4"},
      {"delta_orthogonal", "8,4", "2 dimensions; 3 to 5 are needed"},
      {"icnr(upscale=3)", "8,4,3,3", "upscale = 3 is not allowed; it must be such that upscale^2"},
      {"icnr", "8,4", "2 dimensions; 3 to 5 are needed"},
      {"icnr(zero)", "8,4,3,3", "init = zero is not allowed in icnr"},
      {"zero", "8", "1 dimension; 2 to 5 are needed"},
      {"constant(1e39)", "8", "value = 1.0E39 is not allowed; it must be finite in f32"},
    };
  }

  @Test
  void calculateGainIsTorchs() {
    assertEquals(1.4142135623730951, Init.calculateGain("relu"));
    assertEquals(5.0 / 3, Init.calculateGain("tanh"));
    assertEquals(Math.sqrt(2 / 1.04), Init.calculateGain("leaky_relu", 0.2));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Init.calculateGain("leaky"));
    assertTrue(e.getMessage().contains("unknown nonlinearity 'leaky'; "), e.getMessage());
  }

  /** It is no word for the default, which would be taken without a word. */
  @Test
  void noArgumentIsNull() {
    assertEquals(
        "wave",
        assertThrows(NullPointerException.class, () -> Values.rotary(null, 10000)).getMessage());
    Init init = Init.kaimingNormal();
    assertEquals(
        "mode",
        assertThrows(NullPointerException.class, () -> init.with("mode", null)).getMessage());
  }
}
