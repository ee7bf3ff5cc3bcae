// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.folder;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.initium.io.CheckpointLayout;
import org.initium.io.Json;
import org.initium.io.SafetensorsHeader;

/**
 * What stands beside the files of a model when all of them are there.
 *
 * @param name of the file
 * @param text that is in it: JSON
 * @since 0.1.0
 */
public record FolderIndex(String name, String text) {
  /** The name of the file that says what shard each file is. */
  public static final String OF_SHARDS = "shards.json";

  /**
   * {@return Hugging Face's index, of files of whole tensors}
   *
   * @param checkpoint the name of the checkpoint, {@code model.safetensors}
   * @param files their headers, by the names of the files
   */
  public static FolderIndex ofTensors(String checkpoint, Map<String, SafetensorsHeader> files) {
    String text = new String(CheckpointLayout.index(files), StandardCharsets.UTF_8);
    return new FolderIndex(CheckpointLayout.indexName(checkpoint), text);
  }

  /**
   * {@return {@code shards.json}, which says what shard each file is}
   *
   * @param files their headers, by the names of the files
   */
  public static FolderIndex ofShards(Map<String, SafetensorsHeader> files) {
    Map<String, Object> shards = new TreeMap<>(); // from 100,000 on, not the order of numbers
    files.forEach((name, header) -> shards.put(name, header.metadata().get(Provenance.SHARD)));
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("metadata", Map.of("total_size", bytes(files)));
    index.put("shards", shards);
    return new FolderIndex(OF_SHARDS, Json.of(index) + "\n");
  }

  static long bytes(Map<String, SafetensorsHeader> files) {
    return files.values().stream().mapToLong(SafetensorsHeader::dataBytes).sum();
  }
}
