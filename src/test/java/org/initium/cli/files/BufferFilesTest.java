// SPDX-License-Identifier: Apache-2.0
package org.initium.cli.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.initium.cli.CommandLineRun;
import org.junit.jupiter.api.Test;

/** Buffers of whole numbers in models, and types that are shown alone. */
class BufferFilesTest extends OneRecipe {
  private static final String RECIPE =
      """
      tensors:
        w: [4, 3]
        bn.num_batches_tracked: {shape: [], dtype: i64}
        position_ids: {shape: [1, 7], dtype: int64}
        mask: {shape: [5], dtype: bool}
        tokens: {shape: [6], dtype: i32}
      rules:
        - {match: position_ids, init: arange(dim=1)}
        - {match: mask, init: ones}
        - {match: tokens, init: "uniform(0, 50257)"}
        - {match: bn.*, init: zeros}
        - {match: "*", init: normal}
      """;

  BufferFilesTest() {
    super(RECIPE);
  }

  @Test
  void writtenShownAndVerified() {
    ok("init @r.yaml --out @m.safetensors");
    ok("verify @m.safetensors @r.yaml");
    String shown = ok("inspect @m.safetensors");
    assertTrue(
        shown.lines().anyMatch(l -> l.matches("position_ids +\\[1, 7\\] +i64 +3 .* 0 +6 .*")),
        shown);
    assertTrue(shown.lines().anyMatch(l -> l.matches("mask +\\[5\\] +bool +1 .*")), shown);
    assertTrue(
        shown.lines().anyMatch(l -> l.matches("bn.num_batches_tracked .* i64 +0 .*")), shown);
  }

  /** They stay what they are, whatever the weights become. */
  @Test
  void aDTypeForEveryTensorIsForTheWeights() throws IOException {
    Files.writeString(
        folder.resolve("r.yaml"),
        RECIPE.replace("rules:", "  same_tokens: {like: tokens}\nrules:"));
    ok("init @r.yaml --out @m.safetensors --dtype bf16");
    String shown = ok("inspect @m.safetensors");
    assertTrue(shown.lines().anyMatch(l -> l.matches("w +\\[4, 3\\] +bf16 .*")), shown);
    assertTrue(shown.lines().anyMatch(l -> l.matches("tokens +\\[6\\] +i32 .*")), shown);
    assertTrue(shown.lines().anyMatch(l -> l.matches("same_tokens +\\[6\\] +i32 .*")), shown);
    ok("verify @m.safetensors @r.yaml --dtype bf16");
  }

  @Test
  void asATemplate() throws IOException {
    ok("init @r.yaml --out @m.safetensors");
    Files.writeString(
        folder.resolve("t.yaml"),
        RECIPE.replaceFirst("(?s)tensors:.*rules:", "template: m.safetensors\nrules:"));
    ok("init @t.yaml --out @n.safetensors");
    ok("verify @n.safetensors @r.yaml");
    Files.writeString(
        folder.resolve("bad.yaml"),
        "template: m.safetensors\nrules: [{match: '*', init: normal}]\n");
    CommandLineRun run = run("init @bad.yaml --out @o.safetensors");
    assertEquals(2, run.status());
    assertTrue(
        run.err()
                .contains(
                    "i64 has whole numbers alone; constant, zeros, ones, eye, identity, dirac,"
                        + " arange and uniform fill it")
            && run.err().lines().count() == 1,
        run.err());
  }

  /**
   * Every type of safetensors 0.8 that we fill nothing in: shown, verified as far as it goes, left
   * out of templates.
   */
  @Test
  void otherTypesAreShown() throws IOException {
    StringBuilder header = new StringBuilder("{");
    int at = 0;
    for (String each :
        new String[] {
          "C64 8", "U64 8", "U32 4", "U16 2", "F8_E8M0 1", "F8_E4M3FNUZ 1", "F8_E5M2FNUZ 1"
        }) {
      String[] type = each.split(" ");
      int end = at + 2 * Integer.parseInt(type[1]);
      header
          .append(at == 0 ? "" : ",")
          .append("\"t.")
          .append(type[0])
          .append("\":{\"dtype\":\"")
          .append(type[0])
          .append("\",\"shape\":[2],\"data_offsets\":[")
          .append(at)
          .append(',')
          .append(end)
          .append("]}");
      at = end;
    }
    byte[] text = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + text.length + at).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(text.length).put(text);
    Files.write(folder.resolve("x.safetensors"), file.array());
    String shown = ok("inspect @x.safetensors");
    assertTrue(shown.lines().anyMatch(l -> l.matches("t\\.C64 +\\[2\\] +c64 +- .*")), shown);
    assertTrue(shown.contains("7 tensors, 14 elements"), shown);
    Files.writeString(
        folder.resolve("t.yaml"), "template: x.safetensors\nrules: [{match: '*', init: zeros}]\n");
    CommandLineRun run = run("init @t.yaml --out @o.safetensors");
    assertEquals(2, run.status());
    assertTrue(
        run.err().contains("which has no initi") && run.err().lines().count() == 1, run.err());
  }
}
