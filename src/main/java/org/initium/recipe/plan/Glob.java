// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.initium.text.Text;

/**
 * A pattern for whole tensor names: {@code *} stands for any characters, dots included, {@code ?}
 * for one, {@code {a,b}} for one of the texts, which may have stars of their own; all else for
 * itself. {@code {n}} captures what stands between dots, one character or more, and {@code {path*}}
 * what may have dots in it; where a name can be read in several ways, what comes first is short.
 *
 * <p>It is matched as Thompson (1968) matches regular expressions: all places of the pattern that
 * fit what was read so far are followed at once, so that the time is at most the product of the two
 * lengths, whatever they are.
 *
 * @since 0.1.0
 */
public final class Glob {
  /** Stand for a character of a capture in {@link #middle}, with dots or without. */
  private static final int PATH = -1;

  private static final int SEGMENT = -2;

  /** For patterns that have braces: a process's first regular expression takes it 2 ms. */
  private static final class Capture {
    static final Pattern PATTERN = Pattern.compile("\\{([A-Za-z_][A-Za-z_0-9]*)(\\*?)\\}");
  }

  /** Longer patterns are a mistake or an attack. */
  private static final int MOST = 10_000;

  private final String text;

  /** What each name starts and ends with; where {@code middle} is empty, the name is the prefix. */
  private final String prefix;

  private final String suffix;

  /** Code points between prefix and suffix, and for each the place of its group's '}', or -1. */
  private final int[] middle;

  private final int[] groupEnds;

  /** In their order. */
  private final List<String> captures = new ArrayList<>();

  /** The texts in the middle that each name has, in their order. */
  private final List<String> literals;

  /** The longest of them, or none; most names that do not fit lack it. */
  private final String needle;

  private Glob(String text, int first, int last) {
    this.text = text;
    this.prefix = text.substring(0, first);
    this.suffix = text.substring(last);
    this.middle = withCaptures(text.substring(first, last));
    this.groupEnds = new int[middle.length];
    int end = -1;
    for (int i = middle.length - 1; i >= 0; i--) {
      end = middle[i] == '}' ? i : end;
      groupEnds[i] = end;
      end = middle[i] == '{' ? -1 : end;
    }
    this.literals = literals(text.substring(first, last));
    String longest = "";
    for (String literal : literals) { // no stream: a process's first takes it 5 ms
      longest = literal.length() > longest.length() ? literal : longest;
    }
    this.needle = longest;
  }

  /** What stands for itself, between stars, question marks and braces. */
  private static List<String> literals(String pattern) {
    List<String> literals = new ArrayList<>();
    for (int at = 0, begin = 0; at <= pattern.length(); at++) {
      char c = at < pattern.length() ? pattern.charAt(at) : '*';
      if (c == '*' || c == '?' || c == '{') {
        if (at > begin) {
          literals.add(pattern.substring(begin, at));
        }
        at = c == '{' ? pattern.indexOf('}', at) : at;
        begin = at + 1;
      }
    }
    return List.copyOf(literals);
  }

  private int[] withCaptures(String pattern) {
    int[] codes = new int[pattern.length()];
    int count = 0;
    Matcher capture = pattern.indexOf('{') < 0 ? null : Capture.PATTERN.matcher(pattern);
    int next = capture != null && capture.find() ? capture.start() : -1;
    for (int at = 0; at < pattern.length(); count++) {
      if (at == next) {
        codes[count] = capture.group(2).isEmpty() ? SEGMENT : PATH;
        captures.add(capture.group(1));
        at = capture.end();
        next = capture.find() ? capture.start() : -1;
      } else {
        codes[count] = pattern.codePointAt(at);
        at += Character.charCount(codes[count]);
      }
    }
    return Arrays.copyOf(codes, count);
  }

  /**
   * Parses a pattern.
   *
   * @param text {@code h.{0..11}.*.weight}
   * @return the pattern
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
    Glob glob = new Glob(text, first, last);
    if (new HashSet<>(glob.captures).size() < glob.captures.size()) {
      throw new IllegalArgumentException(
          Text.message("pattern '%s' captures a name twice", Text.cut(text, 60)));
    }
    return glob;
  }

  private static IllegalArgumentException unpaired(String text, int at) {
    return new IllegalArgumentException(
        Text.message("braces do not pair in pattern '%s'", Text.around(text, at, 60)));
  }

  /** {@return what the names that fit start with} */
  public String prefix() {
    return prefix;
  }

  /** {@return what the names that fit end with} */
  public String suffix() {
    return suffix;
  }

  /** {@return texts that the names which fit have between those, in their order} */
  public List<String> literals() {
    return literals;
  }

  /** {@return the names of what is captured, in their order} */
  public List<String> captureNames() {
    return List.copyOf(captures);
  }

