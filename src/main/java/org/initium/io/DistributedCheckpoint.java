// SPDX-License-Identifier: Apache-2.0
package org.initium.io;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.initium.Shape;

/**
 * What PyTorch's distributed checkpoints say of a file that has slices of tensors: {@code
 * DCP_SHARDING_INFO}, where in its whole each begins, as torch's {@code HuggingFaceStorageReader}
 * reads it from the header.
 *
 * @since 0.1.0
 */
public final class DistributedCheckpoint {
  private static final String OFFSETS = "DCP_SHARDING_INFO";
  private static final String KEY = "saved_offsets";
  private static final String VERSION = "DCP_VERSION";

  /** Of one tensor: the key, quotes that are escaped twice, brackets. */
  private static final int REST = 48;

  private DistributedCheckpoint() {}

  /** A file's metadata: that of all files, and where its slices begin, if it has some. */
  static Map<String, String> metadata(Map<String, String> ofAll, List<TensorSpec> specs) {
    Map<String, Object> offsets = new LinkedHashMap<>();
    for (TensorSpec spec : specs) {
      spec.savedOffsets().ifPresent(at -> offsets.put(spec.name(), Map.of(KEY, at)));
    }
    if (offsets.isEmpty()) {
      return ofAll;
    }
    Map<String, String> metadata = new LinkedHashMap<>(ofAll);
    metadata.put(OFFSETS, Json.of(offsets));
    metadata.put(VERSION, "1.0");
    return metadata;
  }

  /** A file's metadata but for what tells its own slices. */
  static Map<String, String> ofAll(Map<String, String> metadata) {
    if (!metadata.containsKey(OFFSETS)) {
      return metadata;
    }
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.remove(OFFSETS);
    all.remove(VERSION);
    return all;
  }

  /**
   * {@return where in its whole each tensor of a file begins, by name, for those of which the file
   * says so}
   *
   * @param file for messages
   * @param header of the file
   * @throws MalformedFileException if it says so in other words than PyTorch's
   */
  public static Map<String, long[]> savedOffsets(Path file, SafetensorsHeader header) {
    String text = header.metadata().get(OFFSETS);
    Map<String, long[]> offsets = new HashMap<>();
    if (text != null) {
      Json.read(
          file,
          OFFSETS,
          text.getBytes(StandardCharsets.UTF_8),
          json ->
              json.members(
                  OFFSETS,
                  name ->
                      json.members(
                          name,
                          key -> {
                            if (key.equals(KEY)) {
                              offsets.put(name, json.counts(KEY, Shape.MOST_DIMENSIONS));
                            } else {
                              json.skip();
                            }
                          })));
    }
    return offsets;
  }

  /** How many bytes more a tensor takes in the header, at most. */
  static long size(TensorSpec spec) {
    return spec.savedOffsets().isEmpty()
        ? 0
        : 2 * HeaderSize.string(spec.name())
            + REST
            + HeaderSize.DIGITS * (long) spec.shape().rank();
  }
}
