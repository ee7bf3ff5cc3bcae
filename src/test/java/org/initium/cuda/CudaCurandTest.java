package org.initium.cuda;

import org.initium.Device;
import org.initium.contract.CurandContract;
import org.initium.testing.CudaTest;

@CudaTest
class CudaCurandTest extends CurandContract implements Released {
  @Override
  protected Device device() {
    return Device.cuda(0);
  }
}
