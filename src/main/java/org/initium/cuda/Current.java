package org.initium.cuda;

/**
 * A context made current for the calls of one entry: the caller's own is back when this is closed,
 * whatever else happened.
 */
final class Current implements AutoCloseable {
  private final Driver driver;

  private Current(Driver driver) {
    this.driver = driver;
  }

  /** For calls that make or use something. */
  static Current enter(Driver driver, long context) {
    driver.push(context);
    return new Current(driver);
  }

  /** For calls that give something back, which must not fail for a passing reason. */
  static Current enterToGiveBack(Driver driver, long context) {
    driver.twice(() -> driver.push(context));
    return new Current(driver);
  }

  /** Tried twice: the caller has a result by now, and would lose it with the exception. */
  @Override
  public void close() {
    driver.twice(driver::pop);
  }
}
