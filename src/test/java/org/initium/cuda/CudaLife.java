package org.initium.cuda;

import jcuda.driver.CUstream;
import org.initium.Backend;
import org.initium.Device;
import org.initium.Stream;
import org.initium.testing.SoftDevice;

/** What tests of streams need of JCuda and of the device. */
final class CudaLife {
  private CudaLife() {}

  /** A stream as JCuda has it. */
  static CUstream stream(Stream stream) {
    return Driver.at(stream.handle(), new CUstream());
  }

  /** Another device than the first; the first itself on a machine that has one, which is said. */
  static Device second() {
    if (Backend.of(Device.cuda(0)).devices().size() > 1) {
      return Device.cuda(1);
    }
    System.out.println("one CUDA device: it stands for the second one, too");
    return Device.cuda(0);
  }

  /** Chooses the order of the software device's work, among those that its streams allow. */
  static void seed(long seed) {
    if (!SoftDevice.realGpu()) {
      SoftDevice.require().seed(seed);
    }
  }
}
