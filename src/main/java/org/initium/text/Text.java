// SPDX-License-Identifier: Apache-2.0
package org.initium.text;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/**
 * The one place where templates become texts. A template is a constant of the program, never a text
 * of the user; numbers look the same in every locale.
 */
public final class Text {
  /** The most characters of an argument that a message quotes. */
  private static final int QUOTED = 600;

  private static final int LINE = 2_000;

  private Text() {}

  /** {@link String#format} for machines: file names, numbers, tables. */
  public static String format(String template, Object... arguments) {
    return String.format(Locale.ROOT, template, arguments);
  }

  /**
   * {@link String#format} for people: what the arguments are may be anybody's, so that their
   * control characters are shown as {@link #visible} does and long ones are cut in the middle.
   */
  public static String message(String template, Object... arguments) {
    Object[] shown = arguments.clone();
    for (int i = 0; i < shown.length; i++) {
      boolean isNumber = shown[i] instanceof Number || shown[i] instanceof Character;
      shown[i] = isNumber ? shown[i] : quote(shown[i]);
    }
    return String.format(Locale.ROOT, template, shown);
  }

  /**
   * Why something with a file failed, in words: the file first, and never the name of a class.
   *
   * @param file what was worked on, for exceptions that do not say
   */
  public static String reason(Object file, IOException e) {
    String path =
        e instanceof FileSystemException f && f.getFile() != null ? f.getFile() : file.toString();
    String why =
        switch (e) {
          case NoSuchFileException missing -> "is not there";
          case AccessDeniedException denied -> "no permission";
          case FileSystemException f when f.getReason() != null -> f.getReason();
          case FileSystemException f -> words(f.getClass());
          default ->
              e.getMessage() == null || e.getMessage().isBlank()
                  ? words(e.getClass())
                  : e.getMessage();
        };
    return message("%s: %s", path, why);
  }

  /** The name of a class in words: {@code closed by interrupt} of ClosedByInterruptException. */
  public static String words(Class<?> type) {
    return type.getSimpleName()
        .replaceFirst("(Exception|Error)$", "")
        .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
        .toLowerCase(Locale.ROOT);
  }

  /** A value as a message shows it: visible, and cut in the middle where it is long. */
  private static String quote(Object value) {
    return cut(visible(String.valueOf(value)), QUOTED);
  }

  /**
   * A text whose control characters, escapes of a terminal, line ends and marks that turn the
   * direction of writing (Unicode's categories Cc, Cf, Zl, Zp and Cs) are written as in JSON:
   * {@code \n}, {@code \}{@code u001b}.
   */
  public static String visible(String text) {
    if (text.codePoints().noneMatch(Text::isHidden)) {
      return text;
    }
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (!isHidden(c)) {
                shown.appendCodePoint(c);
              } else if (c == '\n' || c == '\r' || c == '\t') {
                shown.append(c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
              } else {
                for (char unit : Character.toChars(c)) {
                  shown.append(format("\\u%04x", (int) unit));
                }
              }
            });
    return shown.toString();
  }

  private static boolean isHidden(int c) {
    if (c >= ' ' && c < 0x7f) {
      return false;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  /** A whole message: visible, and of at most 2,000 characters. */
  public static String line(String message) {
    return cut(visible(message), LINE);
  }

  /** A text of at most that many characters: the middle of a longer one is {@code …}. */
  public static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int half = (most - 1) / 2;
    return text.substring(0, whole(text, half))
        + "…"
        + text.substring(whole(text, text.length() - half));
  }

  /** An index that is not inside of a surrogate pair: this, or the one before. */
  private static int whole(String text, int index) {
    boolean isInside =
        index > 0
            && index < text.length()
            && Character.isSurrogatePair(text.charAt(index - 1), text.charAt(index));
    return isInside ? index - 1 : index;
  }

  /**
   * What stands around a place of a long text, with {@code …} where it goes on.
   *
   * @param at the index of the place
   * @param most characters on each side of it
   */
  public static String around(String text, int at, int most) {
    int from = at - most <= 1 ? 0 : whole(text, at - most);
    int to = at + most >= text.length() - 1 ? text.length() : whole(text, at + most);
    return (from == 0 ? "" : "…") + text.substring(from, to) + (to == text.length() ? "" : "…");
  }

  /** So many things: {@code 1 tensor}, {@code 1,024 tensors}. */
  public static String count(long n, String noun) {
    return format("%,d %s%s", n, noun, n == 1 ? "" : "s");
  }
}
