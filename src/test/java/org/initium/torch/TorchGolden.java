// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.initium.DType;
import org.initium.Shape;
import org.initium.initializer.Init;

/** A row of golden/torch-2.13.0-cpu.jsonl. */
record TorchGolden(
    String expression,
    long seed,
    DType dtype,
    Shape shape,
    String hex,
    String nextUniform,
    String nextNormal) {

  static List<TorchGolden> read() throws IOException {
    List<TorchGolden> rows = new ArrayList<>();
    try (InputStream in = TorchGolden.class.getResourceAsStream("/golden/torch-2.13.0-cpu.jsonl");
        JsonParser json = new JsonFactory().createParser(in)) {
      while (json.nextToken() != null) {
        rows.add(row(json));
      }
    }
    return rows;
  }

  private static TorchGolden row(JsonParser json) throws IOException {
    Map<String, String> fields = new HashMap<>();
    List<Long> sizes = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      if (json.nextToken() == JsonToken.START_ARRAY) {
        while (json.nextToken() != JsonToken.END_ARRAY) {
          sizes.add(json.getLongValue());
        }
      } else {
        fields.put(name, json.getText());
      }
    }
    return new TorchGolden(
        fields.get("init"),
        Long.parseLong(fields.get("seed")),
        DType.parse(fields.get("dtype")),
        Shape.of(sizes.stream().mapToLong(Long::longValue).toArray()),
        fields.get("hex"),
        fields.get("next_u"),
        fields.get("next_n"));
  }

  Init init() {
    return Init.parse(expression);
  }

  /** PyTorch's elements. */
  double[] expected() {
    MemorySegment bytes = MemorySegment.ofArray(HexFormat.of().parseHex(hex));
    return elements(bytes);
  }

  /** The elements of bytes in this row's dtype. */
  double[] elements(MemorySegment bytes) {
    double[] values = new double[Math.toIntExact(shape.numel())];
    for (int i = 0; i < values.length; i++) {
      values[i] = dtype.get(bytes, i);
    }
    return values;
  }
}
