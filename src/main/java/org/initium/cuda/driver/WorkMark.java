// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.driver;

import java.util.Set;
import java.util.function.LongConsumer;

/**
 * An event behind the last work that was queued on a stream by us. What wants to come after that
 * work waits for the event, and never touches the stream: it may be captured into a graph by then,
 * or destroyed by its owner.
 */
public final class WorkMark {
  private final Driver driver;
  private long event; // 0: there is no work to wait for
  private int holders;

  public WorkMark(Driver driver) {
    this.driver = driver;
  }

  /** Before work is queued; the device's context is current. */
  public synchronized void hold() {
    if (event == 0) {
      event = driver.newEvent();
    }
    holders++;
  }

  /**
   * Behind the work, which is queued and has to be marked.
   *
   * @param record records the event on its stream, unless a graph captures what was queued
   */
  public synchronized void set(LongConsumer record) {
    holders--;
    driver.twice(() -> record.accept(event));
  }

  /** Makes a stream wait, on the device, for the work. */
  synchronized void await(long other) {
    if (event != 0) {
      driver.await(other, event);
    }
  }

  /** Waits for the work. */
  public synchronized void synchronize() {
    if (event != 0) {
      driver.twice(() -> driver.synchronizeEvent(event));
    }
  }

  /** Adds this to the marks of work on some memory, without those that have no work by now. */
  public void joins(Set<WorkMark> users) {
    if (users.add(this)) {
      users.removeIf(other -> other != this && other.isIdle());
    }
  }

  private synchronized boolean isIdle() {
    return event == 0;
  }

  /** Ends it if the work is done and no more is about to be queued; says whether it has ended. */
  public synchronized boolean endIfDone() {
    if (holders == 0 && event != 0 && driver.isDone(event)) {
      end();
    }
    return event == 0;
  }

  /** The work is done. */
  public synchronized void end() {
    if (event != 0) {
      driver.destroyEvent(event);
      event = 0;
    }
  }
}
