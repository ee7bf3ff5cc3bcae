// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * One of something for each device, as a ThreadLocal has one for each thread: made at its first
 * use, released with all else of the device.
 *
 * @param <T> what it is
 */
public final class DeviceLocal<T extends DeviceLocal.Value> {
  /** What can be kept for a device. */
  public interface Value {
    /** Gives back what it holds; the device is idle and its context current. */
    void release();
  }

  private final Map<Gpu, T> values = new ConcurrentHashMap<>();
  private final Function<Gpu, T> make;

  /** Made so for a device that has none yet. */
  public DeviceLocal(Function<Gpu, T> make) {
    this.make = make;
  }

  /** That of a device. */
  public T of(Gpu gpu) {
    return values.computeIfAbsent(
        gpu,
        _ -> {
          T value = make.apply(gpu);
          gpu.atRelease(() -> values.remove(gpu).release());
          return value;
        });
  }
}
