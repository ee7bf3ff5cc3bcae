// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.reference;

import java.util.Locale;
import org.initium.DType;
import org.initium.InitiumException;
import org.initium.kernel.Kernel;
import org.initium.kernel.KernelSet;
import org.initium.law.ElementLaw;

/**
 * The kernels in Java, written for reading over {@code org.initium.law}: what the native ones are
 * compared with, and what runs where there is no native library.
 */
public enum ReferenceKernels implements KernelSet {
  /** There is one. */
  INSTANCE;

  @Override
  public Kernel kernel(String name) {
    int end = name.indexOf('_');
    String family = end < 0 ? name : name.substring(0, end);
    String suffix = name.substring(end + 1);
    return switch (family) {
      case "uniform", "normal", "quantile" ->
          ElementKernels.drawn(
              ElementLaw.Family.valueOf(family.toUpperCase(Locale.ROOT)), DType.parse(suffix));
      case "constant" -> FixedKernels.constant(Integer.parseInt(suffix));
      case "hadamard" -> FixedKernels.hadamard(DType.parse(suffix));
      case "matrix" -> FixedKernels.matrix(DType.parse(suffix));
      case "diagonal" -> FixedKernels::diagonal;
      default -> throw new InitiumException("there is no kernel " + name);
    };
  }

  @Override
  public String toString() {
    return "plain Java";
  }
}
