// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import org.initium.Fill;
import org.initium.kernel.Diagonal;
import org.initium.kernel.KernelRegion;
import org.initium.kernel.Parameters;

/** Queues the fills that nothing is random in. */
public final class FixedFill {
  private FixedFill() {}

  public static void constant(FillTarget target, double value) {
    for (KernelRegion each : target.regions()) {
      KernelRegion region = each.anywhere();
      target.launchOfSize("constant", region, region.parameters().addBits(target.dtype(), value));
    }
  }

  public static void hadamard(FillTarget target, Fill.Hadamard fill) {
    for (KernelRegion region : target.regions()) {
      Parameters parameters = region.parameters().add(target.tensor().whole().size(1));
      target.launch("hadamard", region, parameters.add(target.dtype().round(fill.scale())));
    }
  }

  public static void eye(FillTarget target, Fill.Eye fill) {
    constant(target, 0);
    Diagonal ones = Diagonal.of(target.tensor(), fill);
    target.launch("diagonal", ones.items(), ones.parameters());
  }
}
