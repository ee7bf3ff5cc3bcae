// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.initium.expression.Arithmetic;
import org.initium.expression.ExpressionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How initializers are written, and what is said of those that are written wrongly. */
class ExpressionTest {
  private static final Map<String, Double> VARIABLES = Map.of("layers", 12.0, "width", 768.0);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kaiming_uniform(0.1, fan_out, relu) |"
            + " kaiming_uniform(a=0.1, mode=fan_out, nonlinearity=relu)",
        "  kaiming_uniform ( mode = 'fan_out' , a = .1 )  | kaiming_uniform(a=0.1, mode=fan_out)",
        "kaiming_uniform(mode=\"FAN_OUT\") | kaiming_uniform(mode=fan_out)",
        "kaiming_uniform_(0.0) | kaiming_uniform",
        "normal() | normal",
        "normal(0, std=1e-5) | normal(std=0.00001)",
        "normal(std=1e-30) | normal(std=1E-30)",
        "constant(-0.0) | constant(val=-0)",
        "constant(- - 2) | constant(val=2)",
        "constant(1e22) | constant(val=1E+22)",
        "constant(4.9e-324) | constant(val=4.9E-324)",
        "constant(0.1+0.2) | constant(val=0.30000000000000004)",
        "constant(width) | constant(val=768)",
        "dirac(groups=2*4) | dirac(groups=8)",
        "trunc_normal(a=2, b=inf) | trunc_normal(a=2, b=inf)",
        "truncated_normal(0, 1, -inf) | truncated_normal(lower=-inf)",
        "trunc_normal(0, 0.02, -0.04, 0.04) | trunc_normal(std=0.02, a=-0.04, b=0.04)",
        "icnr(init=kaiming_normal(mode=fan_out), upscale=3) |"
            + " icnr(init=kaiming_normal(mode=fan_out), upscale=3)",
        "icnr(kaiming_normal, 2) | icnr",
        "xavier_uniform(gain=relu) | xavier_uniform(gain=1.4142135623730951)",
        "xavier_uniform(relu) | xavier_uniform(gain=1.4142135623730951)",
        "xavier_normal(gain='tanh') | xavier_normal(gain=1.6666666666666667)",
        "orthogonal(gain=leaky_relu) | orthogonal(gain=1.4141428569978354)",
        "identity(gain=GELU_M2) | identity(gain=1.5335304411955353)",
        "xavier_normal(gain=width) | xavier_normal(gain=768)",
        "torch.nn.init.kaiming_uniform_(a=math.sqrt(5)) | kaiming_uniform(a=2.23606797749979)",
        "nn.init.normal_(std=2*math.pi) | normal(std=6.283185307179586)",
        "init.xavier_uniform_(gain=nn.init.calculate_gain('relu')) |"
            + " xavier_uniform(gain=1.4142135623730951)",
        "icnr(nn.init.normal_, upscale=3) | icnr(init=normal, upscale=3)",
      })
  void printsWhatDiffersFromTheDefaults(String text, String printed) {
    Init init = Init.parse(text, VARIABLES);
    assertEquals(printed, init.toString());
    assertEquals(init, Init.parse(printed));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | 1 | expected the name of an initializer but found the end",
        "`  ` | 3 | expected the name of an initializer but found the end",
        "3 | 1 | expected the name of an initializer but found '3'",
        "(normal) | 1 | expected the name of an initializer but found '('",
        "normal normal | 8 | expected the end but found 'normal'",
        "normal)) | 7 | expected the end but found ')'",
        "normal(1)) | 10 | expected the end but found ')'",
        "normal[1] | 7 | expected the end but found '['",
        "normal(, 1) | 8 | expected a number, a variable or a function but found ','",
        "normal(1,) | 10 | expected a number, a variable or a function but found ')'",
        "normal(1,,2) | 10 | expected a number, a variable or a function but found ','",
        "normal(1 2) | 10 | expected ',' or ')' but found '2'",
        "normal(1; 2) | 9 | expected ',' or ')' but found ';'",
        "normal(1 | 9 | expected ',' or ')' but found the end",
        "normal( | 8 | expected a number, a variable or a function but found the end",
        "normal(std=) | 12 | expected a number, a variable or a function but found ')'",
        "normal(std==1) | 8 | unknown variable 'std'",
        "normal(std:1) | 8 | unknown variable 'std'; there are layers, width",
        "normal(=1) | 8 | expected a number, a variable or a function but found '='",
        "normal(std=1, 2) | 15 | an argument without a name follows one with a name",
        "normal(std=1, std=2) | 15 | the argument std is given twice",
        "normal(1, mean=2) | 11 | the argument mean is given twice",
        "normal(0, 1, 2) | 14 | too many arguments: normal takes mean=0, std=1",
        "zeros(0) | 7 | too many arguments: zeros takes none",
        "zeros(val=0) | 7 | zeros takes no arguments, but 'val' is given",
        "kaimng_uniform | 1 | unknown initializer 'kaimng_uniform'; did you mean kaiming_uniform?",
        "kaimingUniforn | 1 | unknown initializer 'kaimingUniforn'; did you mean kaiming_uniform?",
        "norml(1) | 1 | unknown initializer 'norml'; did you mean normal?",
        "qwertyuiop | 1 | unknown initializer 'qwertyuiop'; all are in docs/initializers.md",
        "normal(sdt=1) | 8 | unknown argument of normal 'sdt'; there are mean, std",
        "kaiming_normal(slope=1) | 16 | unknown argument of kaiming_normal 'slope'",
        "normal(std=-1) | 12 | std = -1.0 is not allowed; it must be 0 or more",
        "normal(0, -1) | 11 | std = -1.0 is not allowed; it must be 0 or more",
        "uniform(2, 1) | 1 | a = 2.0 is not allowed; it must be at most b = 1.0",
        "trunc_normal(a=3) | 1 | a = 3.0 is not allowed; it must be less than b = 2.0",
        "trunc_normal(std=0) | 18 | std = 0.0 is not allowed; it must be more than 0",
        "truncated_normal(lower=3) | 1 | lower = 3.0 is not allowed; it must be less than upper",
        "sparse | 1 | sparse needs the argument sparsity, which has no default",
        "sparse(std=1) | 1 | sparse needs the argument sparsity, which has no default",
        "sparse(1.01) | 8 | sparsity = 1.01 is not allowed; it must be from 0 to 1",
        "sparse(-0.5) | 8 | sparsity = -0.5 is not allowed; it must be from 0 to 1",
        "dirac(0) | 7 | groups = 0 is not allowed; it must be an integer, 1 or more",
        "dirac(1.5) | 7 | groups = 1.5 is not allowed; it must be an integer, 1 or more",
        "dirac(1e300) | 7 | groups = 1E+300 is not allowed; it must be an integer, 1 or more",
        "xavier_normal(gain=relo) | 20 | unknown variable or nonlinearity 'relo'; did you mean"
            + " relu",
        "xavier_normal(gain=gelu) | 20 | unknown variable or nonlinearity 'gelu'; did you mean"
            + " gelu_m2",
        "xavier_normal(gain=wdth) | 20 | unknown variable or nonlinearity 'wdth'; did you mean"
            + " width?",
        "xavier_normal(gain=-relu) | 21 | unknown variable 'relu'; did you mean"
            + " calculate_gain(relu)?",
        "torch.nn.init.norml_() | 15 | unknown initializer 'norml_'; did you mean normal?",
        "nn.init. | 9 | expected the name of an initializer but found the end",
        "nn.normal | 1 | unknown initializer 'nn.normal'; did you mean normal? (all are",
        "jax.nn.initializers.norml(1) | 1 | unknown initializer 'jax.nn.initializers.norml'; did"
            + " you mean",
        "nn.foo | 1 | unknown initializer 'nn.foo'; all are in docs/initializers.md and in",
        "kaiming | 1 | unknown initializer 'kaiming'; did you mean kaiming_uniform or"
            + " kaiming_normal?",
        "normal.(1) | 8 | expected a name but found '('",
        "xavier_uniform(gain=-relu) | 22 | unknown variable 'relu'; did you mean"
            + " calculate_gain(relu)?",
        "normal(std=2*tanh) | 14 | unknown variable 'tanh'; did you mean calculate_gain(tanh)?",
        "xavier_normal(-1) | 15 | gain = -1.0 is not allowed; it must be 0 or more",
        "kaiming_normal(mode=fan_inn) | 21 | mode = fan_inn is not allowed; it must be one of fan",
        "kaiming_normal(mode=fan_avg) | 21 | mode = fan_avg is not allowed; it must be one of fan",
        "kaiming_normal(mode=1) | 21 | expected one of fan_in, fan_out but found '1'",
        "kaiming_normal(mode='fan_in) | 29 | expected the closing ' but found the end",
        "kaiming_normal(mode=\"fan_in') | 30 | expected the closing \" but found the end",
        "orthogonal(method=svd) | 19 | method = svd is not allowed; it must be one of qr, house",
        "variance_scaling(-1) | 18 | scale = -1.0 is not allowed; it must be 0 or more",
        "normal(std=layrs) | 12 | unknown variable 'layrs'; did you mean layers?",
        "normal(std=fan_in) | 12 | unknown variable 'fan_in'; there are layers, width",
        "normal(std=1/0) | 12 | the value is Infinity; a finite number is needed",
        "normal(std=inf) | 12 | the value is Infinity; a finite number is needed",
        "trunc_normal(b=inf-inf) | 16 | the value is not a number; a number, inf or -inf is needed",
        "normal(std=0/0) | 12 | the value is NaN; a finite number is needed",
        "normal(std=sqrt(-1)) | 12 | the value is NaN; a finite number is needed",
        "normal(std=1e400) | 12 | 1e400 is beyond the largest double",
        "normal(std=1e) | 13 | expected ',' or ')' but found 'e'",
        "normal(std=0x1) | 13 | expected ',' or ')' but found 'x1'",
        "normal(std=(1) | 15 | expected ',' or ')' but found the end",
        "normal(std=1+) | 14 | expected a number, a variable or a function but found ')'",
        "normal(std=1 ** ) | 17 | expected a number, a variable or a function but found ')'",
        "normal(std=sqr(2)) | 12 | unknown function 'sqr'; did you mean sqrt?",
        "normal(std=sqrt()) | 17 | expected a number, a variable or a function but found ')'",
        "normal(std=sqrt(1, 2)) | 18 | expected ')' but found ','",
        "normal(std=min(1)) | 17 | expected ',': min takes 2 arguments but found ')'",
        "constant(calculate_gain(gelu)) | 25 | unknown nonlinearity 'gelu'; did you mean gelu_m2?",
        "constant(calculate_gain()) | 25 | expected one of linear, conv1d",
        "small_init(0) | 12 | dim = 0 is not allowed; it must be an integer, 1 or more",
        "wang_init(3) | 1 | wang_init needs the argument dim, which has no default",
        "icnr(3) | 6 | expected the name of an initializer but found '3'",
        "icnr(norml) | 6 | unknown initializer 'norml'; did you mean normal?",
        "icnr(normal(std=-1)) | 17 | std = -1.0 is not allowed",
        "icnr(upscale=0) | 14 | upscale = 0 is not allowed; it must be an integer, 1 or more",
        "nörmal | 1 | unknown initializer 'nörmal'; did you mean normal?",
      })
  void aFaultIsOneLineWithItsColumn(String text, int column, String reason) {
    ExpressionException e =
        assertThrows(ExpressionException.class, () -> Init.parse(text, VARIABLES));
    assertTrue(e.reason().startsWith(reason), e.reason());
    assertEquals(column, e.column(), e.getMessage());
    assertEquals(e.reason() + " (column " + column + " of '" + text + "')", e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void deepNestingIsRefusedBeforeTheStackOverflows() {
    String open = "(".repeat(100_000);
    for (String text :
        new String[] {
          "normal(std=" + open,
          "normal(std=" + "-".repeat(100_000) + "1)",
          "normal(std=" + "2^".repeat(100_000) + "1)",
          "normal(std=" + "sqrt(".repeat(100_000),
          "icnr(".repeat(100_000)
        }) {
      ExpressionException e = assertThrows(ExpressionException.class, () -> Init.parse(text));
      assertEquals("nested more than 200 deep", e.reason());
    }
  }

  @Test
  void aLongSumIsNotDeep() {
    String sum = "1" + "+1".repeat(100_000);
    assertEquals(100_001, Arithmetic.evaluate(sum, Map.of(), Map.of()), "many terms, one level");
  }
}
