// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.initium.expression.Suggestions;

/** An initializer and the values of all its parameters, each checked; immutable. */
final class Arguments {
  private final Definition initializer;
  private final List<Object> values = new ArrayList<>();

  /**
   * Resolves the given values; the other parameters get their defaults.
   *
   * @throws IllegalArgumentException if one is not known, not allowed or missing
   */
  Arguments(Definition initializer, Map<String, ?> given) {
    this.initializer = initializer;
    for (Parameter parameter : initializer.parameters()) {
      values.add(resolve(parameter, given.get(parameter.name())));
    }
    for (String name : given.keySet()) {
      initializer.index(name); // throws if there is none of that name
    }
  }

  private Object resolve(Parameter parameter, Object given) {
    if (given != null) {
      return parameter.kind().resolve(parameter.name(), given);
    }
    if (parameter.standard() == null) {
      throw new IllegalArgumentException(
          name() + " needs the argument " + parameter.name() + ", which has no default");
    }
    return parameter.standard();
  }

  Definition initializer() {
    return initializer;
  }

  String name() {
    return initializer.name();
  }

  double real(String name) {
    return (Double) get(name);
  }

  long count(String name) {
    return (Long) get(name);
  }

  <E extends Enum<E>> E choice(String name, E[] constants) {
    return Suggestions.constant(name, (String) get(name), constants);
  }

  @SuppressWarnings("unchecked") // of an AxisList
  List<Integer> axes(String name) {
    return (List<Integer>) get(name);
  }

  Init nested(String name) {
    return (Init) get(name);
  }

  private Object get(String name) {
    return values.get(initializer.index(name));
  }

  Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < values.size(); i++) {
      map.put(initializer.parameters().get(i).name(), values.get(i));
    }
    return map;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Arguments that
        && initializer == that.initializer
        && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return 31 * name().hashCode() + values.hashCode();
  }

  /** The name and, in parentheses, those that differ from their defaults. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      Parameter parameter = initializer.parameters().get(i);
      if (!Objects.equals(values.get(i), parameter.standard())) {
        text.append(text.isEmpty() ? "(" : ", ")
            .append(parameter.name())
            .append('=')
            .append(Parameter.print(values.get(i)));
      }
    }
    return name() + (text.isEmpty() ? "" : text.append(')'));
  }
}
