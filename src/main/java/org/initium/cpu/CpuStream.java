// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import org.initium.Device;
import org.initium.Stream;

/**
 * The order of work on the CPU: each call is done when it returns, so there is never a queue, and
 * any point of it is behind us.
 *
 * @param fills by as many threads as may be at a fill
 */
record CpuStream(CpuFills fills) implements Stream, Stream.Event {
  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public long handle() {
    return 0;
  }

  @Override
  public Event record() {
    return this;
  }

  @Override
  public void await(Event event) {
    event.synchronize();
  }

  @Override
  public boolean isDone() {
    return true;
  }

  @Override
  public void synchronize() {}

  @Override
  public void close() {}
}
