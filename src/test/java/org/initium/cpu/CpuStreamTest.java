// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.FillBatch;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.kernel.KernelSet;
import org.initium.random.Generator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many threads are at a fill is limited for the one call, and does not change a bit. */
@Tag("slow")
class CpuStreamTest {
  private static final int THREADS = 4;

  private final Set<Thread> seen = ConcurrentHashMap.newKeySet();
  private final CountDownLatch allAtWork;
  private final CpuBackend backend;

  CpuStreamTest() {
    allAtWork = new CountDownLatch(THREADS);
    KernelSet kernels = CpuOptions.fromProperties().kernels();
    KernelSet watched =
        name ->
            (parameters, begin, end, flags) -> {
              if (seen.add(Thread.currentThread())) {
                allAtWork.countDown();
                await(); // so that whoever may come does, however short the work
              }
              kernels.kernel(name).run(parameters, begin, end, flags);
            };
    backend = new CpuBackend(new CpuOptions(THREADS, watched));
  }

  private void await() {
    try {
      boolean _ = allAtWork.await(500, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,2", "3,3", "4,4", "9,4"})
  void soManyThreadsAreAtAFill(int allowed, int expected) {
    fill(backend.newStream(Device.CPU, allowed), new Fill.Normal(0, 1), Generator.philox(1));
    assertEquals(expected, seen.size());
  }

  @Test
  void theStreamsOfAllHaveNoLimit() {
    fill(backend.defaultStream(Device.CPU), new Fill.Constant(1), Generator.philox(1));
    assertEquals(THREADS, seen.size());
  }

  @Test
  void pyTorchsNumbersAndQueuesAreLimitedToo() {
    Stream two = backend.newStream(Device.CPU, 2);
    fill(two, new Fill.Normal(0, 1), Generator.torchCpu(1));
    fill(two, new Fill.Sparse(0.5, 1), Generator.philox(1));
    try (Tensor tensor = Tensor.empty(Shape.of(2000, 500), DType.F32);
        CpuQueue queue = (CpuQueue) backend.queue(two)) {
      queue.fill(tensor, new Fill.Uniform(0, 1), Generator.philox(1));
    }
    assertEquals(2, seen.size());
  }

  private void fill(Stream stream, Fill.Elementary fill, Generator generator) {
    try (Tensor tensor = Tensor.empty(Shape.of(2000, 1000), DType.F32)) {
      backend.fill(tensor, fill, generator, stream);
    }
  }

  @Test
  void aLimitedFillHasTheSameBits() {
    try (Tensor all = Tensor.empty(Shape.of(1000, 333), DType.F32);
        Tensor one = Tensor.empty(all.shape(), DType.F32);
        Tensor batched = Tensor.empty(all.shape(), DType.F32)) {
      all.fill(Init.normal(), Generator.philox(7));
      one.fill(Init.normal(), Generator.philox(7), Stream.cpu(1));
      new FillBatch().add(batched, Init.normal(), Generator.philox(7)).queue(Stream.cpu(2));
      assertEquals(-1, all.segment().mismatch(one.segment()));
      assertEquals(-1, all.segment().mismatch(batched.segment()));
    }
  }

  @Test
  void noThreadsAreRefused() {
    var e = assertThrows(IllegalArgumentException.class, () -> Stream.cpu(0));
    assertEquals("threads = 0 is not allowed; it must be 1 or more", e.getMessage());
  }
}
