package org.initium.cpu;

import java.util.Locale;

/**
 * How the CPU backend works; the values it writes do not depend on it.
 *
 * @param threads how many threads a large fill is shared by
 * @param simd whether the Vector API is used where it is there
 */
record CpuOptions(int threads, Simd simd) {
  /** The use of the Vector API. */
  enum Simd {
    /** As soon as it is compiled and faster than scalar code. */
    AUTO,
    /** From the first element on, however slow. */
    ON,
    /** Never. */
    OFF
  }

  CpuOptions {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "initium.threads = " + threads + " is not allowed; give 1 or more");
    }
  }

  /**
   * From the system properties {@code initium.threads} (the number of processors unless given) and
   * {@code initium.simd} ({@code auto} unless given, {@code on} or {@code off}).
   */
  static CpuOptions fromProperties() {
    return new CpuOptions(threads(System.getProperty("initium.threads")), use());
  }

  private static int threads(String property) {
    try {
      return property == null
          ? Runtime.getRuntime().availableProcessors()
          : Integer.parseInt(property);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "initium.threads = " + property + " is not a number of threads; give 1 or more", e);
    }
  }

  private static Simd use() {
    String property = System.getProperty("initium.simd", "auto");
    try {
      return Simd.valueOf(property.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "initium.simd = " + property + " is not allowed; it must be auto, on or off", e);
    }
  }
}
