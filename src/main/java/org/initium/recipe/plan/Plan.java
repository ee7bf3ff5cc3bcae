// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.plan;

import java.io.Serializable;
import java.util.List;
import org.initium.text.Text;

/**
 * A recipe that was followed to the end: every tensor of a model, in order, with its shape, dtype
 * and initializers.
 *
 * @param tensors in the order in which they draw from a shared generator
 * @param notes what is not wrong but may be meant otherwise, a line each
 * @param inputs the files that the recipe names and that were read: its template, its config.json
 * @since 0.1.0
 */
public record Plan(List<PlannedTensor> tensors, List<String> notes, List<String> inputs)
    implements Serializable {
  /**
   * {@return a plan of these tensors}
   *
   * @param tensors in the order of the recipe
   */
  public static Plan of(PlannedTensor... tensors) {
    return new Plan(List.of(tensors), List.of(), List.of());
  }

  /**
   * {@return the tensors that are in the file: not copies that are written once, nor what is never}
   */
  public List<PlannedTensor> written() {
    return tensors.stream().filter(PlannedTensor::isStored).toList();
  }

  /** {@return the number of elements of {@link #written}: tied tensors count once} */
  public long parameters() {
    return parameters(RowShard.ALL);
  }

  /**
   * {@return the number of elements of {@link #written} in a shard}
   *
   * @param shard which share
   */
  public long parameters(RowShard shard) {
    return written().stream()
        .mapToLong(tensor -> tensor.cut().shape(tensor.shape(), shard).numel())
        .sum();
  }

  /** {@return the number of bytes in all} */
  public long bytes() {
    return bytes(RowShard.ALL);
  }

  /**
   * {@return the number of bytes in a shard}
   *
   * @param shard which share
   * @throws IllegalArgumentException if it is beyond 2^63 - 1
   */
  public long bytes(RowShard shard) {
    try {
      return written().stream()
          .mapToLong(tensor -> tensor.spec(shard).bytes())
          .reduce(0, Math::addExact);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          Text.message("the tensors, %d in all, take more than 2^63 - 1 bytes", tensors.size()), e);
    }
  }
}
