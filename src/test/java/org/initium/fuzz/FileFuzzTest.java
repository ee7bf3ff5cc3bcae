// SPDX-License-Identifier: Apache-2.0
package org.initium.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.initium.io.Checkpoint;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of safetensors and indices, made from seeds. */
@Tag("slow")
class FileFuzzTest {
  @TempDir Path folder;

  @Test
  void headers() throws IOException {
    Fuzz fuzz = new Fuzz(1);
    Path file = folder.resolve("f.safetensors");
    Fuzzer.run(
        "headers",
        () -> Headers.file(fuzz.bytes(Headers.SEEDS, Headers.WORDS)),
        bytes -> {
          Files.write(file, bytes);
          Checkpoint.open(file).close();
        });
  }

  @Test
  void indices() throws IOException {
    Files.write(
        folder.resolve("one.safetensors"),
        Headers.file(Headers.SEEDS.get(3).getBytes(StandardCharsets.UTF_8)));
    Path index = folder.resolve("m.safetensors.index.json");
    Fuzz fuzz = new Fuzz(2);
    List<String> seeds =
        List.of(
            "{\"metadata\":{\"total_size\":8},\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"one.safetensors\"}}",
            "{\"weight_map\":{}}");
    List<String> words =
        List.of(
            "\"c\":\"one.safetensors\",",
            "\"../one.safetensors\"",
            "\"weight_map\":",
            "\"two.safetensors\"");
    Fuzzer.run(
        "indices",
        () -> fuzz.bytes(seeds, words),
        bytes -> {
          Files.write(index, bytes);
          Checkpoint.open(index).close();
        });
  }
}
