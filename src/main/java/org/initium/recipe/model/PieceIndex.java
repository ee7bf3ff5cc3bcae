// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.initium.io.CheckpointLayout;
import org.initium.io.SafetensorsHeader;
import org.initium.recipe.folder.ShardedFolder;

/**
 * What stands beside the pieces of a model when all of them are there, as {@code initium finish}
 * writes it.
 *
 * @param name of the file
 * @param text that is in it: JSON
 * @since 0.1.0
 */
public record PieceIndex(String name, String text) {
  /**
   * {@return the index of all pieces of a layout}
   *
   * @param layout how tensors are in files
   * @param pieces all of them
   */
  public static PieceIndex of(FileLayout layout, List<Piece> pieces) {
    Map<String, SafetensorsHeader> files = new LinkedHashMap<>();
    pieces.forEach(piece -> files.put(piece.file(), piece.header()));
    return switch (layout) {
      case FileLayout.Files(String checkpoint, long _) ->
          new PieceIndex(
              CheckpointLayout.indexName(checkpoint),
              new String(CheckpointLayout.index(files), StandardCharsets.UTF_8));
      case FileLayout.Rows _ -> new PieceIndex(ShardedFolder.INDEX, ShardedFolder.index(files));
    };
  }
}
