// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import java.util.Optional;
import org.initium.DType;
import org.initium.Shape;
import org.initium.io.StoredType;
import org.initium.recipe.plan.SourcePosition;
import org.initium.recipe.yaml.Located;

/**
 * A tensor that a recipe lists, and where.
 *
 * @param shape its sizes; where it says none, those of the tensor that it is like
 * @param type its element type in a file, likewise
 * @param like the tensor whose values it has
 * @param written whether it is in the file
 */
record TensorEntry(
    String name,
    Optional<Shape> shape,
    Optional<StoredType> type,
    Optional<Link> like,
    boolean written,
    SourcePosition place)
    implements Located {
  /**
   * That a tensor has values of another one.
   *
   * @param tensor the other's name
   * @param norm whether the values are norms of the other's rows, not the same
   * @param once whether the tensor is left out of the file, where the other is
   */
  record Link(String tensor, SourcePosition place, boolean norm, boolean once) implements Located {}

  /** Its element type, or the carrier of one that we fill none of. */
  Optional<DType> dtype() {
    return type.map(StoredType::carrier);
  }

  /** Its element type where we fill none of it, so that it can only be kept of a file. */
  Optional<StoredType> foreign() {
    return type.filter(own -> own.dtype().isEmpty());
  }
}
