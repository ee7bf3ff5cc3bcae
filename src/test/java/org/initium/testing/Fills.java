// SPDX-License-Identifier: Apache-2.0
package org.initium.testing;

import org.initium.Backend;
import org.initium.Fill;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.random.Generator;

/** Applies fills to tensors. */
public final class Fills {
  private Fills() {}

  /** Fills and waits until it is done. */
  public static Tensor fill(Tensor tensor, Fill fill, Generator generator) {
    Stream stream = Backend.of(tensor.device()).defaultStream(tensor.device());
    tensor.fill(fill, generator, stream);
    stream.synchronize();
    return tensor;
  }
}
