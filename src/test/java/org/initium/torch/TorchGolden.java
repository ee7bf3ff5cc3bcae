package org.initium.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.initium.Fill;
import org.initium.Init;
import org.initium.Shape;
import org.initium.Tensor;

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
    String name = expression.substring(0, expression.indexOf('('));
    Map<String, String> m = new HashMap<>();
    for (String p :
        expression.substring(expression.indexOf('(') + 1, expression.length() - 1).split(", ")) {
      if (p.contains("=")) m.put(p.substring(0, p.indexOf('=')), p.substring(p.indexOf('=') + 1));
    }
    java.util.function.ToDoubleFunction<String> d = k -> Double.parseDouble(m.get(k));
    return s -> {
      double rest = 1;
      for (int i = 2; i < s.rank(); i++) rest *= s.size(i);
      double in = s.rank() < 2 ? 0 : s.size(1) * rest;
      double out = s.rank() < 2 ? 0 : s.size(0) * rest;
      return switch (name) {
        case "uniform" -> new Fill.Uniform(d.applyAsDouble("a"), d.applyAsDouble("b"));
        case "normal" -> new Fill.Normal(d.applyAsDouble("mean"), d.applyAsDouble("std"));
        case "trunc_normal" ->
            new Fill.TruncatedNormal(
                d.applyAsDouble("mean"),
                d.applyAsDouble("std"),
                d.applyAsDouble("a"),
                d.applyAsDouble("b"));
        case "xavier_uniform", "xavier_normal" -> {
          double std = d.applyAsDouble("gain") * Math.sqrt(2 / (in + out));
          double a = Math.sqrt(3.0) * std;
          yield name.endsWith("m") ? new Fill.Uniform(-a, a) : new Fill.Normal(0, std);
        }
        case "kaiming_uniform", "kaiming_normal" -> {
          double a = d.applyAsDouble("a");
          double gain =
              switch (m.get("nonlinearity")) {
                case "leaky_relu" -> Math.sqrt(2.0 / (1 + a * a));
                case "relu" -> Math.sqrt(2);
                default -> 0.75;
              };
          double std = gain / Math.sqrt(m.get("mode").equals("fan_in") ? in : out);
          double b = Math.sqrt(3.0) * std;
          yield name.endsWith("m") ? new Fill.Uniform(-b, b) : new Fill.Normal(0, std);
        }
        case "sparse" -> new Fill.Sparse(d.applyAsDouble("sparsity"), d.applyAsDouble("std"));
        case "orthogonal" ->
            new Fill.Orthogonal(d.applyAsDouble("gain"), Fill.Orthogonal.Method.QR);
        case "eye" -> new Fill.Eye(1);
        default -> new Fill.Dirac(Long.parseLong(m.get("groups")));
      };
    };
  }

  void check(Tensor tensor) {
    int n = Math.toIntExact(shape.numel());
    MemorySegment expected = MemorySegment.ofArray(HexFormat.of().parseHex(hex));
    for (int i = 0; i < n; i++) {
      double theirs = dtype.get(expected, i);
      double ours = dtype.get(tensor.segment(), i);
      if (dtype == DType.F64) {
        assertTrue(
            Math.abs(ours - theirs) <= 2 * Math.ulp(theirs),
            i + ": " + ours + " vs " + theirs + " " + Math.abs(ours - theirs) / Math.ulp(theirs));
      } else {
        assertEquals(theirs, ours, "element " + i);
      }
    }
  }
}
