// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import java.io.Serializable;
import org.initium.io.SafetensorsHeader;
import org.initium.recipe.plan.RowShard;

/**
 * A file of a model that a process makes by itself.
 *
 * @param file its name
 * @param shard the share of each tensor that it has
 * @param header its tensors, in the order of their bytes
 * @param memory about how many bytes it takes to make: two chunks for each device, and those of the
 *     largest tensor that is made in one go
 * @since 0.1.0
 */
public record Piece(String file, RowShard shard, SafetensorsHeader header, long memory)
    implements Serializable {
  /** {@return the size of the file} */
  public long bytes() {
    return header.dataStart() + header.dataBytes();
  }
}
