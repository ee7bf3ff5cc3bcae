// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import jcuda.driver.CUstream;
import org.initium.Backend;
import org.initium.Device;
import org.initium.Stream;
import org.initium.cuda.driver.Driver;
import org.initium.testing.SoftDevice;

/** What tests of streams need of JCuda and of the device. */
public final class CudaLife {
  private CudaLife() {}

  /** The device's context, current on this thread as a user of JCuda makes it. */
  public record Context(Driver driver) implements AutoCloseable {
    @Override
    public void close() {
      driver.twice(driver::pop);
    }
  }

  /** Makes the context current; what the thread captures is as strict as ever. */
  public static Context enter(Gpu gpu) {
    gpu.driver().push(gpu.context());
    return new Context(gpu.driver());
  }

  /** A stream as JCuda has it. */
  public static CUstream stream(Stream stream) {
    return Driver.at(stream.handle(), new CUstream());
  }

  public static long handle(CUstream stream) {
    return Driver.of(stream);
  }

  /** Another device than the first; the first itself on a machine that has one, which is said. */
  public static Device second() {
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
