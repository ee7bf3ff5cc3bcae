// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe;

import org.initium.recipe.plan.SourcePosition;
import org.initium.recipe.yaml.Located;

/**
 * That a tensor has values of another one.
 *
 * @param tensor the other's name
 * @param place where that stands
 * @param norm whether the values are norms of the other's rows, not the same
 * @param once whether the tensor is left out of the file, where the other is
 */
record TensorLink(String tensor, SourcePosition place, boolean norm, boolean once)
    implements Located {}
