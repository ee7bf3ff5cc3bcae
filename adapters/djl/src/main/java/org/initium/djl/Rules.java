// SPDX-License-Identifier: Apache-2.0
package org.initium.djl;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.initium.Initializer;
import org.initium.initializer.Init;
import org.initium.recipe.plan.Glob;

/**
 * Which initializer a parameter gets, by its name; the first pattern that fits wins, as in a
 * recipe:
 *
 * <pre>{@code
 * Rules rules = Rules.of("*bias", "zeros").then("*Linear_weight", "kaiming_uniform(a=sqrt(5))");
 * }</pre>
 */
public final class Rules {
  private record Rule(Glob match, Initializer initializer) {}

  private final List<Rule> rules;

  private Rules(List<Rule> rules) {
    this.rules = rules;
  }

  /**
   * A first rule.
   *
   * @param match a pattern of a recipe's: {@code *} any characters, {@code ?} one, braces a choice
   */
  public static Rules of(String match, Initializer initializer) {
    return new Rules(List.of()).then(match, initializer);
  }

  /** A first rule, with an initializer as recipes and the command line write it. */
  public static Rules of(String match, String initializer) {
    return of(match, Init.parse(initializer));
  }

  /** These rules, and then another. */
  public Rules then(String match, Initializer initializer) {
    List<Rule> more = new ArrayList<>(rules);
    more.add(new Rule(Glob.parse(match), Objects.requireNonNull(initializer, "initializer")));
    return new Rules(List.copyOf(more));
  }

  /**
   * These rules, and then another, with an initializer as recipes and the command line write it.
   */
  public Rules then(String match, String initializer) {
    return then(match, Init.parse(initializer));
  }

  /** The initializer of a parameter; empty if no pattern fits. */
  public Optional<Initializer> initializer(String name) {
    for (Rule rule : rules) {
      if (rule.match.matches(name)) {
        return Optional.of(rule.initializer);
      }
    }
    return Optional.empty();
  }
}
