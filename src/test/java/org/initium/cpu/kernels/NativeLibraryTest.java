// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.initium.InitiumException;
import org.initium.testing.outside.Tools;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The libraries that ship: made of the sources as they are, small, and here they load. */
@Tag("slow")
class NativeLibraryTest {
  private static final Path SHIPPED = Path.of("src/main/resources/org/initium/cpu/kernels");
  private static final int LIMIT = 150_000;

  @Test
  void theLibraryOfThisPlatformLoads() {
    assertNull(NativeLibrary.failure());
  }

  @Test
  void parametersBeyondTheRoomAreRefused() {
    var kernel = NativeKernels.of("auto").kernel("diagonal");
    var none = new long[512];
    kernel.run(none, 0, 0, 0);
    var beyond = new long[513];
    String said =
        assertThrows(InitiumException.class, () -> kernel.run(beyond, 0, 0, 0)).getMessage();
    assertEquals("513 parameters are too many; a kernel takes 512", said);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "libinitium-linux-x86_64.so",
        "libinitium-linux-aarch64.so",
        "initium-windows-x86_64.dll",
        "libinitium-macos-aarch64.dylib"
      })
  void eachPlatformHasASmallOne(String name) throws IOException {
    long size = Files.size(SHIPPED.resolve(name));
    assertTrue(size > 10_000 && size < LIMIT, name + " has " + size + " bytes");
  }

  @Test
  void theyAreMadeOfTheSourcesAsTheyAre() throws Exception {
    int sources = 0;
    for (String line : Files.readAllLines(SHIPPED.resolve("sources.sha256"))) {
      String[] hashAndFile = line.split(" +");
      byte[] file = Files.readAllBytes(Path.of(hashAndFile[1]));
      String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
      assertEquals(hashAndFile[0], hash, hashAndFile[1] + " changed: run kernels/cpu/build.sh");
      sources++;
    }
    assertTrue(sources > 10, "few sources: " + sources);
  }

  @Test
  void clangMakesTheSameLibraries() throws IOException, InterruptedException {
    if (!Tools.found("clang-19") || !Tools.found("ld.lld-19")) {
      Tools.missing("CPU kernels are not compiled again: no clang-19 and lld-19 on the PATH");
    }
    Tools.run("bash", "kernels/cpu/build.sh", "--check");
  }

  @Test
  void aKernelThatIsNotThereIsNamed() {
    NativeKernels kernels = NativeKernels.of("auto");
    String message =
        assertThrows(InitiumException.class, () -> kernels.kernel("normal_f31")).getMessage();
    assertTrue(message.contains("normal_f31"), message);
  }

  @Test
  void aLevelThatTheProcessorHasNotIsRefused() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> NativeKernels.of("v5")).getMessage();
    assertTrue(message.startsWith("initium.native = v5 is not allowed"), message);
  }
}
