// SPDX-License-Identifier: Apache-2.0
package org.initium.testing;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What NVIDIA's host generators gave (made by src/test/python/curand_golden.py): libcurand
 * 10.3.7's, and for MT19937, which wants a GPU there, 10.4.0's.
 *
 * @param generator curandRngType without its prefix
 * @param seed 64 bits
 * @param offset of the generator before the calls
 * @param calls the calls in their order
 */
public record CurandGolden(String generator, long seed, long offset, List<Call> calls) {
  /**
   * One call.
   *
   * @param name the function without "curand"
   * @param arguments mean and standard deviation, or none
   * @param n how many values were asked for
   * @param bytes the output, little endian; empty where it was not kept
   */
  public record Call(String name, List<Double> arguments, long n, ByteBuffer bytes) {}

  /** All rows of one generator. */
  public static List<CurandGolden> rows(String generator) {
    String file = generator.equals("MT19937") ? "10.4.0-mt19937" : "10.3.7-host";
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                CurandGolden.class.getResourceAsStream("/golden/curand-" + file + ".jsonl"),
                StandardCharsets.US_ASCII))) {
      List<CurandGolden> rows = new ArrayList<>();
      for (String line; (line = lines.readLine()) != null; ) {
        CurandGolden row = parse(line);
        if (row.generator.equals(generator)) {
          rows.add(row);
        }
      }
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CurandGolden parse(String line) throws IOException {
    String generator = null;
    long seed = 0;
    long offset = 0;
    long n = 0;
    String hex = null;
    List<Object> calls = null;
    List<Object> outputs = null;
    List<Object> call = null;
    try (JsonParser json = new JsonFactory().createParser(line)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "rng" -> generator = json.getText();
          case "seed" -> seed = Long.parseUnsignedLong(json.getText());
          case "offset" -> offset = json.getLongValue();
          case "n" -> n = json.getLongValue();
          case "hex" -> hex = json.getText();
          case "call" -> call = array(json);
          case "calls" -> calls = array(json);
          case "outs" -> outputs = array(json);
          default -> throw new IOException("field " + field + " in " + line);
        }
      }
    }
    List<Call> made = new ArrayList<>();
    if (call != null) {
      made.add(call(call, n, hex));
    } else {
      for (int i = 0; i < calls.size(); i++) {
        List<?> pair = (List<?>) calls.get(i);
        made.add(
            call(
                (List<?>) pair.get(0),
                ((Double) pair.get(1)).longValue(),
                (String) outputs.get(i)));
      }
    }
    return new CurandGolden(generator, seed, offset, made);
  }

  private static Call call(List<?> parts, long n, String hex) {
    List<Double> arguments =
        parts.subList(1, parts.size()).stream().map(Double.class::cast).toList();
    ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(hex)).order(ByteOrder.LITTLE_ENDIAN);
    return new Call((String) parts.get(0), arguments, n, bytes);
  }

  private static List<Object> array(JsonParser json) throws IOException {
    List<Object> items = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      items.add(
          switch (json.currentToken()) {
            case START_ARRAY -> array(json);
            case VALUE_STRING -> json.getText();
            default -> json.getDoubleValue();
          });
    }
    return items;
  }
}
