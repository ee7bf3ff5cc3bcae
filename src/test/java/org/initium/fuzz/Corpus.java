// SPDX-License-Identifier: Apache-2.0
package org.initium.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** The fuzzers' inputs for tests of other packages. */
public final class Corpus {
  /**
   * The name of a class in a message, which tells a user nothing: by the roots of packages that
   * there are, since a fuzzer's own names have dots and capitals too.
   */
  public static final Pattern CLASS_NAME =
      Pattern.compile(
          "\\b(java|javax|jdk|sun|com|org|picocli|jcuda)(\\.[a-z]\\w*)*\\.[A-Z]\\w*"
              + "|\\w+(Exception|Error)\\b|\\bat org\\.|`[A-Z]\\w+\\.");

  private final Fuzz fuzz;

  /** The inputs of that seed. */
  public Corpus(long seed) {
    this.fuzz = new Fuzz(seed);
  }

  /** A file of safetensors. */
  public byte[] header() {
    return Headers.file(fuzz.bytes(Headers.SEEDS, Headers.WORDS));
  }

  /** A file of safetensors with that header and eight bytes. */
  public static byte[] file(String header) {
    return Headers.file(header.getBytes(StandardCharsets.UTF_8));
  }

  /** A file of one tensor with these elements. */
  public static byte[] doubles(double... values) {
    byte[] header =
        ("{\"x\":{\"dtype\":\"F64\",\"shape\":["
                + values.length
                + "],\"data_offsets\":[0,"
                + 8 * values.length
                + "]}}")
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + header.length + 8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length).put(header);
    for (double value : values) {
      file.putDouble(value);
    }
    return file.array();
  }

  /** A recipe. */
  public String recipe() {
    return fuzz.text(RecipeFuzzTest.RECIPES, RecipeFuzzTest.RECIPE_WORDS);
  }

  /** An initializer, or something like it. */
  public String expression() {
    return fuzz.text(RecipeFuzzTest.EXPRESSIONS, RecipeFuzzTest.EXPRESSION_WORDS);
  }

  /** A pattern of names. */
  public String glob() {
    return fuzz.text(List.of("*.weight", "h.{0,1}.*", "a?"), RecipeFuzzTest.RECIPE_WORDS);
  }
}
