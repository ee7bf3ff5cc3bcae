package org.initium.cpu;

/** Decides once whether the Vector API computes, and says so in the log. */
final class Engines {
  private static final String MODULE = "jdk.incubator.vector";

  /**
   * Blocks that plain loops compute before vector code is: 2.1e9 elements. They take a process
   * about the two seconds of work that it takes to compile that code, so that at worst it works
   * twice as long as it had to.
   */
  private static final int PATIENCE = 1 << 20;

  private Engines() {}

  static Engine choose(CpuOptions.Simd simd) {
    return switch (simd) {
      case AUTO -> Best.ENGINE;
      case ON -> VectorEngine.INSTANCE;
      case OFF -> ScalarEngine.INSTANCE;
    };
  }

  /** Chosen when it is first asked for. */
  private static final class Best {
    static final Engine ENGINE = best();
  }

  /** Nothing touches the Vector API's classes unless its module is there. */
  private static Engine best() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      log(
          System.Logger.Level.WARNING,
          "the Vector API is not there and large CPU fills are two times slower; start java with"
              + " --add-modules "
              + MODULE);
      return ScalarEngine.INSTANCE;
    }
    return new WarmingEngine(ScalarEngine.INSTANCE, Engines::vectors, PATIENCE);
  }

  /** Asked for when there is enough to do, since the Vector API's classes take time to load. */
  private static Engine vectors() {
    int bits = VectorEngine.bits();
    if (bits < 256) {
      log(
          System.Logger.Level.INFO,
          "vectors of "
              + bits
              + " bits are too short to be worth it; CPU fills go on in plain loops");
      return ScalarEngine.INSTANCE;
    }
    return VectorEngine.INSTANCE;
  }

  /** Makes the logger when there is something to say: it costs a cold start 30 ms. */
  private static void log(System.Logger.Level level, String message) {
    System.getLogger(Engines.class.getName()).log(level, message);
  }
}
