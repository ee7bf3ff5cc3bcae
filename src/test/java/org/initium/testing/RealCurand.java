// SPDX-License-Identifier: Apache-2.0
package org.initium.testing;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.initium.testing.outside.Tools;

/** NVIDIA's libcurand, whose host generators stand behind the software device's. */
public final class RealCurand {
  private RealCurand() {}

  /**
   * Whether fills by cuRAND can run: on a GPU, or with the library that INITIUM_REAL_CURAND names,
   * or that native-test/fetch-curand.sh put into the cache.
   */
  public static boolean isThere() {
    return SoftDevice.realGpu() || Files.exists(file());
  }

  /** Where it is, or would be. */
  public static Path file() {
    String named = System.getenv("INITIUM_REAL_CURAND");
    return named == null
        ? Path.of(System.getProperty("user.home"), ".cache/initium/libcurand.so.10")
        : Path.of(named);
  }

  /** Of the library behind the software device, as 10400. */
  @SuppressWarnings("restricted") // a call of native code is what is wanted
  public static int version() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment version = arena.allocate(ValueLayout.JAVA_INT);
      int status =
          (int)
              Linker.nativeLinker()
                  .downcallHandle(
                      SymbolLookup.libraryLookup(file(), Arena.global())
                          .findOrThrow("curandGetVersion"),
                      FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS))
                  .invokeExact(version);
      if (status != 0) {
        throw new AssertionError("curandGetVersion: " + status);
      }
      return version.get(ValueLayout.JAVA_INT, 0);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Skips the test where they cannot, saying why; with CI=true that is a failure. */
  public static void require() {
    if (!isThere()) {
      Tools.missing(
          "cuRAND is not tested: native-test/fetch-curand.sh fetches NVIDIA's libcurand.so.10");
    }
  }
}
