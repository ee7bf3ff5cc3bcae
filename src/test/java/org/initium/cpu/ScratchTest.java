// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.testing.Fills;
import org.initium.testing.JavaProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** How much memory fills take beside the tensor: what a process grows by at its highest. */
@Tag("slow")
@EnabledOnOs(
    value = OS.LINUX,
    disabledReason = "only Linux tells a process its highest resident size")
class ScratchTest {
  private static final long MB = 1_000_000;

  /** What OpenBLAS packs matrices into: 8 to 12.1 MB were seen with two threads. */
  private static final long OPENBLAS = 16 * MB;

  private static final Shape LARGE = Shape.of(4096, 8192);
  private static final Shape SQUARE = Shape.of(4096, 4096);

  private static final Map<String, Fill> FILLS = new LinkedHashMap<>();

  static {
    FILLS.put("constant", new Fill.Constant(0.5));
    FILLS.put("uniform", new Fill.Uniform(-1, 1));
    FILLS.put("normal", new Fill.Normal(0, 1));
    FILLS.put("trunc_normal", new Fill.TruncatedNormal(0, 1, -2, 2));
    FILLS.put("sparse", new Fill.Sparse(0.5, 1));
    FILLS.put("eye", new Fill.Eye(1));
    for (Fill.Orthogonal.Method method : Fill.Orthogonal.Method.values()) {
      FILLS.put("orthogonal " + method, new Fill.Orthogonal(1, method));
    }
  }

  /** What the process runs: the heap has a limit, and C2, which needs memory of its own, is off. */
  static final class Filling {
    private Filling() {}

    public static void main(String[] arguments) throws IOException {
      for (Map.Entry<String, Fill> each : FILLS.entrySet()) {
        Fill fill = each.getValue();
        Shape shape = fill instanceof Fill.Orthogonal ? SQUARE : LARGE;
        try (Tensor small = Tensor.empty(Shape.of(64, 64), DType.F32);
            Tensor tensor = Tensor.empty(shape, DType.F32)) {
          Fills.fill(small, fill, Generator.philox(1));
          tensor.storage().segment().fill((byte) 1);
          Files.writeString(
              Path.of("/proc/self/clear_refs"), "5"); // the highest becomes the present
          long before = highest();
          Fills.fill(tensor, fill, Generator.philox(1));
          System.out.println(each.getKey() + "=" + (highest() - before));
        }
      }
    }

    private static long highest() throws IOException {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void scratchIsBounded() throws Exception {
    String text =
        new JavaProcess(Filling.class)
            .flags("-Xms48m", "-Xmx48m")
            .flags("-XX:+AlwaysPreTouch", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
            .flags("-Dinitium.threads=2")
            .run();
    for (String name : FILLS.keySet()) {
      long grown =
          text.lines()
              .filter(line -> line.startsWith(name + "="))
              .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
              .findFirst()
              .orElseThrow();
      long most = name.startsWith("orthogonal") ? SQUARE.numel() * 4 * 12 / 10 + OPENBLAS : 64 * MB;
      assertTrue(grown <= most, name + " took " + grown + " bytes beside the tensor: " + text);
    }
  }
}
