package org.initium.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.testing.Fills;
import org.initium.testing.JavaProcess;
import org.junit.jupiter.api.Test;

/** Which engine a process gets, with and without the Vector API's module. */
class ProviderTest {
  private static final int N = 300_000;

  /** Whose methods are to be inlined: those of vectors, and what we do with them. */
  private static final Pattern VECTORS =
      Pattern.compile("jdk\\.incubator\\.vector|cpu\\.Vector(?!Engine)");

  /** What the processes run: fills for a while, and prints the engine and a number of the bits. */
  static final class Fast {
    private Fast() {}

    public static void main(String[] arguments) throws InterruptedException {
      long end = System.nanoTime() + 1_000_000_000L * Integer.parseInt(arguments[0]);
      do {
        System.out.println("hash " + hash());
      } while (System.nanoTime() < end);
      System.out.println(new CpuBackend().devices().getFirst().details());
    }

    static long hash() {
      long hash = 0;
      for (Fill fill :
          List.of(
              new Fill.Uniform(0, 1),
              new Fill.Uniform(-0.1, 0.1), // has values to lift to the lower bound
              new Fill.Normal(0, 1),
              new Fill.TruncatedNormal(0, 1, -2, 2),
              new Fill.Sparse(0.5, 1))) {
        try (Tensor tensor = Tensor.empty(Shape.of(N / 1000, 1000), DType.F32)) {
          Fills.fill(tensor, fill, Generator.philox(9));
          for (long i = 0; i < N; i++) {
            hash = 31 * hash + Double.doubleToRawLongBits(tensor.get(i / 1000, i % 1000));
          }
        }
      }
      return hash;
    }
  }

  private static String run(int seconds, String... flags) throws IOException, InterruptedException {
    return new JavaProcess(Fast.class)
        .flags("-Xmx512m")
        .flags(flags)
        .run(Integer.toString(seconds));
  }

  @Test
  void withoutTheModuleItSaysWhatToDoAndGivesTheSameBits() throws Exception {
    String text = run(0);
    assertTrue(text.contains("start java with --add-modules jdk.incubator.vector"), text);
    assertTrue(text.contains("plain loops"), text);
    assertTrue(text.contains("hash " + Fast.hash()), text);
  }

  /**
   * C1 and C2 give up on methods that are too large, and leave them slow for ever; C2 stops
   * inlining when a method has too many nodes, and then each vector is allocated.
   */
  @Test
  void everyVectorMethodCompilesAndIsInlined() throws Exception {
    String text =
        run(
            12,
            "--add-modules=jdk.incubator.vector",
            "-Dinitium.simd=on",
            "-XX:+PrintCompilation",
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:+PrintInlining",
            "-XX:-BackgroundCompilation");
    assertTrue(text.contains("-bit vectors"), text.substring(Math.max(0, text.length() - 500)));
    List<String> skipped =
        text.lines()
            .filter(line -> line.contains("cpu.Vector") && line.contains("COMPILE SKIPPED"))
            .toList();
    assertEquals(List.of(), skipped);
    List<String> notInlined =
        text.lines()
            .filter(line -> VECTORS.matcher(line).find() && line.contains("NodeCountInlining"))
            .toList();
    assertEquals(List.of(), notInlined);
    assertTrue(text.contains("cpu.VectorValues::points"), "the compiler's lines have a new form");
    assertFalse(text.contains("start java with"), "the module is there");
  }
}
