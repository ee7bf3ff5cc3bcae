// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** in_axis, out_axis, batch_axis and the layouts: fans as JAX counts them, and what is refused. */
class AxesTest {
  private static double std(Init init, Shape shape) {
    return ((Fill.Normal) init.fill(shape)).std();
  }

  private static List<Integer> axes(String text) {
    return text == null ? List.of() : Arrays.stream(text.split(" ")).map(Integer::valueOf).toList();
  }

  private static Shape shape(String text) {
    return Shape.of(Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray());
  }

  @ParameterizedTest
  @CsvFileSource(resources = "axes.csv", delimiter = '|')
  void fansAreWhatJaxDocuments(
      String sizes, String in, String out, String batch, double fanIn, double fanOut) {
    String named =
        "in_axis=%s, out_axis=%s, batch_axis=%s".formatted(axes(in), axes(out), axes(batch));
    for (String mode : List.of("fan_in", "fan_out")) {
      Init init =
          Init.parse("kaiming_normal(mode=" + mode + ", nonlinearity=linear, " + named + ")");
      double fan = mode.equals("fan_in") ? fanIn : fanOut;
      assertEquals(
          1 / Math.sqrt(fan), std(init, shape(sizes)), Math.ulp(1 / Math.sqrt(fan)), named);
      assertEquals(init, Init.parse(init.toString()));
    }
  }

  /** Reports of weights whose fans came out wrong, with the values that are right. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // four experts of 256 x 64
        "kaiming_normal(batch_axis=0) | 4 256 64 | 0.17677669529663687", // sqrt(2/64)
        "kaiming_normal(batch_axis=0, layout=hwio) | 4 64 256 | 0.17677669529663687",
        "xavier_normal(batch_axis=[0, 1]) | 2 3 30 20 | 0.2", // sqrt(2/50)
        // Keras's EinsumDense and depthwise convolution, MLX's convolution
        "kaiming_normal(layout=ihd) | 512 8 64 | 0.0625", // sqrt(2/512)
        "kaiming_normal(layout=hdo) | 8 64 512 | 0.0625",
        "kaiming_normal(layout=hwcm, nonlinearity=linear) | 3 3 64 2 | 0.3333333333333333", // 1/3
        "kaiming_normal(layout=hwcm, nonlinearity=linear, mode=fan_out) | 4 4 64 4 | 0.125", // 1/8
        "kaiming_normal(layout=ohwi) | 7 5 10 | 0.2", // sqrt(2/50)
        "kaiming_normal(layout=ohwi, mode=fan_out) | 10 5 7 | 0.2",
        "mup_normal(base=64, std=0.5, role=input) | 128 | 0.5",
      })
  void weightsOfModels(String expression, String sizes, double std) {
    assertEquals(std, std(Init.parse(expression), shape(sizes)), Math.ulp(std));
  }

  /** A truncated law's sigma is that before the cut: lecun_normal on two experts. */
  @Test
  void lecunOfExperts() {
    Fill.TruncatedNormal fill =
        (Fill.TruncatedNormal)
            Init.parse("lecun_normal(batch_axis=0, layout=hwio)").fill(Shape.of(4, 64, 256));
    assertEquals(0.125 / 0.87962566103423978, fill.std(), 1e-16);
  }

  static List<Init> withFans() {
    return Catalog.all().values().stream()
        .distinct()
        .filter(d -> d.parameters().containsAll(Axes.PARAMETERS))
        .map(AxesTest::any)
        .toList();
  }

  private static Init any(Definition definition) {
    return Init.parse(
        switch (definition.name()) {
          case "sparse" -> "sparse(0.3)";
          case "mup_normal" -> "mup_normal(4)";
          default -> definition.name();
        });
  }

  /** A batch of one has the fans, and so the law, of the plain weight. */
  @ParameterizedTest
  @MethodSource("withFans")
  void aBatchOfOneIsThePlainWeight(Init init) {
    boolean convolution = List.of("dirac", "delta_orthogonal").contains(init.toString());
    Shape plain = convolution ? Shape.of(8, 6, 3) : Shape.of(8, 6);
    Shape stacked = convolution ? Shape.of(8, 1, 6, 3) : Shape.of(8, 1, 6);
    Fill fill = init.with("batch_axis", 1).fill(stacked);
    fill.check(stacked, DType.F32);
    Fill one = fill instanceof Fill.Each each ? each.base() : fill;
    assertEquals(init.fill(plain), one);
    assertEquals(init.fill(plain).words(plain, DType.F32), fill.words(stacked, DType.F32), "words");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kaiming_normal(batch_axis=3) | 4 4 4 | batch_axis = 3 is not allowed; it must be a"
            + " dimension of [4, 4, 4]",
        "kaiming_normal(in_axis=0) | 4 4 | in_axis, out_axis, batch_axis = [0], [0], [] is not"
            + " allowed; it must be different dimensions of [4, 4]",
        "kaiming_normal(batch_axis=0) | 4 4 | shape [4] has 1 dimension; 2 or more are needed",
        "kaiming_normal(layout=ihd) | 4 4 | shape [4, 4] has 2 dimensions; exactly 3 are needed",
        "orthogonal(batch_axis=0) | 4 4 | shape [4] has 1 dimension; 2 or more are needed",
        "sparse(0.5, in_axis=[0, 1], out_axis=2) | 2 2 2 | in_axis = [0, 1] is not allowed; it must"
            + " be one dimension, but for orthogonal",
        "eye(batch_axis=0) | 4 4 4 4 | shape [4, 4, 4] has 3 dimensions; exactly 2 are needed",
      })
  void whatDoesNotFitIsSaid(String expression, String sizes, String message) {
    Shape whole = shape(sizes);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Init.parse(expression).fill(whole).check(whole, DType.F32));
    assertEquals(message, e.getMessage());
  }

  @Test
  void axesAreWrittenAsPythonHasThem() {
    Init init = Init.kaimingNormal().with("in_axis", 0).with("out_axis", 1, 2);
    assertEquals("kaiming_normal(in_axis=0, out_axis=[1, 2])", init.toString());
    assertEquals(init, Init.parse("kaiming_normal(in_axis=[0], out_axis=(1, 2,))"));
    for (String wrong : List.of("[0", "0.5", "[0, x]", "[0 1]")) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> Init.parse("eye(in_axis=" + wrong + ")"),
              wrong);
      assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
    }
  }

  @ParameterizedTest
  @CsvFileSource(resources = "gains.csv", delimiter = '|')
  void gainsKeepTheSecondMoment(String name, double gain) {
    assertEquals(gain, Init.calculateGain(name), 1e-12);
  }
}
