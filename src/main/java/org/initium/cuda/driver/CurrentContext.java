// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.driver;

/**
 * A context made current for the calls of one entry, and the calling thread's captures made to
 * permit all of them: loading, allocating and waiting for other streams would else spoil a graph
 * that the thread, or any other, captures meanwhile. Both are as the caller had them when this is
 * closed, whatever else happened.
 */
public final class CurrentContext implements AutoCloseable {
  private final Driver driver;
  private final int captureMode;

  private CurrentContext(Driver driver, int captureMode) {
    this.driver = driver;
    this.captureMode = captureMode;
  }

  /** For calls that make or use something. */
  public static CurrentContext enter(Driver driver, long context) {
    driver.push(context);
    return relaxed(driver);
  }

  /** For calls that give something back, which must not fail for a passing reason. */
  public static CurrentContext enterToGiveBack(Driver driver, long context) {
    driver.twice(() -> driver.push(context));
    return relaxed(driver);
  }

  private static CurrentContext relaxed(Driver driver) {
    int[] before = {Driver.CAPTURE_RELAXED};
    try {
      driver.twice(() -> driver.exchangeCaptureMode(before));
    } catch (RuntimeException e) {
      driver.twice(driver::pop);
      throw e;
    }
    return new CurrentContext(driver, before[0]);
  }

  /** Tried twice: the caller has a result by now, and would lose it with the exception. */
  @Override
  public void close() {
    try {
      driver.twice(() -> driver.exchangeCaptureMode(new int[] {captureMode}));
    } finally {
      driver.twice(driver::pop);
    }
  }
}
