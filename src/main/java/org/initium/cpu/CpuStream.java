// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import org.initium.Device;
import org.initium.Stream;
import org.initium.Stream.Event;

/** The order of work on the CPU: each call is done when it returns, so there is never a queue. */
enum CpuStream implements Stream {
  IMMEDIATE;

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public long handle() {
    return 0;
  }

  @Override
  public void synchronize() {}

  @Override
  public Event record() {
    return Done.EVENT;
  }

  @Override
  public void await(Event event) {
    event.synchronize();
  }

  @Override
  public void close() {}

  /** A point in the queue that is always behind us. */
  private enum Done implements Event {
    EVENT;

    @Override
    public boolean isDone() {
      return true;
    }

    @Override
    public void synchronize() {}

    @Override
    public void close() {}
  }
}
