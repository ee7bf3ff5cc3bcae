package org.initium.cuda;

import jcuda.driver.CUstream;
import org.initium.Stream;
import org.initium.testing.SoftDevice;

/** What tests of streams need of JCuda and of the device. */
final class CudaLife {
  private CudaLife() {}

  /** A stream as JCuda has it. */
  static CUstream stream(Stream stream) {
    return Driver.at(stream.handle(), new CUstream());
  }

  /** Chooses the order of the software device's work, among those that its streams allow. */
  static void seed(long seed) {
    if (!SoftDevice.realGpu()) {
      SoftDevice.require().seed(seed);
    }
  }
}
