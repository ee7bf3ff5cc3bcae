// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.memory;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.testing.JavaProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tensors that nobody closes: 5,000 of 1 MB peaked at 3.3 GB. */
@Tag("slow")
class FootprintTest {
  private static final long BYTES = 1 << 20;

  /** What the child process does: prints the most bytes that were open at once. */
  static final class Careless {
    /** Held, or the collector would take it and its level with it. */
    private static final Logger LEAKS = Logger.getLogger(CpuStorage.class.getName());

    private Careless() {}

    public static void main(String[] arguments) {
      LEAKS.setLevel(Level.OFF);
      long most = 0;
      for (int i = 0; i < 5_000; i++) {
        Tensor tensor = Tensor.empty(Shape.of(BYTES / 2), DType.F16);
        most = Math.max(most, Footprint.open());
        assertTrue(tensor.dtype() == DType.F16);
      }
      System.out.println(most);
    }
  }

  @Test
  void theCollectorHearsOfThem() throws Exception {
    String printed = new JavaProcess(Careless.class).run().lines().toList().getLast();
    // 5 GB where the collector does not hear; how far it lags behind depends on what else runs.
    assertTrue(Long.parseLong(printed) < 2_500L << 20, () -> printed + " bytes were open at once");
  }
}
