// SPDX-License-Identifier: Apache-2.0
package org.initium.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.GpuGeometry;
import org.initium.testing.Tolerances;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What real GPUs printed and people published: resources/golden/torch-cuda-printed.jsonl, each row
 * with its address. The GPU is the one that the page names; where the tensors are so small that all
 * GPUs agree it is of no matter. A printed number is rounded to its four decimals.
 */
class TorchPrintoutTest {
  private static final int ROWS = 12;

  record Draw(Init init, Shape shape, DType dtype, Map<Integer, List<Double>> at) {}

  record Printout(String url, String gpu, long seed, List<Draw> draws) {}

  @ParameterizedTest
  @MethodSource("printouts")
  void equalsThePrintout(Printout printout) {
    Generator generator = Generator.torchCuda(printout.seed(), GpuGeometry.of(printout.gpu()));
    for (Draw draw : printout.draws()) {
      try (Tensor tensor = Tensor.empty(draw.shape(), draw.dtype())) {
        tensor.fill(draw.init(), generator);
        draw.at().forEach((from, printed) -> assertPrinted(tensor, draw.dtype(), from, printed));
      }
    }
  }

  private static void assertPrinted(Tensor tensor, DType dtype, int from, List<Double> printed) {
    for (int i = 0; i < printed.size(); i++) {
      double ours = dtype.get(tensor.segment(), from + i);
      double tolerance = Tolerances.TORCH_PRINTED + Tolerances.TORCH_CUDA_NORMAL;
      assertEquals(printed.get(i), ours, tolerance, "element " + (from + i));
    }
  }

  @Test
  void readsAllRows() throws IOException {
    assertEquals(ROWS, printouts().size());
  }

  static List<Printout> printouts() throws IOException {
    List<Printout> rows = new ArrayList<>();
    try (InputStream in =
            TorchPrintoutTest.class.getResourceAsStream("/golden/torch-cuda-printed.jsonl");
        JsonParser json = new JsonFactory().createParser(in)) {
      while (json.nextToken() != null) {
        Map<String, Object> row = object(json);
        List<Draw> draws = new ArrayList<>();
        for (Object draw : (List<?>) row.get("calls")) {
          draws.add(draw((Map<?, ?>) draw));
        }
        rows.add(
            new Printout(
                (String) row.get("url"),
                (String) row.get("gpu"),
                ((Double) row.get("seed")).longValue(),
                draws));
      }
    }
    return rows;
  }

  private static Draw draw(Map<?, ?> draw) {
    Map<Integer, List<Double>> at = new TreeMap<>();
    ((Map<?, ?>) draw.get("at"))
        .forEach(
            (from, values) ->
                at.put(
                    Integer.valueOf((String) from),
                    ((List<?>) values).stream().map(Double.class::cast).toList()));
    long[] sizes =
        ((List<?>) draw.get("shape")).stream().mapToLong(s -> ((Double) s).longValue()).toArray();
    return new Draw(
        Init.parse((String) draw.get("init")),
        Shape.of(sizes),
        DType.parse((String) draw.get("dtype")),
        at);
  }

  private static Map<String, Object> object(JsonParser json) throws IOException {
    Map<String, Object> fields = new HashMap<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      fields.put(name, value(json));
    }
    return fields;
  }

  private static Object value(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> object(json);
      case START_ARRAY -> {
        List<Object> values = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          values.add(value(json));
        }
        yield values;
      }
      case VALUE_STRING -> json.getText();
      default -> json.getDoubleValue();
    };
  }
}
