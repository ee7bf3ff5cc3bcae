package org.initium.cpu;

/** Decides once whether the Vector API computes, and says so in the log. */
final class Engines {
  private static final System.Logger LOG = System.getLogger(Engines.class.getName());
  private static final String MODULE = "jdk.incubator.vector";

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
      LOG.log(
          System.Logger.Level.WARNING,
          "the Vector API is not there and CPU fills are several times slower; start java with"
              + " --add-modules "
              + MODULE);
      return ScalarEngine.INSTANCE;
    }
    int bits = VectorEngine.bits();
    if (bits < 256) {
      LOG.log(
          System.Logger.Level.INFO,
          "vectors of {0} bits are too short to be worth it; CPU fills are scalar",
          bits);
      return ScalarEngine.INSTANCE;
    }
    LOG.log(System.Logger.Level.DEBUG, "CPU fills use vectors of {0} bits", bits);
    return new WarmingEngine(ScalarEngine.INSTANCE, VectorEngine.INSTANCE);
  }
}
