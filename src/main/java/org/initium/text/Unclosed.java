// SPDX-License-Identifier: Apache-2.0
package org.initium.text;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Warns of what nobody closed before the collector found it. Where there is one there are often
 * thousands, and what to do about them is the same: the first is told of, then the 10th, the 100th
 * and so on.
 */
public final class Unclosed {
  private static final Map<Class<?>, Long> FOUND = new ConcurrentHashMap<>();

  private Unclosed() {}

  /**
   * Counts one, and warns by the logger of a class; it is made when there is something to say,
   * since it takes a start 16 ms.
   *
   * @param message what was not closed, and what to do about it
   */
  public static void tell(Class<?> owner, String message) {
    long found = FOUND.merge(owner, 1L, Long::sum);
    if (isTold(found)) {
      System.getLogger(owner.getName())
          .log(
              System.Logger.Level.WARNING,
              found == 1 ? message : message + " (the " + found + "th in this process)");
    }
  }

  private static boolean isTold(long found) {
    long left = found;
    while (left % 10 == 0) {
      left /= 10;
    }
    return left == 1;
  }
}
