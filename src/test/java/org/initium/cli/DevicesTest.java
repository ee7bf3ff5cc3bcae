// SPDX-License-Identifier: Apache-2.0
package org.initium.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.initium.testing.CudaTest;
import org.initium.testing.JavaProcess;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code initium devices} prints. */
@CudaTest
@Tag(CudaTest.SOFTWARE_DEVICE)
class DevicesTest {
  private static final Path BUILT = Path.of("native-test", "build").toAbsolutePath();

  private static String devices(Path libraries) throws Exception {
    return new JavaProcess(Main.class)
        .environment(Map.of("INITIUM_CUDA_PATH", libraries.toString(), "INITIUM_SOFT_DEVICES", "2"))
        .run("devices");
  }

  private static void assertFound(String pattern, String text) {
    assertTrue(Pattern.compile(pattern).matcher(text).find(), () -> pattern + " in " + text);
  }

  @Test
  void everyDeviceIsThereWithWhatWasLoadedForIt(SoftDevice device) throws Exception {
    String text = devices(BUILT);
    assertFound("cpu +\\S+, [0-9.]+ [GT]B memory\n +[0-9]+ threads, ", text);
    for (int gpu = 0; gpu < 2; gpu++) {
      assertFound(
          "cuda:%d +Initium software CUDA device, [0-9.]+ GB memory\n +compute capability 8\\.0, 8 multiprocessors, "
                  .formatted(gpu)
              + Pattern.quote(
                  "driver for CUDA 12.6 (%s), cuRAND %s, cuSOLVER %s"
                      .formatted(
                          BUILT.resolve("libcuda.so.1"),
                          BUILT.resolve("libcurand.so.10"),
                          BUILT.resolve("libcusolver.so.11"))),
          text);
    }
  }

  @Test
  void whereThereIsNoDriverItSaysWhereItWasLookedFor(SoftDevice device, @TempDir Path empty)
      throws Exception {
    String text = devices(empty);
    assertFound("cuda +not available: ", text);
    assertFound(Pattern.quote(empty.toString()), text);
  }
}
