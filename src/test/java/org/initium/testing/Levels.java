// SPDX-License-Identifier: Apache-2.0
package org.initium.testing;

import org.initium.cpu.kernels.NativeKernels;

/** The levels of instructions that this processor has. */
public final class Levels {
  private Levels() {}

  /** Whether {@code initium.native} may have that value here. */
  public static boolean has(String level) {
    if (level.equals("off") || level.equals("auto")) {
      return true;
    }
    try {
      NativeKernels.of(level);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
