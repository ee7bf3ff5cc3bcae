// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.drill;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.initium.testing.CudaTest;
import org.initium.testing.JavaProcess;
import org.initium.testing.RealCurand;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What compute-sanitizer is to see: each kernel that ships, by the software device's own count. */
@CudaTest
@Tag(CudaTest.SOFTWARE_DEVICE)
class DrillKernelsTest {
  private static final Path SHIPPED = Path.of("src/main/resources/org/initium/cuda");

  @TempDir Path folder;

  private static Set<String> shipped() throws Exception {
    try (Stream<Path> files = Files.list(SHIPPED)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".ptx"))
          .map(file -> file.replaceFirst("\\..*", ""))
          .filter(kernel -> RealCurand.isThere() || !kernel.startsWith("mapped_"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void everyKernelIsTouched(SoftDevice device) throws Exception {
    Path counts = folder.resolve("counts");
    String said =
        new JavaProcess(DrillKernels.class)
            .environment(SoftDevice.environment())
            .environment(
                Map.of(
                    "INITIUM_SOFT_REPORT",
                    counts.toString(),
                    "INITIUM_REAL_CURAND",
                    RealCurand.file().toString()))
            .run("touch");
    Set<String> missing = shipped();
    Pattern.compile("\"kernel\":\"([^\"]+)\"")
        .matcher(Files.readString(counts))
        .results()
        .map((MatchResult found) -> found.group(1))
        .forEach(missing::remove);
    assertEquals(Set.of(), missing, said);
  }
}
