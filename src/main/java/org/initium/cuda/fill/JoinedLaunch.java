// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import java.util.HashSet;
import java.util.Set;
import org.initium.cuda.device.CudaStorage;
import org.initium.cuda.device.CudaStream;
import org.initium.cuda.device.Gpu;
import org.initium.cuda.driver.Kernels;
import org.initium.kernel.Parameters;

/**
 * Fills that one launch does. What they are is in the launch's parameters themselves, so that
 * nothing has to be copied before it or outlive it.
 */
public abstract class JoinedLaunch implements AutoCloseable {
  private final Parameters parameters = new Parameters();
  private final Set<CudaStorage> written = new HashSet<>();

  protected Parameters parameters() {
    return parameters;
  }

  /** Launches the kernel; called while the memory is held and the stream can take it. */
  protected abstract void launch(Kernels kernels, CudaStream stream);

  /** Holds memory that the launch writes. */
  public void keep(CudaStorage storage) {
    if (written.add(storage)) {
      storage.hold();
    }
  }

  public void enqueue(Gpu gpu, CudaStream stream) {
    stream.enqueue(
        written,
        () -> {
          stream.isCaptured(); // throws if another stream is, and would be spoilt
          launch(gpu.kernels(), stream);
        });
  }

  @Override
  public void close() {
    written.forEach(CudaStorage::release);
  }
}
