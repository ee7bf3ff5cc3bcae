package org.initium.recipe;

import org.initium.text.Text;

/**
 * A pattern for whole tensor names: {@code *} stands for any characters, dots included, {@code ?}
 * for one, {@code {a,b}} for one of the texts, which may have stars of their own; all else for
 * itself.
 *
 * <p>It is matched as Thompson (1968) matches regular expressions: all places of the pattern that
 * fit what was read so far are followed at once, so that the time is at most the product of the two
 * lengths, whatever they are.
 */
public final class Glob {
  /** Longer patterns are a mistake or an attack. */
  private static final int MOST = 10_000;

  private final String text;

  /** What each name starts and ends with; where {@code middle} is empty, the name is the prefix. */
  private final String prefix;

  private final String suffix;

  /** Code points between prefix and suffix, and for each the place of its group's '}', or -1. */
  private final int[] middle;

  private final int[] groupEnds;

  /** The longest text in the middle that each name has; most names that do not fit lack it. */
  private final String needle;

  private Glob(String text, int first, int last) {
    this.text = text;
    this.prefix = text.substring(0, first);
    this.suffix = text.substring(last);
    this.middle = text.substring(first, last).codePoints().toArray();
    this.groupEnds = new int[middle.length];
    int end = -1;
    for (int i = middle.length - 1; i >= 0; i--) {
      end = middle[i] == '}' ? i : end;
      groupEnds[i] = end;
      end = middle[i] == '{' ? -1 : end;
    }
    this.needle = needle(text.substring(first, last));
  }

  private static String needle(String middle) {
    String longest = "";
    for (String run : middle.replaceAll("\\{[^}]*}", "*").split("[*?]+")) {
      longest = run.length() > longest.length() ? run : longest;
    }
    return longest;
  }

  /**
   * Parses a pattern.
   *
   * @throws IllegalArgumentException if braces do not pair, or it has more than 10,000 characters
   */
  public static Glob parse(String text) {
    if (text.length() > MOST) {
      throw new IllegalArgumentException(
          Text.message(
              "a pattern of %d characters, of which %d are taken at most: '%s'",
              text.length(), MOST, Text.cut(text, 60)));
    }
    int open = -1;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '{' && open >= 0 || c == '}' && open < 0) {
        throw unpaired(text, i);
      }
      open = c == '{' ? i : c == '}' ? -1 : open;
    }
    if (open >= 0) {
      throw unpaired(text, open);
    }
    int first = 0;
    while (first < text.length() && "*?{".indexOf(text.charAt(first)) < 0) {
      first++;
    }
    int last = text.length();
    while (last > first && "*?}".indexOf(text.charAt(last - 1)) < 0) {
      last--;
    }
    return new Glob(text, first, last);
  }

  private static IllegalArgumentException unpaired(String text, int at) {
    return new IllegalArgumentException(
        Text.message("braces do not pair in pattern '%s'", Text.around(text, at, 60)));
  }

  /** What the names that fit start with. */
  String prefix() {
    return prefix;
  }

  /** What the names that fit end with. */
  String suffix() {
    return suffix;
  }

  /** Whether it fits its own text alone. */
  boolean isLiteral() {
    return middle.length == 0;
  }

  /** Whether the whole name fits. */
  public boolean matches(String name) {
    if (middle.length == 0) {
      return name.equals(prefix);
    }
    int length = name.length() - prefix.length() - suffix.length();
    if (length < 0 || !name.startsWith(prefix) || !name.endsWith(suffix)) {
      return false;
    }
    String rest = name.substring(prefix.length(), prefix.length() + length);
    return middle.length == 1 && middle[0] == '*' || rest.contains(needle) && new Match().of(rest);
  }

  /** The places in the middle of the pattern that fit the name so far, each once. */
  private final class Match {
    private int[] places = new int[middle.length + 1];
    private int count;
    private int[] next = new int[middle.length + 1];
    private int nextCount;
    private final int[] addedAt = new int[middle.length + 1];
    private int step = 1;

    boolean of(String name) {
      add(0);
      advance();
      for (int i = 0; i < name.length() && count > 0; ) {
        int c = name.codePointAt(i);
        for (int p = 0; p < count; p++) {
          read(places[p], c);
        }
        advance();
        i += Character.charCount(c);
      }
      for (int p = 0; p < count; p++) {
        if (places[p] == middle.length) {
          return true;
        }
      }
      return false;
    }

    private void advance() {
      int[] old = places;
      places = next;
      count = nextCount;
      next = old;
      nextCount = 0;
      step++;
    }

    private void read(int place, int c) {
      if (place == middle.length || isSyntax(place)) {
        return;
      }
      if (middle[place] == '*') {
        add(place);
      } else if (middle[place] == '?' || middle[place] == c) {
        add(place + 1);
      }
    }

    /** Whether what stands there takes no character: the braces, and the commas between them. */
    private boolean isSyntax(int place) {
      int c = middle[place];
      return c == '{' || c == '}' || c == ',' && groupEnds[place] >= 0;
    }

    /** Adds a place and what can be reached from it without a character. */
    private void add(int first) {
      for (int place = first; addedAt[place] != step; place = beyond(place)) {
        addedAt[place] = step;
        next[nextCount++] = place;
        if (place == middle.length) {
          return;
        }
        if (middle[place] == '{') {
          for (int i = place + 1; i < groupEnds[place]; i++) {
            if (middle[i] == ',') {
              add(i + 1);
            }
          }
        }
      }
    }

    /** Where the pattern goes on without a character; the place itself where it does not. */
    private int beyond(int place) {
      return switch (middle[place]) {
        case '*', '{', '}' -> place + 1;
        case ',' -> groupEnds[place] >= 0 ? groupEnds[place] + 1 : place;
        default -> place;
      };
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
