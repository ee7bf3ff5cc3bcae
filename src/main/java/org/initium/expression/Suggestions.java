// SPDX-License-Identifier: Apache-2.0
package org.initium.expression;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
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
    return head(what, name) + choice(name, "there are", known);
  }

  /**
   * {@code unknown initializer 'nn.norml'; did you mean normal? (all are in ...)}: of so many that
   * a line does not hold them.
   *
   * @param what was looked for: {@code initializer}
   * @param name that is unknown; of one with dots, what is behind the last may be near
   * @param known which there are
   * @param place where all are listed
   * @return the sentence, with the nearest, three at most, or without
   */
  public static String unknownOfMany(
      String what, String name, Collection<String> known, String place) {
    List<String> near = near(name.substring(name.lastIndexOf('.') + 1), known);
    String last = near.isEmpty() ? "" : near.removeLast();
    String guess = near.isEmpty() ? last : String.join(", ", near) + " or " + last;
    return head(what, name)
        + (last.isEmpty() ? place : "did you mean " + guess + "? (" + place + ")");
  }

  private static String head(String what, String name) {
    return "unknown " + what + " '" + Text.visible(Text.cut(name, LONG)) + "'; ";
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
    List<String> near = near(name, known);
    String all = before + " " + String.join(", ", known);
    if (near.isEmpty()) {
      return all;
    }
    String guess = "did you mean " + near.getFirst() + "?";
    return known.size() > 12 ? guess : guess + " (" + all + ")";
  }

  /**
   * The known names that begin so, or are the fewest edits away or one more, three at most; none if
   * even those are other words.
   */
  private static List<String> near(String name, Collection<String> known) {
    if (name.length() > LONG) {
      return new ArrayList<>();
    }
    int another = Math.min(name.length(), Math.max(2, name.length() / 2));
    Map<String, Integer> distances = new LinkedHashMap<>();
    for (String candidate : known) {
      boolean isBeginning = name.length() > 2 && fold(candidate).startsWith(fold(name));
      distances.put(candidate, isBeginning ? 0 : distance(fold(name), fold(candidate)));
    }
    int least = distances.values().stream().min(Integer::compare).orElse(another);
    return distances.entrySet().stream()
        .filter(entry -> entry.getValue() < Math.min(another, least + 2))
        .sorted(Map.Entry.comparingByValue())
        .limit(3)
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(ArrayList::new));
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
