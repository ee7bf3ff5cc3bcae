// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.yaml;

import org.initium.recipe.plan.SourcePosition;

/**
 * Counts the characters of the expressions that a recipe has worked out, and what their words take
 * to match: long ones for each of many names would take hours.
 */
public final class EvaluationWork {
  /** Half a minute; a million tensors with sizes of thirty characters are below it. */
  private static final long MOST = 50_000_000;

  /** What a character takes, in nanoseconds or so. */
  private static final int STEPS = 600;

  private final long most;
  private long done;
  private long steps;

  public EvaluationWork() {
    this(MOST);
  }

  EvaluationWork(long most) {
    this.most = most;
  }

  /**
   * Adds what it takes to match words, in nanoseconds or so.
   *
   * @throws IllegalArgumentException where all is too much
   */
  void addSteps(long more) {
    steps += more;
    if (done + steps / STEPS > most) {
      throw new IllegalArgumentException(
          "the words and patterns of 'matches', each as often as it is worked out, are too long");
    }
  }

  /** Adds an expression, and throws where all are too much. */
  public void add(String text, SourcePosition place) {
    done += text.length();
    if (done + steps / STEPS > most) {
      throw place.wrong(
          "the expressions of the recipe, each as often as it is worked out, have more than %d"
              + " characters",
          most);
    }
  }
}
