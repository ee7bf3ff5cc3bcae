// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import org.initium.recipe.plan.SourcePosition;

/**
 * Counts what it takes to match a list of patterns with names, in steps of about a nanosecond, and
 * ends what is too much: patterns can be made so that each name has to be tried with nearly all of
 * them, whatever the index. A million names and a thousand patterns of the usual kind take a tenth
 * of what is allowed.
 */
final class MatchingWork {
  private static final long MOST = 3_000_000_000L;

  private final SourcePosition place;
  private final long most;
  private long steps;

  /** Of the patterns that stand there. */
  MatchingWork(SourcePosition place) {
    this(place, MOST);
  }

  MatchingWork(SourcePosition place, long most) {
    this.place = place;
    this.most = most;
  }

  void add(long more) {
    steps += more;
    if (steps > most) {
      throw place.wrong(
          "to match these patterns with the tensors' names takes more than %d steps; write out"
              + " more of the names in the patterns, or have fewer of them",
          most);
    }
  }
}
