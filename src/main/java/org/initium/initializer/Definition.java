// SPDX-License-Identifier: Apache-2.0
package org.initium.initializer;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A row of the {@link Catalog}: an initializer as data.
 *
 * @param name the name in expressions: torch's or JAX's, where they have it
 * @param parameters in the order in which positional arguments are taken
 * @param fixed whether the law is the same for every shape
 */
record Definition(String name, List<Parameter> parameters, boolean fixed) {

  Parameter parameter(String wanted) {
    for (Parameter parameter : parameters) {
      if (parameter.name().equals(wanted)) {
        return parameter;
      }
    }
    throw new IllegalArgumentException(Arguments.unknown(name, parameters, wanted));
  }

  String takes() {
    return parameters.isEmpty() ? "none" : list();
  }

  private String list() {
    return parameters.stream()
        .filter(p -> !Axes.PARAMETERS.contains(p))
        .map(Parameter::toString)
        .collect(Collectors.joining(", "));
  }

  /** {@code sparse(sparsity, std=0.01)}; those with {@code layout=} take axes too. */
  @Override
  public String toString() {
    return parameters.isEmpty() ? name : name + "(" + list() + ")";
  }
}
