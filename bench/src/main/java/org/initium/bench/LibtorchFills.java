// SPDX-License-Identifier: Apache-2.0
package org.initium.bench;

import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.initium.DType;

/** libtorch's initializers in this process, by way of org.bytedeco:pytorch. */
final class LibtorchFills {
  private LibtorchFills() {}

  /**
   * Unpacks and loads libtorch, and fills once. The first run with an empty JavaCPP cache crashes,
   * so that it must be in a process of its own; the second is sound.
   */
  public static void main(String[] args) {
    torch.uniform_(torch.empty(4));
    System.out.println("libtorch is loaded");
  }

  static Tensor empty(Grid row) {
    torch.ScalarType type =
        row.dtype() == DType.BF16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float;
    return torch.empty(row.shape().sizes(), new TensorOptions(type), new MemoryFormatOptional());
  }

  /** The fill of a row, with the arguments that the grid gives in its expressions. */
  static Tensor fill(Grid row, Tensor tensor) {
    return switch (row.head()) {
      case "uniform" -> torch.uniform_(tensor, -1, 1);
      case "normal" -> torch.normal_(tensor, 0, 1);
      case "xavier_uniform" -> torch.xavier_uniform_(tensor);
      case "xavier_normal" -> torch.xavier_normal_(tensor);
      case "kaiming_uniform" -> torch.kaiming_uniform_(tensor);
      case "kaiming_normal" -> torch.kaiming_normal_(tensor);
      case "constant" -> torch.constant_(tensor, new Scalar(0.5f));
      case "eye" -> torch.eye_(tensor);
      case "dirac" -> torch.dirac_(tensor);
      case "sparse" -> torch.sparse_(tensor, 0.9);
      case "orthogonal" -> torch.orthogonal_(tensor);
      default -> throw new IllegalArgumentException("libtorch has no " + row.head());
    };
  }
}
