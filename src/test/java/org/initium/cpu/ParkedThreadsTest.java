// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.testing.JavaProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** 20,000 virtual threads that filled and then wait keep no scratch: it filled a heap of 400 MB. */
@Tag("slow")
class ParkedThreadsTest {
  private static final int THREADS = 20_000;

  /** What the child processes run: threads that fill, or do not, and wait. */
  static final class Parking {
    private static final List<Init> INITS =
        List.of(Init.normal(), Init.truncNormal(), Init.sparse(0.5), Init.orthogonal());

    /** The tensors' memory is not what is counted. */
    private static final Semaphore FEW = new Semaphore(16);

    private static final AtomicInteger FAILED = new AtomicInteger();

    private Parking() {}

    public static void main(String[] arguments) throws InterruptedException {
      CountDownLatch filled = new CountDownLatch(THREADS);
      CountDownLatch end = new CountDownLatch(1);
      for (int i = 0; i < THREADS; i++) {
        int number = i;
        Thread.startVirtualThread(
            () -> {
              if (arguments.length > 0) {
                fill(number);
              }
              filled.countDown();
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
      }
      filled.await();
      System.gc();
      Runtime heap = Runtime.getRuntime();
      System.out.println(FAILED + " " + (heap.totalMemory() - heap.freeMemory()));
      end.countDown();
    }

    private static void fill(int number) {
      FEW.acquireUninterruptibly();
      try (Tensor tensor = Tensor.empty(Shape.of(16, 16), DType.F32)) {
        Generator generator =
            number % 2 == 0 ? Generator.philox(number) : Generator.torchCpu(number);
        tensor.fill(INITS.get(number / 2 % INITS.size()), generator);
      } catch (RuntimeException | Error e) {
        FAILED.incrementAndGet();
      } finally {
        FEW.release();
      }
    }
  }

  private static long heap(String... arguments) throws Exception {
    String printed =
        new JavaProcess(Parking.class)
            .flags("-Xmx200m", "-XX:+UseSerialGC")
            .run(arguments)
            .lines()
            .toList()
            .getLast();
    assertTrue(printed.matches("0 [0-9]+"), printed);
    return Long.parseLong(printed.substring(2));
  }

  @Test
  void keepNoScratch() throws Exception {
    long idle = heap();
    long filled = heap("fill");
    System.out.printf("20,000 parked threads: %d bytes of heap, having filled %d%n", idle, filled);
    // some 700 bytes each: stacks that were deeper; with scratch it was 20,000
    assertTrue(filled - idle < 2_000L * THREADS, filled + " bytes, " + idle + " without a fill");
  }
}
