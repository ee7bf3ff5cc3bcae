// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import org.initium.Device;
import org.initium.contract.CurandContract;

class CpuCurandTest extends CurandContract {
  @Override
  protected Device device() {
    return Device.CPU;
  }
}