  /**
   * {@return what is captured of a name that fits, by its name}
   *
   * @param name that fits
   */
  public Map<String, String> captures(String name) {
    if (captures.isEmpty()) {
      return Map.of();
    }
    int end = name.length() - suffix.length();
    return new Reading(name.substring(prefix.length(), end)).captured();
  }

  /**
   * Whether a code point may stand for what the pattern has there: a star and a capture take any
   * number of them.
   */
  private boolean takes(int place, int c) {
    return switch (middle[place]) {
      case '*', '?', PATH -> true;
      case SEGMENT -> c != '.';
      default -> middle[place] == c;
    };
  }

  /** How the middle of a name is read: which place of the pattern stands for which character. */
  private final class Reading {
    private final int[] name;

    /** By place, then character: whether the pattern from there on fits the name from there on. */
    private final BitSet[] fits = new BitSet[middle.length + 1];

    Reading(String text) {
      name = text.codePoints().toArray();
      for (int place = middle.length; place >= 0; place--) {
        fits[place] = new BitSet(name.length + 1);
        for (int i = name.length; i >= 0; i--) {
          fits[place].set(i, fits(place, i));
        }
      }
    }

    private boolean fits(int place, int i) {
      if (place == middle.length) {
        return i == name.length;
      }
      if (isSyntax(place)) {
        return next(place, i) >= 0;
      }
      boolean one = i < name.length && takes(place, name[i]);
      return switch (middle[place]) {
        case '*' -> fits[place + 1].get(i) || one && fits[place].get(i + 1);
        case PATH, SEGMENT -> one && (fits[place + 1].get(i + 1) || fits[place].get(i + 1));
        default -> one && fits[place + 1].get(i + 1);
      };
    }

    /** The first place that fits of those that follow a brace or a comma; below 0 if none does. */
    private int next(int place, int i) {
      if (middle[place] != '{') {
        int next = middle[place] == ',' ? groupEnds[place] + 1 : place + 1;
        return fits[next].get(i) ? next : -1;
      }
      for (int start = place; start < groupEnds[place]; start++) {
        if ((start == place || middle[start] == ',') && fits[start + 1].get(i)) {
          return start + 1;
        }
      }
      return -1;
    }

    Map<String, String> captured() {
      Map<String, String> captured = new LinkedHashMap<>();
      int capture = 0;
      int start = -1;
      for (int place = 0, i = 0; place < middle.length; ) {
        if (isSyntax(place)) {
          place = next(place, i);
        } else if (middle[place] == '*') {
          boolean ends = fits[place + 1].get(i);
          place = ends ? place + 1 : place;
          i = ends ? i : i + 1;
        } else {
          boolean isCapture = middle[place] == PATH || middle[place] == SEGMENT;
          start = start < 0 ? i : start;
          i++;
          if (!isCapture || fits[place + 1].get(i)) {
            if (isCapture) {
              captured.put(captures.get(capture++), new String(name, start, i - start));
            }
            place++;
            start = -1;
          }
        }
      }
      return captured;
    }
  }

  /** Whether it fits no character there: the braces, and the commas between them. */
  private boolean isSyntax(int place) {
    int c = middle[place];
    return c == '{' || c == '}' || c == ',' && groupEnds[place] >= 0;
  }

  /**
   * {@return whether the whole name fits}
   *
   * @param name any text
   */
  public boolean matches(String name) {
    return matches(name, null);
  }

  /**
   * {@return whether the whole name fits}
   *
   * @param name any text
   * @param work is told how long that takes, in nanoseconds or so; null if nobody asks
   */
  public boolean matches(String name, LongConsumer work) {
    if (middle.length == 0) {
      return name.equals(prefix);
    }
    int length = name.length() - prefix.length() - suffix.length();
    if (length < 0 || !name.startsWith(prefix) || !name.endsWith(suffix)) {
      return false;
    }
    if (middle.length == 1 && middle[0] == '*') {
      return true;
    }
    String rest = name.substring(prefix.length(), prefix.length() + length);
    tell(work, length / 8 + 4L * middle.length + 16);
    return rest.contains(needle) && new Match(work).of(rest);
  }

  private static void tell(LongConsumer work, long steps) {
    if (work != null) {
      work.accept(steps);
    }
  }

  /** The places in the middle of the pattern that fit the name so far, each once. */
  private final class Match {
    private int[] places = new int[middle.length + 1];
    private int count;
    private int[] next = new int[middle.length + 1];
    private int nextCount;
    private final int[] addedAt = new int[middle.length + 1];
    private int step = 1;
    private final LongConsumer work;

    Match(LongConsumer work) {
      this.work = work;
    }

    boolean of(String name) {
      add(0);
      advance();
      for (int i = 0; i < name.length() && count > 0; ) {
        int c = name.codePointAt(i);
        tell(work, 4L * count);
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
      if (takes(place, c)) {
        if (middle[place] == '*') {
          add(place);
          return;
        }
        if (middle[place] == PATH || middle[place] == SEGMENT) {
          add(place);
        }
        add(place + 1);
      }
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
