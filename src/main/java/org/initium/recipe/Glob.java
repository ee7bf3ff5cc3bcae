package org.initium.recipe;

import java.util.regex.Pattern;

/**
 * A pattern for whole tensor names: {@code *} stands for any characters, dots included, {@code ?}
 * for one, {@code {a,b}} for one of the texts; all else for itself.
 */
public final class Glob {
  private final String text;
  private final Pattern pattern;

  private Glob(String text, Pattern pattern) {
    this.text = text;
    this.pattern = pattern;
  }

  /**
   * Parses a pattern.
   *
   * @throws IllegalArgumentException if braces do not pair
   */
  public static Glob parse(String text) {
    StringBuilder regex = new StringBuilder();
    boolean inBraces = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '{' && inBraces || c == '}' && !inBraces) {
        throw new IllegalArgumentException("braces do not pair in pattern '" + text + "'");
      }
      switch (c) {
        case '*' -> regex.append(".*");
        case '?' -> regex.append('.');
        case '{' -> regex.append("(?:");
        case '}' -> regex.append(')');
        case ',' -> regex.append(inBraces ? "|" : ",");
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
      inBraces = c == '{' || inBraces && c != '}';
    }
    if (inBraces) {
      throw new IllegalArgumentException("braces do not pair in pattern '" + text + "'");
    }
    return new Glob(text, Pattern.compile(regex.toString(), Pattern.DOTALL));
  }

  /** Whether the whole name fits. */
  public boolean matches(String name) {
    return pattern.matcher(name).matches();
  }

  @Override
  public String toString() {
    return text;
  }
}
