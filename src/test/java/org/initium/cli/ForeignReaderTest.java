// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.testing.outside.Tools;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hugging Face's own safetensors package reads what we write, with equal values. The Python that
 * has it (and numpy) is INITIUM_PYTHON, or python3.
 */
@Tag("slow")
class ForeignReaderTest {
  private static final String READ =
      """
      import sys
      from safetensors import safe_open
      for path in sys.argv[1:]:
          with safe_open(path, framework="np") as f:
              assert f.metadata()["format"] == "pt"
              for name in sorted(f.keys()):
                  t = f.get_tensor(name)
                  print(name, list(t.shape), t.dtype, " ".join(float(x).hex() for x in t.reshape(-1)))
      """;

  @TempDir Path folder;

  private static String python() {
    String python = System.getenv("INITIUM_PYTHON");
    return python == null ? "python3" : python;
  }

  @BeforeEach
  void findSafetensors() throws IOException, InterruptedException {
    int status;
    try {
      status =
          new ProcessBuilder(python(), "-c", "import safetensors, numpy")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
    } catch (IOException e) {
      status = 127;
    }
    if (status != 0) {
      Tools.missing(
          "no Python with safetensors and numpy (pip install safetensors numpy; INITIUM_PYTHON):"
              + " files are not read by a foreign reader");
    }
  }

  private List<String> read(List<Path> files) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(python(), "-c", READ));
    files.forEach(file -> command.add(file.toString()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor());
    return printed.lines().sorted().toList();
  }

  private static String line(String name, Tensor tensor, String dtype) {
    StringBuilder values = new StringBuilder();
    try (Tensor flat = tensor) {
      Tensor view = flat.reshape(flat.shape().numel());
      for (long i = 0; i < view.shape().numel(); i++) {
        values.append(' ').append(hex(view.get(i)));
      }
    }
    return name + " " + tensor.shape() + " " + dtype + values;
  }

  /** Python's float.hex. */
  private static String hex(double value) {
    String java = Double.toHexString(value);
    int point = java.indexOf('.') + 1;
    int p = java.indexOf('p');
    String digits = java.substring(point, p);
    String exponent = java.substring(p + 1);
    if (value == 0) {
      return "0x0.0p+0";
    }
    return java.substring(0, point)
        + digits
        + "0".repeat(13 - digits.length())
        + "p"
        + (exponent.startsWith("-") ? "" : "+")
        + exponent;
  }

  @Test
  void valuesAreEqualInEveryDtypeAndInSeveralFiles() throws IOException, InterruptedException {
    Path recipe =
        Files.writeString(
            folder.resolve("r.yaml"),
            """
            tensors:
              a: [3, 5]
              b: {shape: [7], dtype: f16}
              c: {shape: [2, 2, 2], dtype: f64}
              "name with \\u00e9": [1]
              scalar: []
            rules: [{match: "*", init: normal}]
            """);
    Path out = folder.resolve("m.safetensors");
    CommandLineRun one = CommandLineRun.of("init", recipe.toString(), "--out", out.toString());
    assertEquals(0, one.status(), one.err());
    List<String> expected = new ArrayList<>();
    expected.add(line("a", filled("a", DType.F32, 3, 5), "float32"));
    expected.add(line("b", filled("b", DType.F16, 7), "float16"));
    expected.add(line("c", filled("c", DType.F64, 2, 2, 2), "float64"));
    expected.add(line("name with \u00e9", filled("name with \u00e9", DType.F32, 1), "float32"));
    expected.add(line("scalar", filled("scalar", DType.F32), "float32"));
    assertEquals(expected, read(List.of(out)));
    Files.delete(out);
    CommandLineRun several =
        CommandLineRun.of(
            "init", recipe.toString(), "--out", out.toString(), "--max-shard-size", "64");
    assertEquals(0, several.status(), several.err());
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> parts = files.filter(f -> f.toString().endsWith(".safetensors")).toList();
      assertEquals(4, parts.size());
      assertEquals(expected, read(parts));
    }
  }

  private static Tensor filled(String name, DType dtype, long... sizes) {
    return Tensor.empty(Shape.of(sizes), dtype)
        .fill(Init.normal(0, 1), Generator.philox(0).fork(name));
  }
}
