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
 * @param dtype its element type, likewise; the carrier of a foreign one
 * @param foreign its element type where we fill none of it, so that it can only be kept of a file
 * @param like the tensor whose values it has
 * @param written whether it is in the file
 */
record TensorEntry(
    String name,
    Optional<Shape> shape,
    Optional<DType> dtype,
    Optional<StoredType> foreign,
    Optional<TensorLink> like,
    boolean written,
    SourcePosition place)
    implements Located {
  /** Its element type in a file, where it says one. */
  Optional<StoredType> type() {
    return foreign.or(() -> dtype.map(StoredType::of));
  }

  /** Its sizes in elements of the dtype, of which one holds some of a type of less than a byte. */
  Optional<Shape> carried() {
    return foreign.isPresent() ? shape.map(foreign.get()::carried) : shape;
  }
}
