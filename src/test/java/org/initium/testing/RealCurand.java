package org.initium.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.opentest4j.TestAbortedException;

/** NVIDIA's libcurand, whose host generators stand behind the software device's. */
public final class RealCurand {
  private RealCurand() {}

  /**
   * Whether fills by cuRAND can run: on a GPU, or with the library that INITIUM_REAL_CURAND names,
   * or that native-test/fetch-curand.sh put into the cache.
   */
  public static boolean isThere() {
    String named = System.getenv("INITIUM_REAL_CURAND");
    Path cached = Path.of(System.getProperty("user.home"), ".cache/initium/libcurand.so.10");
    return SoftDevice.realGpu() || Files.exists(named == null ? cached : Path.of(named));
  }

  /** Skips the test where they cannot, saying why; with CI=true that is a failure. */
  public static void require() {
    if (!isThere()) {
      String reason =
          "cuRAND is not tested: native-test/fetch-curand.sh fetches NVIDIA's libcurand.so.10";
      System.out.println(reason);
      if ("true".equals(System.getenv("CI"))) {
        throw new AssertionError(reason + "; with CI=true that is a failure");
      }
      throw new TestAbortedException(reason);
    }
  }
}
