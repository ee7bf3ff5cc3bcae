package org.initium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values are what Python 3 prints for the same text. */
class ArithmeticTest {
  private static final Map<String, Double> VARIABLES = Map.of("layers", 12.0, "width", 768.0);

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
      })
  void valuesOfPython(String text, double value) {
    assertEquals(value, Arithmetic.evaluate(text, VARIABLES), Math.ulp(value));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | a number, a variable or '(' is missing at character 1 of ''",
        "1+ | a number, a variable or '(' is missing at character 3",
        "1 2 | an operator or the end is missing at character 3 of '1 2', where '2' stands",
        "(1 | ')' is missing at character 3",
        "1.2.3 | '1.2.3' in '1.2.3' is not a number",
        "1e | '1e' in '1e' is not a number",
        "depth*2 | variable 'depth' at character 1 of 'depth*2' is not known; there are layers,"
            + " width",
        "sin(1) | function sin of 1 in 'sin(1)' is not known; there are abs,",
        "pow(1) | function pow of 1",
        "2 $ 3 | where '$' stands",
      })
  void errorsSayWhatAndWhere(String text, String message) {
    String actual =
        assertThrows(IllegalArgumentException.class, () -> Arithmetic.evaluate(text, VARIABLES))
            .getMessage();
    assertTrue(actual.contains(message.strip()), actual);
  }
}
