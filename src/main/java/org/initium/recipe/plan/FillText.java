// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.initium.Fill;

/**
 * A fill as an expression: {@code normal(mean=0, std=0.02)}. Every fill is a record, whose
 * components are its arguments.
 */
final class FillText {
  private FillText() {}

  static String of(Fill fill) {
    return record((Record) fill);
  }

  private static String record(Record record) {
    List<String> arguments = new ArrayList<>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      try {
        arguments.add(
            snake(component.getName()) + "=" + value(component.getAccessor().invoke(record)));
      } catch (ReflectiveOperationException e) {
        throw new AssertionError("a record's accessors are as public as it is", e);
      }
    }
    String name = snake(record.getClass().getSimpleName());
    return name + "(" + String.join(", ", arguments) + ")";
  }

  private static String snake(String name) {
    return name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }

  private static String value(Object value) {
    return switch (value) {
      case Record inner -> record(inner);
      case Enum<?> word -> word.name().toLowerCase(Locale.ROOT);
      case Double number -> number(number);
      case List<?> list -> list.stream().map(FillText::value).toList().toString();
      default -> value.toString();
    };
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value).replace("Infinity", "inf");
  }
}
