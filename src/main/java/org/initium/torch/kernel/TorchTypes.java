// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.kernel;

import org.initium.DType;
import org.initium.text.Text;

/** The element types that PyTorch draws numbers in. */
public final class TorchTypes {
  private TorchTypes() {}

  /** Whether PyTorch has uniform_ and normal_ for the type. */
  public static boolean draws(DType dtype) {
    return switch (dtype) {
      case F32, F64, F16, BF16 -> true;
      case F8_E4M3FN, F8_E5M2, I8, I16, I32, I64, U8, BOOL -> false;
    };
  }

  /**
   * Checks that PyTorch has numbers for the type.
   *
   * @throws IllegalArgumentException if it has not
   */
  public static void check(DType dtype) {
    if (!draws(dtype)) {
      throw new IllegalArgumentException(
          Text.message(
              "torch draws no numbers in %s (its uniform_ and normal_ are not implemented for it);"
                  + " use the generator philox",
              dtype));
    }
  }
}
