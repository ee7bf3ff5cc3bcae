// SPDX-License-Identifier: Apache-2.0
package org.initium.testing;

import java.util.List;
import org.initium.Backend;
import org.initium.Fill;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.random.Generator;

/** Applies fills to tensors. */
public final class Fills {
  /** Of tensors of any shape. */
  public static final List<Fill> ANY_SHAPE =
      List.of(
          new Fill.Constant(1.7),
          new Fill.Uniform(-0.3, 1.1),
          new Fill.Normal(0.1, 0.02),
          new Fill.TruncatedNormal(0, 0.02, -0.04, 0.04),
          new Fill.TruncatedNormal(0, 1, 5, 6));

  private Fills() {}

  /** Fills and waits until it is done. */
  public static Tensor fill(Tensor tensor, Fill fill, Generator generator) {
    Stream stream = Backend.of(tensor.device()).defaultStream(tensor.device());
    tensor.fill(fill, generator, stream);
    stream.synchronize();
    return tensor;
  }
}
