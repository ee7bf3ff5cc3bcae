// SPDX-License-Identifier: Apache-2.0
package org.initium.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import org.initium.Initializer;
import org.initium.libtorch.Libtorch;
import org.initium.random.Generator;

/** DJL's PyTorch engine, whose classes a program with another engine need not have. */
final class PyTorch {
  private PyTorch() {}

  /** In place: on the CPU and on CUDA, of any size, strides and dtype. */
  static void fill(NDArray array, Initializer initializer, Generator generator) {
    Libtorch.ofProcess().fill(((PtNDArray) array).getHandle(), initializer, generator);
  }
}
