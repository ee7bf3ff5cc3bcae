// SPDX-License-Identifier: Apache-2.0
package org.initium.expression;

import java.util.List;

/**
 * A function of arithmetic whose first argument is a word: {@code calculate_gain(leaky_relu, 0.2)}.
 *
 * @since 0.1.0
 */
public interface WordFunction {
  /** {@return the words that there are} */
  List<String> words();

  /**
   * The value for a word, and the number behind it if one is given.
   *
   * @param word of {@link #words}
   * @param number none or one
   * @return the value
   * @throws IllegalArgumentException if there is no such word
   */
  double of(String word, double... number);
}
