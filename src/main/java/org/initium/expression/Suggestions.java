// SPDX-License-Identifier: Apache-2.0
package org.initium.expression;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.initium.text.Text;

/**
 * Names that a user may write, and what to say when he writes another.
 *
 * @since 0.1.0
 */
public final class Suggestions {
  /** Names of ours are shorter. */
  private static final int LONG = 60;

  private Suggestions() {}

  /**
   * {@return the constant of that name, in any case}
   *
   * @param <E> the enum
   * @param what is chosen: {@code mode}
   * @param name in any case
   * @param constants which there are
   * @throws IllegalArgumentException if there is none, with the nearest and all that there are
   */
  public static <E extends Enum<E>> E constant(String what, String name, E[] constants) {
    for (E constant : constants) {
      if (of(constant).equalsIgnoreCase(name)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(unknown(what, name, list(constants)));
  }

  /**
   * {@return the name of a constant in expressions} {@code fan_in}.
   *
   * @param constant any constant
   */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /**
   * {@return the names of constants in expressions}
   *
   * @param constants in their order
   */
  public static List<String> list(Enum<?>[] constants) {
    List<String> names = new ArrayList<>();
    for (Enum<?> constant : constants) {
      names.add(of(constant));
    }
    return names;
  }

  /**
   * {@return {@code unknown mode 'fan_inn'; did you mean fan_in? There are fan_in, fan_out};
   * without "did you mean" where nothing is near}
   *
   * @param what was looked for: {@code mode}
   * @param name that is unknown
   * @param known which there are
   */
  public static String unknown(String what, String name, Collection<String> known) {
    String head = "unknown " + what + " '" + Text.visible(Text.cut(name, LONG)) + "'; ";
    return head + choice(name, "there are", known);
  }

  /**
   * {@return {@code did you mean match? (it takes match, init)}; without "did you mean" where
   * nothing is near}
   *
   * @param name that is unknown
   * @param before stands before the known names: {@code it takes}
   * @param known which there are
   */
  public static String choice(String name, String before, Collection<String> known) {
    if (known.isEmpty()) {
      return before + " none";
    }
    String nearest = nearest(name, known);
    String all = before + " " + String.join(", ", known);
    if (nearest == null) {
      return all;
    }
    String guess = "did you mean " + nearest + "?";
    return known.size() > 12 ? guess : guess + " (" + all + ")";
  }

  /**
   * The known name that begins so, or is the fewest edits away, or null if even that is another
   * word.
   */
  private static String nearest(String name, Collection<String> known) {
    String best = null;
    if (name.length() > LONG) {
      return best;
    }
    int least = Math.min(name.length(), Math.max(2, name.length() / 2));
    for (String candidate : known) {
      boolean isBeginning = name.length() > 2 && fold(candidate).startsWith(fold(name));
      int distance = isBeginning ? 0 : distance(fold(name), fold(candidate));
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return best;
  }

  /** Case and underscores are what people mix up. */
  private static String fold(String name) {
    return name.toLowerCase(Locale.ROOT).replace("_", "");
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = IntStream.rangeClosed(0, b.length()).toArray();
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
