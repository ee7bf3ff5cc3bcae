// SPDX-License-Identifier: Apache-2.0
package org.initium.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.initium.text.Text;

/**
 * JSON, read as it comes: what a file says takes memory only where something is kept of it. It must
 * be UTF-8, well-formed; a key that stands twice in an object is an error, since readers differ in
 * which they take.
 *
 * @since 0.1.0
 */
public final class Json {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES) // millions of different ones
          .streamReadConstraints(
              namesOfAnyLength(
                      StreamReadConstraints
                          .builder() // the reference's depth; sizes are the file's limit
                          .maxNestingDepth(127)
                          .maxStringLength(Integer.MAX_VALUE))
                  .build())
          .build();

  private static final JsonFactory OF_PYTHON =
      FACTORY.rebuild().configure(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS, true).build();

  /** Jackson 2.15, which Spark 3.5 brings, has no limit of names, and no name for it. */
  private static StreamReadConstraints.Builder namesOfAnyLength(
      StreamReadConstraints.Builder constraints) {
    try {
      return constraints.maxNameLength(Integer.MAX_VALUE);
    } catch (NoSuchMethodError before216) {
      return constraints;
    }
  }

  private final JsonParser parser;
  private final Path file;

  private Json(JsonParser parser, Path file) {
    this.parser = parser;
    this.file = file;
  }

  /**
   * Reads the one value that the text is.
   *
   * @param part what of the file it is, for errors
   * @param body takes the value
   * @throws MalformedFileException if it is not sound JSON, or not what the body takes
   */
  static void read(Path file, String part, byte[] text, Body body) {
    read(FACTORY, file, part, text, body);
  }

  /** Reads a text that Python may have written, which writes NaN and Infinity as these words. */
  static void readOfPython(Path file, String part, byte[] text, Body body) {
    read(OF_PYTHON, file, part, text, body);
  }

  private static void read(JsonFactory factory, Path file, String part, byte[] text, Body body) {
    try (InputStreamReader reader =
            new InputStreamReader(
                new ByteArrayInputStream(text), StandardCharsets.UTF_8.newDecoder());
        JsonParser parser = factory.createParser(reader)) {
      Json json = new Json(parser, file);
      if (parser.nextToken() == null) {
        throw json.malformed("%s is empty", part);
      }
      body.take(json);
      if (parser.nextToken() != null) {
        throw json.malformed("%s goes on after its JSON value", part);
      }
    } catch (CharacterCodingException e) {
      throw new MalformedFileException(file, part + " is not text in UTF-8");
    } catch (JsonProcessingException e) {
      // A limit that is exceeded has no place, and names the class that sets it; others name
      // switches.
      String place =
          e.getLocation() == null ? "" : " at character " + e.getLocation().getCharOffset();
      String why =
          e.getOriginalMessage()
              .replaceFirst("(?s)( \\((start marker|for) |\n).*", "")
              .replaceFirst(", from `[^`]*`", "")
              .replaceFirst("(?s) *[:,(][^:,(]*`[A-Z].*", ""); // advice to who writes the program
      throw new MalformedFileException(
          file, Text.message("%s is not sound JSON%s: %s", part, place, why));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes a value. */
  interface Body {
    void take(Json value) throws IOException;
  }

  /** Takes a member of an object, whose value is the one to read. */
  interface Member {
    void take(String name) throws IOException;
  }

  boolean isNull() {
    return parser.currentToken() == JsonToken.VALUE_NULL;
  }

  /**
   * Takes each member of the object that the value is.
   *
   * @param what the value is, for errors
   */
  void members(String what, Member member) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw malformed("%s is %s, not a JSON object", what, shown());
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = whole(parser.currentName());
      parser.nextToken();
      member.take(name);
    }
  }

  /** The string that the value is. */
  String string(String what) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw malformed("%s is %s, not a string", what, shown());
    }
    return whole(parser.getText());
  }

  /** JSON can write half of a surrogate pair, which is no text in UTF-8. */
  private String whole(String text) {
    if (text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
      throw malformed("'%s' has half of a surrogate pair in it, which is no text", text);
    }
    return text;
  }

  /** Whether the value is an object. */
  boolean isObject() {
    return parser.currentToken() == JsonToken.START_OBJECT;
  }

  /** The scalar that the value is, or the list of so many at most; nothing for any other. */
  Optional<Object> scalarOrList(int most) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      return scalar();
    }
    List<Object> items = new ArrayList<>();
    boolean all = true;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      Optional<Object> item = scalar();
      all &= item.isPresent();
      item.ifPresent(items::add);
    }
    return all && items.size() <= most ? Optional.of(items) : Optional.empty();
  }

  /**
   * The number or string that the value is, 1 and 0 for true and false; nothing for any other,
   * which is skipped.
   */
  private Optional<Object> scalar() throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Optional.of(parser.getDoubleValue());
      case VALUE_TRUE -> Optional.of(1.0);
      case VALUE_FALSE -> Optional.of(0.0);
      case VALUE_STRING -> Optional.of(whole(parser.getText()));
      default -> {
        parser.skipChildren();
        yield Optional.empty();
      }
    };
  }

  /** The integers of 0 or more that the value is a list of. */
  long[] counts(String what, int most) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw malformed("%s is %s, not a list of integers of 0 or more", what, shown());
    }
    long[] items = new long[4];
    int n = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (n == most) {
        throw malformed("%s has more than %d numbers", what, most);
      }
      boolean isLong =
          parser.currentToken() == JsonToken.VALUE_NUMBER_INT
              && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
      if (!isLong || parser.getText().startsWith("-")) {
        throw malformed("%s has %s in it, not an integer from 0 to 2^63 - 1", what, shown());
      }
      items = n == items.length ? Arrays.copyOf(items, 2 * n) : items;
      items[n++] = parser.getLongValue();
    }
    return Arrays.copyOf(items, n);
  }

  /** Leaves the value out; it must be sound nevertheless. */
  void skip() throws IOException {
    int depth = 0;
    do {
      switch (parser.currentToken()) {
        case START_OBJECT, START_ARRAY -> depth++;
        case END_OBJECT, END_ARRAY -> depth--;
        case VALUE_NUMBER_FLOAT, VALUE_NUMBER_INT -> {
          if (Double.isInfinite(parser.getDoubleValue())) {
            throw malformed("%s is beyond the largest double", parser.getText());
          }
        }
        default -> {}
      }
    } while (depth > 0 && parser.nextToken() != null);
  }

  private String shown() throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "a list";
      case VALUE_STRING -> "'" + parser.getText() + "'";
      default -> parser.getText();
    };
  }

  /** What is wrong with the file. */
  MalformedFileException malformed(String template, Object... arguments) {
    return new MalformedFileException(file, Text.message(template, arguments));
  }

  /**
   * {@return a value of maps, lists, strings, longs and doubles on one line} NaN and infinity are
   * null.
   *
   * @param value of those kinds
   */
  public static String of(Object value) {
    return new String(write(value, false), StandardCharsets.UTF_8);
  }

  /** Writes such a value, with line breaks where pretty. */
  static byte[] write(Object value, boolean pretty) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator generator = FACTORY.createGenerator(bytes)) {
      if (pretty) {
        generator.useDefaultPrettyPrinter();
      }
      write(generator, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator generator, Object value) throws IOException {
    if (value instanceof Map<?, ?> map) { // no switches on a start's way: decision 0030
      generator.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        generator.writeFieldName(entry.getKey().toString());
        write(generator, entry.getValue());
      }
      generator.writeEndObject();
    } else if (value instanceof List<?> list) {
      generator.writeStartArray();
      for (Object item : list) {
        write(generator, item);
      }
      generator.writeEndArray();
    } else if (value instanceof Long number) {
      generator.writeNumber(number);
    } else if (value instanceof Double number && Double.isFinite(number)) {
      generator.writeNumber(number);
    } else if (value instanceof Double) {
      generator.writeNull();
    } else {
      generator.writeString(value.toString());
    }
  }
}
