// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import org.initium.Device;
import org.initium.Stream;
import org.initium.Stream.Event;

/**
 * The order of work on the CPU: each call is done when it returns, so there is never a queue.
 *
 * @param threads how many may be at a fill at most
 */
record CpuStream(int threads) implements Stream {
  /** All that there are. */
  static final CpuStream ALL = new CpuStream(Integer.MAX_VALUE);

  CpuStream {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "threads = " + threads + " is not allowed; it must be 1 or more");
    }
  }

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
