// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.initium.recipe.plan.PlannedTensor;

/**
 * Takes the bytes of tensors as they are made.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ChunkSink {
  /**
   * Takes the next bytes; the segment is valid during the call. Calls come one at a time, on
   * another thread than the one that fills.
   *
   * @param tensor whose bytes these are
   * @param offset of the first, in bytes, in the tensor or in the shard of it that is made
   * @param bytes in the tensor's dtype, little endian
   * @throws java.io.IOException if they cannot be taken, which ends the making
   */
  void accept(PlannedTensor tensor, long offset, MemorySegment bytes) throws IOException;
}
