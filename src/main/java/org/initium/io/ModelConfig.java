// SPDX-License-Identifier: Apache-2.0
package org.initium.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.initium.text.Text;

/**
 * What a model's config.json says, as Hugging Face has them: {@code hidden_size}, {@code
 * num_hidden_layers}, {@code torch_dtype}. Members of an object inside go by both names: {@code
 * text_config_hidden_size}. Nulls, lists of more than 1,000 and those of anything but numbers,
 * truth values and texts, are left out.
 *
 * @param values by name: numbers (true is 1, false 0), texts, and lists of those
 * @since 0.1.0
 */
public record ModelConfig(Map<String, Object> values) {
  /** Of a model that has none. */
  public static final ModelConfig NONE = new ModelConfig(Map.of());

  /** Of a list that is taken: one value for each layer of any model. */
  private static final int MOST_ELEMENTS = 1_000;

  private static final int MOST_BYTES = 16 << 20;

  /**
   * {@return what a config says}
   *
   * @param file a {@code config.json}
   * @throws java.io.IOException if it cannot be read
   * @throws MalformedFileException if it is no JSON object
   */
  public static ModelConfig read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new MalformedFileException(file, "a folder; name the config.json in it");
    }
    if (Files.size(file) > MOST_BYTES) {
      throw new MalformedFileException(
          file, Text.message("more than %d MiB; is this a config.json?", MOST_BYTES >> 20));
    }
    ModelConfig config = new ModelConfig(new LinkedHashMap<>());
    Json.readOfPython(
        file,
        "the config",
        FileReads.of(file, () -> Files.readAllBytes(file)),
        json -> config.take(json, ""));
    return config;
  }

  private void take(Json json, String prefix) throws IOException {
    json.members(
        "the config",
        name -> {
          String full = (prefix + name).replaceAll("[^A-Za-z0-9_]", "_");
          if (json.isObject()) {
            take(json, full + "_");
          } else {
            json.scalarOrList(MOST_ELEMENTS).ifPresent(value -> values.put(full, value));
          }
        });
  }
}
