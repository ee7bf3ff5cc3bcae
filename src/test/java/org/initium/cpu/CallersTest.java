// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.testing.Fills;
import org.initium.testing.JavaProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Fills from where applications call them: the same bits everywhere. */
@Tag("slow")
class CallersTest {
  private static final int CALLERS = 200;

  /** What the processes run. */
  static final class Hashing {
    private Hashing() {}

    public static void main(String[] arguments) {
      System.out.println("hash " + hash());
    }
  }

  private static long hash() {
    long hash = 0;
    for (Fill fill :
        List.of(
            new Fill.Uniform(-0.1, 0.1),
            new Fill.Normal(0, 1),
            new Fill.TruncatedNormal(0, 1, -2, 2))) {
      try (Tensor tensor = Tensor.empty(Shape.of(300, 1000), DType.F32)) {
        Fills.fill(tensor, fill, Generator.philox(9));
        for (long i = 0; i < 300_000; i++) {
          hash = 31 * hash + Double.doubleToRawLongBits(tensor.get(i / 1000, i % 1000));
        }
      }
    }
    return hash;
  }

  private static void allGiveTheSame(ExecutorService callers) throws Exception {
    long expected = hash();
    List<Callable<Long>> calls = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      calls.add(CallersTest::hash);
    }
    try (callers) {
      for (Future<Long> got : callers.invokeAll(calls)) {
        assertEquals(expected, got.get());
      }
    }
  }

  @Test
  void twoHundredThreads() throws Exception {
    allGiveTheSame(Executors.newFixedThreadPool(CALLERS));
  }

  @Test
  void virtualThreads() throws Exception {
    allGiveTheSame(Executors.newVirtualThreadPerTaskExecutor());
  }

  @Test
  void aJvmWithoutC2() throws Exception {
    String text = new JavaProcess(Hashing.class).flags("-XX:TieredStopAtLevel=1").run();
    assertEquals("hash " + hash() + "\n", text);
  }

  @Test
  void plainJavaSaysWhyInOneLineAndGivesTheSame() throws Exception {
    String text = new JavaProcess(Hashing.class).flags("-Dinitium.native=off").run();
    assertTrue(text.contains("hash " + hash() + "\n"), text);
    String said =
        "CPU fills are computed in plain Java, several times slower: initium.native = off";
    assertEquals(1, text.lines().filter(line -> line.contains(said)).count(), text);
    assertFalse(text.contains("Exception"), text);
  }
}
