// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.initium.expression.Arithmetic;
import org.initium.expression.ExpressionException;

/** What holds of every initializer with any arguments, and of every text. */
class ExpressionProperties {
  @Property(tries = 5000, seed = "20240607")
  void parseAfterPrintIsTheIdentity(@ForAll("inits") Init init) {
    Init read = Init.parse(init.toString());
    assertEquals(init, read);
    assertEquals(init.hashCode(), read.hashCode());
    assertEquals(init.toString(), read.toString());
  }

  @Property(tries = 5000, seed = "20240607")
  void aNumberSurvivesPrinting(@ForAll("finite") double number) {
    String text = Arithmetic.print(number);
    assertEquals(number, Arithmetic.evaluate(text, Map.of(), Map.of()), text);
  }

  @Property(tries = 5000, seed = "20240607")
  void anyTextIsReadOrRefusedInOneLine(@ForAll("texts") String text) {
    try {
      Init init = Init.parse(text);
      assertEquals(init, Init.parse(init.toString()));
    } catch (ExpressionException e) {
      assertTrue(e.column() >= 1 && e.column() <= text.length() + 1, e.getMessage());
      assertFalse(e.reason().isBlank());
    }
  }

  @Provide
  Arbitrary<Double> finite() {
    return Arbitraries.longs().map(Double::longBitsToDouble).filter(Double::isFinite);
  }

  /** Tokens at random, some of which make sense. */
  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
            "normal",
            "icnr",
            "sparse",
            "std",
            "=",
            "(",
            ")",
            ",",
            "1",
            ".5",
            "1e3",
            "-",
            "*",
            "**",
            "sqrt",
            "'",
            "fan_in",
            "mode",
            " ",
            "kaiming_normal",
            "$",
            "\u00e9")
        .list()
        .ofMaxSize(12)
        .map(tokens -> String.join("", tokens));
  }

  @Provide
  Arbitrary<Init> inits() {
    return inits(List.copyOf(Catalog.all().values()));
  }

  private Arbitrary<Init> inits(List<Definition> rows) {
    return Arbitraries.of(rows)
        .flatMap(
            row ->
                Combinators.combine(row.parameters().stream().map(this::value).toList())
                    .as(values -> make(row, values)))
        .filter(init -> init != null);
  }

  /** Null where the values do not go together, as a lower bound above the upper. */
  private static Init make(Definition row, List<Object> values) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    for (int i = 0; i < values.size(); i++) {
      arguments.put(row.parameters().get(i).name(), values.get(i));
    }
    try {
      return Init.of(row, arguments);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private Arbitrary<Object> value(Parameter parameter) {
    Arbitrary<Object> any =
        switch (parameter.kind()) {
          case Parameter.Real real -> numbers(real);
          case Parameter.Gain gain -> numbers(gain.range());
          case Parameter.Count count -> Arbitraries.longs().between(1, 1L << 53).map(v -> v);
          case Parameter.Choice choice -> Arbitraries.of(choice.words()).map(v -> v);
          case Parameter.AxisList axes ->
              Arbitraries.integers().between(-4, 4).list().ofMaxSize(3).map(v -> v);
          case Parameter.Nested nested -> inits(simple()).map(v -> v);
        };
    return parameter.standard() == null
        ? any
        : Arbitraries.oneOf(any, Arbitraries.just(parameter.standard()));
  }

  private Arbitrary<Object> numbers(Parameter.Real range) {
    return Arbitraries.oneOf(finite(), Arbitraries.doubles().between(-3, 3))
        .filter(range::has)
        .map(v -> v);
  }

  private static List<Definition> simple() {
    List<Definition> rows = new ArrayList<>(Catalog.all().values());
    rows.removeIf(
        row -> row.parameters().stream().anyMatch(p -> p.kind() instanceof Parameter.Nested));
    return rows;
  }
}
