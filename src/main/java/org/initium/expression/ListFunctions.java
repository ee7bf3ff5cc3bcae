// SPDX-License-Identifier: Apache-2.0
package org.initium.expression;

import java.util.List;
import java.util.Map;
import org.initium.text.Text;

/** The functions of lists: {@code len(depths)}, {@code contains(mlp_only_layers, n)}. */
final class ListFunctions {
  static final Map<String, WordFunction> BY_NAME =
      Map.of("len", ListFunctions::len, "contains", ListFunctions::contains);

  private ListFunctions() {}

  private static double len(List<Object> arguments) {
    return list("len(list)", arguments, 1).size();
  }

  private static double contains(List<Object> arguments) {
    List<?> list = list("contains(list, element)", arguments, 2);
    Object element = Arithmetic.plain(arguments.get(1));
    return list.stream().map(Arithmetic::plain).anyMatch(element::equals) ? 1 : 0;
  }

  private static List<?> list(String signature, List<Object> arguments, int count) {
    if (arguments.size() == count && arguments.getFirst() instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException(
        Text.message("%s takes a variable that is a list", signature));
  }
}
