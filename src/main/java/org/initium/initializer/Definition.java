// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import java.util.List;
import java.util.stream.Collectors;
import org.initium.expression.Suggestions;
import org.initium.text.Text;

/**
 * A row of the {@link Catalog}: an initializer as data.
 *
 * @param name the name in expressions: torch's or JAX's, where they have it
 * @param parameters in the order in which positional arguments are taken
 * @param fixed whether the law is the same for every shape
 */
record Definition(String name, List<Parameter> parameters, boolean fixed) {

  /** Which parameter it is that has that name. */
  int index(String wanted) {
    for (int i = 0; i < parameters.size(); i++) {
      if (parameters.get(i).name().equals(wanted)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        parameters.isEmpty()
            ? Text.message("%s takes no arguments, but '%s' is given", name, wanted)
            : Suggestions.unknown(
                "argument of " + name, wanted, parameters.stream().map(Parameter::name).toList()));
  }

  /** The parameters, {@code sparsity, std=0.01}; those with {@code layout=} take axes too. */
  String takes() {
    return parameters.stream()
        .filter(p -> !Axes.PARAMETERS.contains(p))
        .map(Parameter::toString)
        .collect(Collectors.joining(", "));
  }

  /** What may be written under its name or an alias: {@code sparse(sparsity, std=0.01)}. */
  String signature(String alias) {
    return parameters.isEmpty() ? alias : alias + "(" + takes() + ")";
  }
}
