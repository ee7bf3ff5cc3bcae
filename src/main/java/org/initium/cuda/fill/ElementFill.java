// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import org.initium.DType;
import org.initium.Fill;
import org.initium.cuda.CudaOptions;
import org.initium.kernel.KernelRegion;
import org.initium.kernel.Parameters;

/** Queues the fills whose elements each have words of their own, with the laws of the CPU. */
public final class ElementFill {
  private ElementFill() {}

  public static void fill(FillTarget target, Fill.PerElement fill, long seed, long start) {
    try (DeviceLaw law = DeviceLaw.of(fill, target)) {
      law.usedBy(target.stream());
      if (isByCurand(fill)) {
        new CurandFill(target, CudaOptions.current().generator(), seed, start).fill(law);
        return;
      }
      for (KernelRegion region : target.regions(start)) {
        Parameters parameters = region.parameters().addSource(seed, start);
        law.addTo(parameters);
        target.launch(law.family().kernel(), region, parameters);
      }
    }
  }

  /** Whether cuRAND makes the numbers of a fill. */
  public static boolean isByCurand(Fill.Elementary fill) {
    return fill instanceof Fill.PerElement
        && CudaOptions.current().engine() == CudaOptions.Engine.CURAND;
  }

  /** N(0, 1) in a matrix of the computing type that is column by column. */
  public static void gaussian(
      FillTarget target, DType dtype, long matrix, int rows, int columns, long seed, long start) {
    KernelRegion region =
        new KernelRegion(
            matrix,
            start,
            columns,
            rows,
            new long[] {rows},
            new long[] {1},
            new long[] {columns},
            dtype);
    Parameters parameters = region.parameters().addSource(seed, start).add(0.0).add(1.0);
    target.launch("normal", dtype, region.items(), parameters);
  }
}
