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
      Parameters parameters = new Parameters();
      region.addTo(parameters);
      parameters.add(target.bits(value));
      target.launchOfSize("constant", region, parameters);
    }
  }

  public static void hadamard(FillTarget target, Fill.Hadamard fill) {
    for (KernelRegion region : target.regions()) {
      Parameters parameters = new Parameters();
      region.addTo(parameters);
      parameters.add(target.tensor().whole().size(1));
      parameters.add(target.dtype().round(fill.scale()));
      target.launch("hadamard", region, parameters);
    }
  }

  public static void eye(FillTarget target, Fill.Eye fill) {
    constant(target, 0);
    diagonal(target, Diagonal.of(target.tensor(), fill));
  }

  private static void diagonal(FillTarget target, Diagonal ones) {
    Parameters parameters = new Parameters();
    ones.addTo(parameters);
    target.gpu().kernels().launch("diagonal", ones.items(), parameters, target.stream().handle());
  }
}
