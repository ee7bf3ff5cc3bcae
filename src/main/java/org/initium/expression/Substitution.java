// SPDX-License-Identifier: Apache-2.0
package org.initium.expression;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.initium.text.Text;

/**
 * Texts in which {@code {name}} stands for the value of a variable.
 *
 * @since 0.1.0
 */
public final class Substitution {
  private static final Pattern NAME = Pattern.compile("\\{([A-Za-z_][A-Za-z_0-9]*)\\*?\\}");

  private Substitution() {}

  /**
   * {@return the text with values in place of names}
   *
   * @param text {@code layers.{n}.weight}
   * @param variables numbers and words by name
   * @throws IllegalArgumentException if there is no such variable, or it is a list
   */
  public static String fill(String text, Map<String, ?> variables) {
    Matcher matcher = NAME.matcher(text);
    StringBuilder filled = new StringBuilder();
    while (matcher.find()) {
      String value =
          switch (variables.get(matcher.group(1))) {
            case String word -> word;
            case Number number -> Arithmetic.print(number.doubleValue());
            case null, default ->
                throw new IllegalArgumentException(
                    Text.message(
                        "'{%s}' is not captured by 'match', nor a variable of one value",
                        Text.cut(matcher.group(1), 60)));
          };
      matcher.appendReplacement(filled, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(filled).toString();
  }
}
