// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cli.CommandLineRun;
import org.initium.initializer.Init;
import org.initium.io.Checkpoint;
import org.initium.random.Generator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Models in floats of 8 bits: written, shown, checked, kept and used as templates. */
@Tag("slow")
class Float8FilesTest extends OneRecipe {
  private static final String RECIPE =
      """
      dtype: f8_e4m3fn
      tensors:
        w: [37, 19]
        far: {shape: [1000], dtype: float8_e5m2}
        q: [8, 8]
        s: [40, 3]
        one: []
        b: {shape: [5], dtype: bf16}
      rules:
        - {match: w, init: kaiming_uniform}
        - {match: far, init: normal(std=30000)}
        - {match: q, init: orthogonal}
        - {match: s, init: "sparse(0.5, std=1)"}
        - {match: "*", init: ones}
      """;

  Float8FilesTest() {
    super(RECIPE);
  }

  @Test
  void writtenShownAndVerified() throws IOException {
    ok("init @r.yaml --out @m.safetensors --seed 3");
    ok("verify @m.safetensors @r.yaml --seed 3");
    assertEquals(1, run("verify @m.safetensors @r.yaml --seed 4").status());
    List<String> lines = ok("inspect @m.safetensors").lines().toList();
    assertTrue(
        lines.stream().anyMatch(l -> l.matches("w +\\[37, 19\\] +f8_e4m3 +-?0\\.0.*│.*")),
        lines::toString);
    // A normal of 30000 is beyond 57344 by 1.91 sigma: those are the largest value.
    assertTrue(
        lines.stream().anyMatch(l -> l.matches("far +\\[1000\\] +f8_e5m2 .* -57344 +57344 .*│")),
        lines::toString);
    assertEquals(
        1, lines.stream().mapToInt(l -> l.indexOf("│")).filter(at -> at > 0).distinct().count());
    ok("inspect @m.safetensors --plot @p.png");
    assertTrue(Files.size(folder.resolve("p.png")) > 1000);
    try (Checkpoint file = Checkpoint.open(folder.resolve("m.safetensors"));
        Tensor expected = Tensor.empty(Shape.of(37, 19), DType.F8_E4M3FN);
        Tensor found = Tensor.empty(Shape.of(37, 19), DType.F8_E4M3FN)) {
      expected.fill(Init.parse("kaiming_uniform"), Generator.philox(3).fork("w"));
      Checkpoint.Entry entry =
          file.entries().stream().filter(e -> e.tensor().name().equals("w")).findFirst().get();
      assertEquals("F8_E4M3", entry.tensor().type().name());
      file.read(entry, 0, found.segment());
      assertEquals(-1, expected.segment().mismatch(found.segment()));
    }
  }

  @Test
  void asATemplateAndForEveryTensor() throws IOException {
    ok("init @r.yaml --out @m.safetensors");
    Files.writeString(
        folder.resolve("t.yaml"), "template: m.safetensors\nrules: [{match: '*', init: ones}]\n");
    String plan = ok("init @t.yaml --plan");
    assertTrue(plan.lines().anyMatch(l -> l.matches("far +\\[1000\\] +f8_e5m2 .*")), plan);
    ok("init @t.yaml --out @all.safetensors --dtype f8_e5m2");
    ok("verify @all.safetensors @t.yaml --dtype f8_e5m2");
    ok("init @t.yaml --from @m.safetensors --out @kept.safetensors");
    assertArrayEquals(data("m.safetensors"), data("kept.safetensors"));
  }

  /** What is behind the header. */
  private byte[] data(String name) throws IOException {
    byte[] all = Files.readAllBytes(folder.resolve(name));
    int header = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getInt();
    return Arrays.copyOfRange(all, 8 + header, all.length);
  }

  @Test
  void inShardsAndSmallChunks() throws IOException {
    ok("init @r.yaml --out @m.safetensors --chunk 100");
    ok("verify @m.safetensors @r.yaml");
    ok("init @r.yaml --out @s.safetensors --shard 1/3");
    ok("verify @s.safetensors @r.yaml --shard 1/3");
  }

  @Test
  void torchHasNoNumbers() {
    CommandLineRun run = run("init @r.yaml --out @m.safetensors --generator torch-cpu");
    assertEquals(2, run.status(), run.err());
    assertTrue(
        run.err().contains("torch draws no numbers in f8_e4m3fn") && run.err().lines().count() == 1,
        run.err());
    assertTrue(Files.notExists(folder.resolve("m.safetensors")));
  }

  @Test
  void anArgumentBeyondTheLargestValueIsAnError() {
    CommandLineRun run = run("fill constant(500) --shape 3 --dtype f8_e4m3fn --out @o");
    assertEquals(2, run.status());
    assertTrue(run.err().contains("finite in f8_e4m3fn, whose largest value is 448"), run.err());
  }
}
