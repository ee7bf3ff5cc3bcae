// SPDX-License-Identifier: Apache-2.0
package org.initium.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class TextTest {
  @Test
  void whatATerminalObeysIsEscaped() {
    assertEquals("a\\u001b[31mb", Text.visible("a\u001b[31mb"));
    assertEquals("\\n\\r\\t\\u0007\\u007f\\u009b", Text.visible("\n\r\t\u0007\u007f\u009b"));
    assertEquals("x\\u202ey\\u2066\\u200f\\ufeff", Text.visible("x\u202ey\u2066\u200f\ufeff"));
    assertEquals("\\u2028\\u2029\\ud800", Text.visible("\u2028\u2029\ud800"));
    assertEquals("\\udb40\\udc41", Text.visible("\udb40\udc41"), "a tag, which nobody sees");
    assertEquals(
        "gewicht.\u00fc \u4e2d \ud83d\ude00", Text.visible("gewicht.\u00fc \u4e2d \ud83d\ude00"));
  }

  @Test
  void numbersAreTheSameInEveryLocale() {
    Locale before = Locale.getDefault();
    try {
      for (String tag :
          List.of("ar-EG-u-nu-arab", "fa-IR", "th-TH-u-nu-thai", "de-DE", "tr-TR", "my")) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        assertEquals("-00042 1,234 0.50", Text.format("%06d %,d %.2f", -42, 1234, 0.5), tag);
        assertEquals("-7 i", Text.message("%d %s", -7, "i"), tag);
        assertEquals("illegal init", Text.words(IllegalInitException.class), tag);
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  private static final class IllegalInitException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @Test
  void argumentsOfMessagesAreBounded() {
    String message = Text.message("'%s' of %d", "x".repeat(100_000), 5);
    assertTrue(message.length() < 700, message);
    assertTrue(message.startsWith("'xxx") && message.endsWith("xxx' of 5"), message);
  }

  @Test
  void aPlaceIsShownWithWhatIsAroundIt() {
    assertEquals("short", Text.around("short", 3, 10));
    assertEquals("…efgh…", Text.around("abcdefghijkl", 6, 2));
    assertEquals("abcd…", Text.around("abcdefghijkl", 1, 3));
    assertEquals("…jkl", Text.around("abcdefghijkl", 12, 3));
  }

  @Test
  void reasonsNameTheFileAndNoClass() {
    assertEquals("a: is not there", Text.reason("x", new NoSuchFileException("a")));
    assertEquals("a: no permission", Text.reason("x", new AccessDeniedException("a")));
    assertEquals(
        "x: closed channel", Text.reason("x", new java.nio.channels.ClosedChannelException()));
    assertEquals("x: Is a directory", Text.reason("x", new java.io.IOException("Is a directory")));
  }
}
