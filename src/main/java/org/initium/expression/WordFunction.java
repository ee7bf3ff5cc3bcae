// SPDX-License-Identifier: Apache-2.0
package org.initium.expression;

import java.util.List;

/**
 * A function of arithmetic whose arguments may be words and lists: {@code
 * calculate_gain(leaky_relu, 0.2)}.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface WordFunction {
  /**
   * {@return the value for some arguments}
   *
   * @param arguments numbers, words and lists of those
   * @throws IllegalArgumentException if they are not what the function takes
   */
  double of(List<Object> arguments);
}
