package org.initium.cpu;

/**
 * How the CPU backend works; the values it writes do not depend on it.
 *
 * @param threads how many threads a large fill is shared by
 * @param simd whether the Vector API may be used where it is there
 */
record CpuOptions(int threads, boolean simd) {
  CpuOptions {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "initium.threads = " + threads + " is not allowed; give 1 or more");
    }
  }

  /**
   * From the system properties {@code initium.threads} (the number of processors unless given) and
   * {@code initium.simd} ({@code true} unless given).
   */
  static CpuOptions fromProperties() {
    String threads = System.getProperty("initium.threads");
    boolean simd = !"false".equals(System.getProperty("initium.simd"));
    try {
      return new CpuOptions(
          threads == null ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(threads),
          simd);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "initium.threads = " + threads + " is not a number of threads; give 1 or more", e);
    }
  }
}
