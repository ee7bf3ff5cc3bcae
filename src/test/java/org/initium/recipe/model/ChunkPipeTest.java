// SPDX-License-Identifier: Apache-2.0
package org.initium.recipe.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.recipe.plan.PlannedTensor;
import org.junit.jupiter.api.Test;

class ChunkPipeTest {
  private static final PlannedTensor ONES =
      new PlannedTensor("w", Shape.of(1024), DType.F32, Init.ones());

  private static final int THREADS = Runtime.getRuntime().availableProcessors();

  private static void chunk(ChunkPipe pipe) throws IOException {
    Tensor tensor = pipe.next(ONES.shape(), ONES.dtype());
    pipe.fills().add(tensor, new Fill.Constant(1), Generator.philox(0));
    pipe.send(ONES, 0, tensor.shape().numel() * ONES.dtype().bytes(), bytes -> {});
  }

  /** On two cores, two threads that fill and one that writes would take turns. */
  @Test
  void aSinkThatIsBehindHasAProcessorForItself() throws IOException {
    Stream all = Stream.cpu(THREADS);
    List<Stream> used = new ArrayList<>();
    CountDownLatch slow = new CountDownLatch(1);
    try (ChunkPipe pipe =
        new ChunkPipe(
            List.of(Device.CPU, Device.CPU), // four buffers, so that nothing waits for the first
            THREADS,
            ONES.shape().numel() * ONES.dtype().bytes(),
            (tensor, offset, bytes) -> await(slow),
            (fills, stream) -> {
              used.add(stream);
              fills.queue(stream);
            })) {
      try {
        for (int i = 0; i < 4; i++) {
          chunk(pipe);
        }
      } finally {
        slow.countDown();
      }
      pipe.finish();
      boolean isOneProcessor = THREADS == 1; // which is all there is to have
      assertEquals(
          List.of(true, true, isOneProcessor, isOneProcessor),
          used.stream().map(all::equals).toList());
      chunk(pipe);
      pipe.finish(); // it may or may not have been in time for the last
      chunk(pipe);
      pipe.finish();
      assertEquals(all, used.getLast(), "the sink waits");
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
