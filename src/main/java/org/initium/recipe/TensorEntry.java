// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import java.util.Optional;
import org.initium.DType;
import org.initium.Shape;
import org.initium.recipe.plan.SourcePosition;

/**
 * A tensor that a recipe lists, and where.
 *
 * @param shape its sizes; where it says none, those of the tensor that it is like
 * @param dtype its element type, likewise
 * @param like the tensor whose values it has
 * @param written whether it is in the file
 */
record TensorEntry(
    String name,
    Optional<Shape> shape,
    Optional<DType> dtype,
    Optional<TensorLink> like,
    boolean written,
    SourcePosition place) {}
