// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.initium.Device;
import org.initium.DeviceUnavailableException;
import org.initium.cuda.CudaException;
import org.initium.cuda.driver.Driver;
import org.initium.cuda.driver.OsThread;
import org.initium.text.Artifact;
import org.initium.text.Text;

/** The devices of this process, each started at its first use. */
public final class Gpus {
  /** The first driver with all that we call: CUDA 11.2 has the stream-ordered pools. */
  private static final int LEAST_VERSION = 11020;

  private static final Map<Device, Gpu> STARTED = new ConcurrentHashMap<>();
  private static int count = -1;

  private Gpus() {}

  /**
   * How many devices there are, at least one.
   *
   * @throws DeviceUnavailableException if there is none, saying why
   */
  public static int count() {
    return OsThread.call(Gpus::countNow);
  }

  private static synchronized int countNow() {
    if (count < 0) {
      count = start();
    }
    return count;
  }

  private static int start() {
    Artifact.JCUDA.require(DeviceUnavailableException::new);
    int status = Driver.init();
    String file = Driver.file();
    if (status != 0) {
      throw new DeviceUnavailableException(
          Text.message(
              "the driver %s finds no CUDA device: cuInit gave %s", file, Driver.describe(status)));
    }
    Driver driver = new Driver("the driver");
    int version = driver.version();
    if (version < LEAST_VERSION) {
      throw new DeviceUnavailableException(
          Text.message(
              "the driver %s is for CUDA %s; CUDA %s or newer is needed: update NVIDIA's driver",
              file, Driver.written(version), Driver.written(LEAST_VERSION)));
    }
    int devices = driver.deviceCount();
    if (devices == 0) {
      throw new DeviceUnavailableException(
          Text.message("the driver %s lists no device; see CUDA_VISIBLE_DEVICES", file));
    }
    return devices;
  }

  public static Gpu of(Device device) {
    Gpu gpu = STARTED.get(device);
    return gpu != null ? gpu : OsThread.call(() -> start(device));
  }

  private static synchronized Gpu start(Device device) {
    Gpu gpu = STARTED.get(device);
    if (gpu == null) {
      if (device.index() >= count()) {
        throw new DeviceUnavailableException(
            Text.message(
                "there is no device %s; there is cuda:0%s",
                device, count == 1 ? "" : " to cuda:" + (count - 1)));
      }
      gpu = new Gpu(device);
      STARTED.put(device, gpu);
    }
    return gpu;
  }

  /** Those that are in use. */
  public static List<Gpu> started() {
    return List.copyOf(STARTED.values());
  }

  public static void release() {
    OsThread.run(Gpus::releaseNow);
  }

  private static synchronized void releaseNow() {
    List<CudaException> untold = new ArrayList<>();
    for (Gpu gpu : started()) {
      untold.addAll(gpu.release());
      STARTED.remove(gpu.device());
    }
    SolverOutcomes.throwAll(untold);
  }
}
