// SPDX-License-Identifier: Apache-2.0
/**
 * Weight initialization for the JVM: what every other package shares, and nothing of theirs.
 *
 * <p>An {@link org.initium.Initializer} turns a {@link org.initium.Shape} into a {@link
 * org.initium.Fill}; {@link org.initium.Tensor#fill(Initializer, Generator)} has the {@link
 * org.initium.Backend} of the tensor's {@link org.initium.Device} compute that fill from the words
 * of a {@link org.initium.random.Generator}:
 *
 * <pre>{@code
 * try (Tensor weight = Tensor.empty(Shape.of(512, 256), DType.F32)) {
 *   weight.fill(Init.kaimingUniform(), Generator.philox(42));
 * }
 * }</pre>
 */
package org.initium;

import org.initium.random.Generator;
