// SPDX-License-Identifier: Apache-2.0
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.adapters.RecipeFile;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxWeightsTest {
  /** A field of a protobuf message: a number, or bytes. */
  private static byte[] field(int number, Object... values) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    ByteArrayOutputStream field = new ByteArrayOutputStream();
    if (values[0] instanceof Integer value) {
      field.write(number << 3);
      field.write(value);
      return field.toByteArray();
    }
    for (Object value : values) {
      body.writeBytes(
          value instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : (byte[]) value);
    }
    field.write(number << 3 | 2);
    int size = body.size();
    for (; size >= 128; size >>= 7) {
      field.write(size & 127 | 128);
    }
    field.write(size);
    field.writeBytes(body.toByteArray());
    return field.toByteArray();
  }

  private static byte[] value(int field, String name, int rows, int columns) {
    byte[] shape = field(2, field(1, field(1, rows)), field(1, field(1, columns)));
    return field(field, field(1, name), field(2, field(1, field(1, 1), shape)));
  }

  /** onnx.proto: y = MatMul(x, w), with w of 4 x 3 in a file that is not there. */
  private static byte[] model() {
    byte[] node = field(1, field(1, "x"), field(1, "w"), field(2, "y"), field(4, "MatMul"));
    byte[] where = field(13, field(1, "location"), field(2, "not-there.bin"));
    byte[] weight =
        field(5, field(1, 4), field(1, 3), field(2, 1), field(8, "w"), where, field(14, 1));
    byte[] graph =
        field(7, node, field(2, "g"), weight, value(11, "x", 4, 4), value(12, "y", 4, 3));
    ByteArrayOutputStream model = new ByteArrayOutputStream();
    model.writeBytes(field(1, 8));
    model.writeBytes(graph);
    model.writeBytes(field(8, field(2, 13)));
    return model.toByteArray();
  }

  @Test
  void aModelRunsWithoutTheFileOfItsWeights(@TempDir Path folder) throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    String recipe =
        "{dtype: f32, tensors: {w: [4, 3]}, rules: [{match: w, init: kaiming_uniform}]}";
    Generator generator = Generator.philox(42);
    try (Tensor weight = Tensor.empty(Shape.of(4, 3), DType.F32);
        RecipeFile file = RecipeFile.of(folder, recipe, generator)) {
      weight.fill(Init.kaimingUniform(), generator.fork("w"));
      float[] expected = file.floats("w");
      float[][] one = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
      try (OrtSession session = OnnxWeights.session(environment, model(), Map.of("w", weight));
          OnnxTensor x = OnnxTensor.createTensor(environment, one);
          OrtSession.Result result = session.run(Map.of("x", x))) {
        float[][] y = (float[][]) result.get(0).getValue();
        for (int i = 0; i < 12; i++) {
          assertEquals(expected[i], y[i / 3][i % 3]);
        }
      }
    }
  }
}
