// SPDX-License-Identifier: Apache-2.0
package org.initium.testing;

import java.util.List;
import java.util.stream.Stream;
import org.initium.DType;

/** Sets of element types. */
public final class DTypes {
  /** Those that PyTorch draws numbers in. */
  public static final List<DType> OF_TORCH = List.of(DType.F32, DType.F64, DType.F16, DType.BF16);

  /** Those of real numbers. */
  public static final List<DType> FLOATS =
      Stream.of(DType.values()).filter(dtype -> !dtype.isInteger()).toList();

  private DTypes() {}
}
