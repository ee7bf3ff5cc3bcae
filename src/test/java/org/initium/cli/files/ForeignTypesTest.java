// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.initium.cli.CommandLineRun;
import org.initium.io.Checkpoint;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Types of files that nothing fills: kept, copied, cut into shards, bit for bit. */
@Tag("slow")
class ForeignTypesTest {
  @TempDir private Path folder;

  private CommandLineRun run(String line) {
    return CommandLineRun.in(folder, line.trim());
  }

  private void recipe(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  /** Quantized weights, as MLX and GPTQ write them, beside what is made anew. */
  @ParameterizedTest
  @ValueSource(strings = {"", "--chunk 8", "--generator torch-cpu", "--dtype bf16"})
  void typesThatNothingFillsAreKept(String how) throws IOException {
    Files.write(folder.resolve("old.safetensors"), foreign());
    recipe(
        "new.yaml",
        """
        template: old.safetensors
        tensors: {copy: {like: q32}, score: [2, 6]}
        rules: [{match: "*", init: normal}]
        """);
    run("init @new.yaml --from @old.safetensors --out @new.safetensors " + how).ok();
    run("verify @new.safetensors @new.yaml --from @old.safetensors "
            + how.replace("--generator torch-cpu", ""))
        .ok();
    Map<String, byte[]> old = TensorBytes.of(folder, "old.safetensors");
    Map<String, byte[]> made = TensorBytes.of(folder, "new.safetensors");
    old.forEach((name, bytes) -> assertArrayEquals(bytes, made.get(name), name));
    assertArrayEquals(old.get("q32"), made.get("copy"));
    try (Checkpoint checkpoint = Checkpoint.open(folder.resolve("new.safetensors"));
        Checkpoint before = Checkpoint.open(folder.resolve("old.safetensors"))) {
      for (Checkpoint.Entry entry : before.entries()) {
        Checkpoint.Entry kept =
            checkpoint.entries().stream()
                .filter(e -> e.tensor().name().equals(entry.tensor().name()))
                .findFirst()
                .orElseThrow();
        assertEquals(entry.tensor().type(), kept.tensor().type());
        assertEquals(entry.tensor().shape(), kept.tensor().shape());
      }
    }
    String plan = run("init @new.yaml --from @old.safetensors --plan").ok();
    assertTrue(plan.lines().anyMatch(l -> l.matches("q4 +\\[4, 6] +F4 .*kept q4")), plan);

    CommandLineRun without = run("init @new.yaml --out @x.safetensors");
    assertEquals(2, without.status());
    assertTrue(without.err().contains("which has no initializers: it can be kept"), without.err());
    byte[] bytes = Files.readAllBytes(folder.resolve("new.safetensors"));
    bytes[bytes.length - 1] ^= 1; // of the smallest type
    Files.write(folder.resolve("other.safetensors"), bytes);
    CommandLineRun other =
        run(
            "verify @other.safetensors @new.yaml --from @old.safetensors "
                + how.replace("--generator torch-cpu", ""));
    assertEquals(1, other.status());
    assertTrue(other.err().contains(" differs first at ["), other.err());
  }

  @Test
  void shardsOfTypesThatNothingFillsAreSlices() throws IOException {
    Files.write(folder.resolve("old.safetensors"), foreign());
    recipe(
        "new.yaml",
        "template: old.safetensors\n"
            + "rules: []\n"
            + "shards: [{match: q?, dim: 0}, {match: '*', dim: -1}]");
    byte[] whole = TensorBytes.of(folder, "old.safetensors").get("q4");
    for (int i = 0; i < 2; i++) {
      run("init @new.yaml --from @old.safetensors --out @part.safetensors --shard " + i + "/2")
          .ok();
      assertArrayEquals(
          Arrays.copyOfRange(whole, i * 6, i * 6 + 6),
          TensorBytes.of(folder, "part.safetensors").get("q4"));
    }
    recipe(
        "columns.yaml",
        "template: old.safetensors\n"
            + "rules: []\n"
            + "shards: [{match: q4, dim: 1}, {match: '*', dim: 0}]");
    run("init @columns.yaml --from @old.safetensors --out @part.safetensors --shard 1/2").ok();
    try (Checkpoint part = Checkpoint.open(folder.resolve("part.safetensors"))) {
      String offsets = part.metadata().get("DCP_SHARDING_INFO");
      assertTrue(offsets.contains("\"q4\":{\"saved_offsets\":[0,2]}"), offsets);
    }
    recipe("cut.yaml", "template: old.safetensors\nrules: []\nshards: [{match: '*', dim: -1}]");
    CommandLineRun cut =
        run("init @cut.yaml --from @old.safetensors --out @x.safetensors --shard 0/3");
    assertEquals(2, cut.status(), cut.err());
    assertTrue(cut.err().contains("are not whole elements of 6"), cut.err());
  }

  /** Two elements are in a byte: the shape is in elements, whoever says it. */
  @Test
  void copiesOfTypesThatNothingFillsHaveTheirShape() throws IOException {
    Files.write(folder.resolve("old.safetensors"), foreign());
    String head = "template: old.safetensors\nrules: []\ntensors: {tied: {like: q4, ";
    recipe("new.yaml", head + "shape: [4, 6]}, typed: {like: tied, shape: [4, 6], dtype: f4}}");
    run("init @new.yaml --from @old.safetensors --out @new.safetensors").ok();
    Map<String, byte[]> made = TensorBytes.of(folder, "new.safetensors");
    assertArrayEquals(made.get("q4"), made.get("tied"));
    assertArrayEquals(made.get("q4"), made.get("typed"));
    String inspected = run("inspect @new.safetensors").ok();
    assertTrue(inspected.lines().anyMatch(l -> l.matches("typed +\\[4, 6] +f4 .*")), inspected);
    run("verify @new.safetensors @new.yaml --from @old.safetensors").ok();
    for (String wrong : List.of("shape: [4, 3]", "dtype: u8", "shape: [4, 3], dtype: u8")) {
      recipe("wrong.yaml", head + wrong + "}}");
      CommandLineRun run = run("init @wrong.yaml --from @old.safetensors --plan");
      assertEquals(2, run.status(), run.err());
      String said =
          wrong.contains("u8")
              ? "'q4' is F4; of what nothing fills there are only copies, in the same type"
              : "'q4', which it is like, has shape [4, 6]";
      assertTrue(run.err().contains(said), run.err());
    }
  }

  /** A file with a tensor of each type that nothing fills, whose bytes count from 1. */
  private static byte[] foreign() {
    String[] types = {
      "U64 8 3,2",
      "C64 8 5",
      "U32 4 3,4",
      "U16 2 7",
      "F8_E8M0 1 4",
      "F8_E4M3FNUZ 1 4,3",
      "F8_E5M2FNUZ 1 2"
    };
    StringBuilder header = new StringBuilder("{");
    int at = 0;
    for (String type : types) {
      String[] field = type.split(" ");
      int bytes = Integer.parseInt(field[1]);
      for (String size : field[2].split(",")) {
        bytes *= Integer.parseInt(size);
      }
      String name = field[0].equals("U32") ? "q32" : field[0].toLowerCase(Locale.ROOT);
      header.append(entry(name, field[0], field[2], at, bytes)).append(',');
      at += bytes;
    }
    header.append(entry("q6", "F6_E2M3", "2,4", at, 6)).append(',');
    header.append(entry("q4", "F4", "4,6", at + 6, 12)).append('}');
    at += 18;
    byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + text.length + at)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(text.length)
            .put(text);
    for (int i = 1; i <= at; i++) {
      file.put((byte) i);
    }
    return file.array();
  }

  private static String entry(String name, String type, String shape, int at, int bytes) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
        .formatted(name, type, shape, at, at + bytes);
  }
}
