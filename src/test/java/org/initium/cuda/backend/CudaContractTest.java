// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.backend;

import org.initium.Device;
import org.initium.contract.FillContract;
import org.initium.cuda.device.Released;
import org.initium.testing.CudaTest;

@CudaTest
class CudaContractTest extends FillContract implements Released {
  @Override
  protected Device device() {
    return Device.cuda(0);
  }
}
