// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a process's first fill has to load, beyond what its tensor and its initializer have: by the
 * JVM's own log of classes. A lambda or a switch over classes on the way of a usual fill shows here
 * (decision 0026).
 */
@Tag("slow")
class FirstFillTest {
  private static final String BEGIN = "the fill begins";
  private static final String END = "the fill ends";

  /** What the process runs: enough elements for two threads to share. */
  static final class Filling {
    private Filling() {}

    public static void main(String[] arguments) {
      Init init = Init.parse(arguments[0]);
      init.fill(Shape.of(1));
      Generator generator = Generator.philox(1);
      try (Tensor tensor = Tensor.empty(Shape.of(1 << 20), DType.F32)) {
        System.out.println(BEGIN);
        tensor.fill(init, generator);
        System.out.println(END);
      }
    }
  }

  /** The same in memory of an engine's, with all that its first call waits for. */
  static final class Wrapping {
    private Wrapping() {}

    public static void main(String[] arguments) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(4 << 20);
      System.out.println(BEGIN);
      Init init = Init.parse(arguments[0]);
      long address = Backend.of(Device.CPU).address(buffer);
      Tensor.wrap(Device.CPU, address, Shape.of(1 << 20), DType.F32)
          .fill(init, Generator.philox(1));
      System.out.println(END);
      Reference.reachabilityFence(buffer);
    }
  }

  private static List<String> loaded(String init) throws Exception {
    return loaded(Filling.class, init);
  }

  /** The lines of the log while the fill ran. */
  private static List<String> loaded(Class<?> program, String init) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xlog:class+load:stdout",
                "-Dinitium.threads=2",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName(),
                init)
            .redirectErrorStream(true)
            .start();
    List<String> printed = new String(process.getInputStream().readAllBytes()).lines().toList();
    assertTrue(process.waitFor(2, TimeUnit.MINUTES));
    int begin = printed.indexOf(BEGIN);
    int end = printed.indexOf(END);
    assertTrue(0 <= begin && begin < end, () -> String.join("\n", printed));
    return printed.subList(begin + 1, end);
  }

  @ParameterizedTest
  @ValueSource(strings = {"constant(0.5)", "uniform(a=-1, b=1)", "normal"})
  void theUsualFillsLoadNothing(String init) throws Exception {
    assertEquals(List.of(), loaded(init));
  }

  /** Nothing that Java makes anew in each process, and none of its larger rooms. */
  @ParameterizedTest
  @ValueSource(strings = {"zeros", "uniform(-0.07, 0.07)", "normal(std=0.01)"})
  void aFirstCallOfAnEngineIsPlainCode(String init) throws Exception {
    List<String> dear =
        List.of(
            "$$Lambda",
            "TypeSwitch",
            "java.util.regex.",
            "java.lang.foreign.",
            "java.util.stream.");
    assertEquals(
        List.of(),
        loaded(Wrapping.class, init).stream()
            .filter(line -> dear.stream().anyMatch(line::contains))
            .toList());
  }

  /** By a kernel: Java's classes of quantiles stay where they are. */
  @Test
  void aTruncatedNormalLoadsItsTable() throws Exception {
    List<String> lines = loaded("trunc_normal(mean=0.1, std=1)");
    List<String> names =
        lines.stream()
            .map(line -> line.replaceAll(".* (org.initium\\S*) source: .*", "$1"))
            .toList();
    assertEquals(
        List.of("org.initium.cpu.fill.HostTable", "org.initium.law.quantile.NormalSide"), names);
  }
}
