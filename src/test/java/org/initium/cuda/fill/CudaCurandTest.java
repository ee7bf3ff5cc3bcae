// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import org.initium.Device;
import org.initium.contract.CurandContract;
import org.initium.cuda.device.Released;
import org.initium.testing.CudaTest;

@CudaTest
class CudaCurandTest extends CurandContract implements Released {
  @Override
  protected Device device() {
    return Device.cuda(0);
  }
}
