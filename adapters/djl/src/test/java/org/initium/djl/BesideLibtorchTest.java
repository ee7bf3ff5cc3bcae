// SPDX-License-Identifier: Apache-2.0
package org.initium.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.initium.DType;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.junit.jupiter.api.Test;

/** Fills while libtorch's threads compute: the same bits, and no more helpers than there may be. */
class BesideLibtorchTest {
  private static final int TASKS = 8;

  private static byte[] filled(Stream stream) {
    try (Tensor tensor = Tensor.empty(org.initium.Shape.of(1000, 1000), DType.F32)) {
      tensor.fill(Init.normal(), Generator.philox(11), stream);
      return tensor.segment().toArray(ValueLayout.JAVA_BYTE);
    }
  }

  @Test
  void fillsBesideLibtorch() throws Exception {
    byte[] alone = filled(Stream.cpu(1));
    AtomicBoolean done = new AtomicBoolean();
    Thread torch = new Thread(() -> multiply(done));
    torch.start();
    try (ExecutorService tasks = Executors.newFixedThreadPool(TASKS)) {
      List<Future<byte[]>> fills = new ArrayList<>();
      for (int i = 0; i < 5 * TASKS; i++) {
        Stream stream = Stream.cpu(1 + i % 4);
        fills.add(tasks.submit(() -> filled(stream)));
      }
      for (Future<byte[]> fill : fills) {
        assertArrayEquals(alone, fill.get());
      }
    } finally {
      done.set(true);
      torch.join();
    }
    long helpers =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().matches("initium-\\d+"))
            .count();
    int processors = Runtime.getRuntime().availableProcessors();
    assertTrue(helpers < processors, helpers + " helpers of " + TASKS + " tasks");
  }

  private static void multiply(AtomicBoolean done) {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray matrix = manager.randomNormal(new Shape(512, 512));
      while (!done.get()) {
        matrix.matMul(matrix).close();
      }
    }
  }
}
