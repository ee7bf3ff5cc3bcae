package org.initium.cuda;

/**
 * A context made current for the calls of one entry: the caller's own is back when this is closed,
 * whatever else happened.
 */
final class Current implements AutoCloseable {
  private final Driver driver;

  Current(Driver driver, long context) {
    this.driver = driver;
    driver.push(context);
  }

  /** Tried twice: the caller has a result by now, and would lose it with the exception. */
  @Override
  public void close() {
    driver.twice(driver::pop);
  }
}
