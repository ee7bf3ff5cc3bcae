// SPDX-License-Identifier: Apache-2.0
package org.initium.expression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.initium.initializer.Nonlinearity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values are what Python 3 prints for the same text. */
class ArithmeticTest {
  private static final Map<String, ?> VARIABLES =
      Map.of(
          "layers",
          12.0,
          "width",
          768.0,
          "depths",
          List.of(3.0, 3.0, 9.0, 3.0),
          "act",
          "tanh",
          "kinds",
          List.of("full", "window"),
          "digits",
          "07");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | 1",
        " 1.5e-3 | 0.0015",
        ".5 | 0.5",
        "1+2*3 | 7",
        "(1+2)*3 | 9",
        "7//2 | 3",
        "-7//2 | -4",
        "-7%3 | 2",
        "2**3**2 | 512",
        "-2**2 | -4",
        "2**-1 | 0.5",
        "2*3**2 | 18",
        "2 * 3 ** 2 | 18",
        "8/2/2 | 2",
        "3*width | 2304",
        "0.02/sqrt(2*layers) | 0.004082482904638631",
        "max(width, 1000) - min(2, 3) | 998",
        "- - 3 | 3",
        "log2(8) | 3",
        "1E3 | 1000",
        "2^10 | 1024",
        "pi | 3.141592653589793",
        "calculate_gain(relu) | 1.4142135623730951",
        "calculate_gain('leaky_relu', 0.2) | 1.3867504905630728",
        "calculate_gain(act) | 1.6666666666666667",
        "3 < 4 | 1",
        "3 >= 4 | 0",
        "1 + 1 == 2 | 1",
        "2*(3 != 3) | 0",
        "(5 > 4) + (4 <= 4) | 2",
        "(layers + 1) % 2 == 0 | 0",
        "depths[2] | 9",
        "depths[len(depths) - 1] + depths[0] | 6",
        "depths[depths[0]] | 3",
        "96*2**depths[1] | 768",
        "contains(depths, 9) | 1",
        "contains(depths, 2) | 0",
        "contains(depths, depths[depths[0]] + 0) | 1",
        "contains(kinds, 'full') | 1",
        "contains(kinds, kinds[1]) | 1",
        "len(kinds) | 2",
        "digits + 1 | 8",
        "true + false | 1",
        "1 < 2 and 2 < 3 | 1",
        "not 3 | 0",
        "depths[-2] | 9",
        "1 if layers > 3 else 1/0 | 1",
        "1 if layers < 3 else 2 if layers == 12 else 3 | 2",
        "(1 if 0 else 2) + 3 | 5",
        "not 1 == 2 | 1",
        "0 and 1 or 1 | 1",
        "1 or 1 and 0 | 1",
        "not contains(depths, 5) and width > 5 | 1",
      })
  void valuesOfPython(String text, double value) {
    assertEquals(
        value,
        Arithmetic.evaluate(text, VARIABLES, Nonlinearity.CalculateGain.BY_NAME),
        Math.ulp(value));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | expected a number, a variable or a function but found the end (column 1 of '')",
        "1+ | expected a number, a variable or a function but found the end (column 3 of '1+')",
        "1 2 | expected an operator or the end but found '2' (column 3 of '1 2')",
        "(1 | expected ')' but found the end (column 3",
        "1.2.3 | expected an operator or the end but found '.3' (column 4",
        "1e | expected an operator or the end but found 'e' (column 2",
        "1e999 | 1e999 is beyond the largest double (column 1",
        "1/0 | the value is Infinity; a finite number is needed (column 1",
        "depth*2 | unknown variable 'depth'; did you mean depths? (there are act, depths,",
        "act*2 | 'act' is 'tanh', which is not a number (column 1 of 'act*2')",
        "depths*2 | 'depths' is a list; 'depths[0]' is its first element (column 1",
        "depths[4] | there is no depths[4]: depths has 4 elements, counted from 0 (column 8",
        "depths[-5] | there is no depths[-5]: depths has 4 elements",
        "1 if 2 | expected 'else' but found the end (column 7",
        "1 if 1/0 else depths[4] | there is no depths[4]",
        "depths[0.5] | there is no depths[0.5]",
        "width[0] | 'width' is 768, not a list (column 1",
        "act[0] | 'act' is 'tanh', not a list (column 1",
        "len(width) | len(list) takes a variable that is a list (column 5",
        "contains(depths) | contains(list, element) takes a variable that is a list",
        "calculate_gain(relu, 1, 2) | calculate_gain = [relu, 1.0, 2.0] is not allowed",
        "1 and | expected a number, a variable or a function but found the end (column 6",
        "not | expected a number, a variable",
        "1 < 2 < 3 | expected an operator or the end but found '<' (column 7",
        "2*layrs | unknown variable 'layrs'; did you mean layers?",
        "sin(1) | unknown function 'sin'; did you mean min? (there are sqrt,",
        "pow(1) | expected ',': pow takes 2 arguments but found ')' (column 6",
        "2 $ 3 | expected an operator or the end but found '$' (column 3",
      })
  void errorsSayWhatAndWhere(String text, String message) {
    String actual =
        assertThrows(
                IllegalArgumentException.class,
                () -> Arithmetic.evaluate(text, VARIABLES, Nonlinearity.CalculateGain.BY_NAME))
            .getMessage();
    assertTrue(actual.contains(message.strip()), actual);
  }

  /** What follows --set NAME=. */
  @Test
  void aVariableIsANumberAWordOrAList() {
    assertEquals(24.0, set("2*12"));
    assertEquals("gelu", set("gelu"));
    assertEquals("gated-gelu", set("'gated-gelu'"));
    assertEquals(List.of(3.0, 3.0, 27.0, "x"), set("[3, 3, 3**3, x]"));
    assertEquals(List.of(), set("[]"));
    assertThrows(IllegalArgumentException.class, () -> set("[3, 3"));
    assertThrows(IllegalArgumentException.class, () -> set("[[3]]"));
    assertThrows(IllegalArgumentException.class, () -> set("a b"));
    assertThrows(IllegalArgumentException.class, () -> set(""));
  }

  private static Object set(String text) {
    return Arithmetic.valueOrWord(text, Map.of(), Map.of());
  }
}
