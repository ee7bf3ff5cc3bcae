// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.initium.expression.Suggestions;
import org.initium.text.Text;

/** Values for all parameters of an initializer, each checked by its parameter; immutable. */
final class Arguments {
  private final List<Parameter> parameters;
  private final List<Object> values;

  private Arguments(List<Parameter> parameters, List<Object> values) {
    this.parameters = parameters;
    this.values = values;
  }

  /**
   * Resolves the given values; the other parameters get their defaults.
   *
   * @throws IllegalArgumentException if one is not known, not allowed or missing
   */
  static Arguments of(String owner, List<Parameter> parameters, Map<String, ?> given) {
    Map<String, Object> rest = new LinkedHashMap<>(given);
    List<Object> values = new ArrayList<>();
    for (Parameter parameter : parameters) {
      values.add(resolve(owner, parameter, rest.remove(parameter.name())));
    }
    for (String name : rest.keySet()) {
      throw new IllegalArgumentException(unknown(owner, parameters, name));
    }
    return new Arguments(parameters, values);
  }

  static String unknown(String owner, List<Parameter> parameters, String name) {
    if (parameters.isEmpty()) {
      return Text.message("%s takes no arguments, but '%s' is given", owner, name);
    }
    return Suggestions.unknown(
        "argument of " + owner, name, parameters.stream().map(Parameter::name).toList());
  }

  private static Object resolve(String owner, Parameter parameter, Object given) {
    if (given != null) {
      return parameter.kind().resolve(parameter.name(), given);
    }
    if (parameter.standard() == null) {
      throw new IllegalArgumentException(
          owner + " needs the argument " + parameter.name() + ", which has no default");
    }
    return parameter.standard();
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
    for (int i = 0; i < parameters.size(); i++) {
      if (parameters.get(i).name().equals(name)) {
        return values.get(i);
      }
    }
    throw new AssertionError("no parameter " + name);
  }

  Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < values.size(); i++) {
      map.put(parameters.get(i).name(), values.get(i));
    }
    return map;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Arguments that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** Those that differ from their defaults, in parentheses; nothing if there are none. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      Parameter parameter = parameters.get(i);
      if (!Objects.equals(values.get(i), parameter.standard())) {
        text.append(text.isEmpty() ? "(" : ", ")
            .append(parameter.name())
            .append('=')
            .append(Parameter.print(values.get(i)));
      }
    }
    return text.isEmpty() ? "" : text.append(')').toString();
  }
}
