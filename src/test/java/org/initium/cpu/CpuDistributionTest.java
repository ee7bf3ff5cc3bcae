// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import org.initium.Device;
import org.initium.contract.DistributionContract;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class CpuDistributionTest extends DistributionContract {
  @Override
  protected Device device() {
    return Device.CPU;
  }
}
