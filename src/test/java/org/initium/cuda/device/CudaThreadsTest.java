// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Stream.Event;
import org.initium.Tensor;
import org.initium.cuda.CudaException;
import org.initium.random.Generator;
import org.initium.testing.CudaTest;
import org.initium.testing.Fills;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Any thread may call, and hears of its own fills. */
@CudaTest
class CudaThreadsTest implements Released {
  private static final Device DEVICE = Device.cuda(0);
  private static final Backend BACKEND = Backend.of(DEVICE);
  private static final Fill NORMAL = new Fill.Normal(0, 1);
  private static final Fill ORTHOGONAL = new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR);
  private static final Shape MATRIX = Shape.of(130, 4); // cuSOLVER's

  /** All at once; what one of them throws is thrown. */
  private static void all(ExecutorService threads, int tasks, Callable<?> task) throws Exception {
    try (threads) {
      List<Future<?>> work = new ArrayList<>();
      for (int i = 0; i < tasks; i++) {
        work.add(threads.submit(task));
      }
      for (Future<?> each : work) {
        each.get();
      }
    }
  }

  /** Contexts are current on a thread of the system; virtual ones go from one to another. */
  @Test
  void virtualThreadsKeepTheContext() throws Exception {
    float expected;
    try (Tensor cpu =
        Fills.fill(Tensor.empty(Shape.of(64), DType.F32), NORMAL, Generator.philox(3))) {
      expected = (float) cpu.get(63);
    }
    Callable<Object> everything =
        () -> {
          try (Arena own = Arena.ofConfined();
              Tensor tensor = Tensor.empty(Shape.of(64), DType.F32, DEVICE);
              Stream stream = BACKEND.newStream(DEVICE)) {
            tensor.fill(NORMAL, Generator.philox(3), stream);
            try (Event event = stream.record()) {
              event.synchronize();
            }
            MemorySegment read = own.allocate(256);
            BACKEND.copyToHost(tensor.storage(), 0, read, stream);
            stream.synchronize();
            assertEquals(expected, read.getAtIndex(ValueLayout.JAVA_FLOAT, 63));
            BACKEND.copyFromHost(read.asReadOnly(), tensor.storage(), 0, stream);
            tensor.fill(new Fill.TruncatedNormal(0, 1, -2, 2), Generator.torchCpu(3), stream);
            try (Tensor copy = tensor.toCpu()) {
              assertTrue(Math.abs(copy.get(1)) <= 2);
            }
          }
          return null;
        };
    all(Executors.newVirtualThreadPerTaskExecutor(), 120, everything);
  }

  @Test
  void aFailureHasTheFramesOfTheVirtualThread() throws Exception {
    Future<?> failure;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      failure =
          threads.submit(
              () -> assertThrows(IllegalArgumentException.class, () -> BACKEND.wrap(DEVICE, 8, 4)));
      Throwable thrown = (Throwable) failure.get();
      assertTrue(thrown.getMessage().contains("0x8"), thrown.getMessage());
    }
  }

  /**
   * Eight threads share the default stream; some of their fills fail, and each hears of its own.
   */
  @Test
  @Tag(CudaTest.SOFTWARE_DEVICE)
  void eachThreadHearsOfItsOwnFills(SoftDevice device) throws Exception {
    Fills.fill(Tensor.empty(MATRIX, DType.F32, DEVICE), ORTHOGONAL, Generator.philox(1)).close();
    device.setFaults(
        "cusolverDnSgeqrf.info:20:-4,cusolverDnSgeqrf.info:55:-4,"
            + "cusolverDnSgeqrf.info:90:-4,cusolverDnSgeqrf.info:130:-4");
    Map<String, Integer> seen = new ConcurrentHashMap<>();
    Callable<Object> fills =
        () -> {
          for (int i = 0; i < 25; i++) {
            try (Tensor tensor = Tensor.empty(MATRIX, DType.F32, DEVICE)) {
              boolean told = false;
              try {
                Fills.fill(tensor, ORTHOGONAL, Generator.philox(1));
              } catch (CudaException e) {
                assertEquals("cusolverDn geqrf", e.call());
                told = true;
              }
              try (Tensor read = tensor.toCpu()) {
                assertEquals(told, Double.isNaN(read.get(5, 3)), "NaN, and the thread was told");
              }
              seen.merge(told ? "told" : "sound", 1, Integer::sum);
            }
          }
          return null;
        };
    all(Executors.newFixedThreadPool(8), 8, fills);
    assertEquals(Map.of("told", 4, "sound", 196), seen);
  }

  /** A thread that fills and never waits, while another, which made no fill, waits for it. */
  @Test
  @Tag(CudaTest.SOFTWARE_DEVICE)
  void whoWaitsForAnothersWorkHearsOfItOnce(SoftDevice device) throws Exception {
    try (Tensor tensor = Tensor.empty(MATRIX, DType.F32, DEVICE);
        Stream stream = BACKEND.newStream(DEVICE);
        Stream later = BACKEND.newStream(DEVICE);
        ExecutorService maker = Executors.newSingleThreadExecutor()) {
      for (Runnable wait :
          List.<Runnable>of(
              stream::synchronize,
              () -> {
                try (Event event = stream.record()) {
                  event.synchronize();
                }
              },
              () -> {
                try (Event event = stream.record()) {
                  later.await(event);
                }
                later.synchronize();
              })) {
        device.setFaults("cusolverDnSgeqrf.info:1:-4");
        maker.submit(() -> tensor.fill(ORTHOGONAL, Generator.philox(1), stream)).get();
        assertThrows(CudaException.class, wait::run);
        wait.run();
        stream.synchronize();
      }
    }
  }

  /** Another thread's wait in between, which is for its own work, takes nothing from the maker. */
  @Test
  @Tag(CudaTest.SOFTWARE_DEVICE)
  void aWaitForOnesOwnWorkLeavesTheOthersTheirs(SoftDevice device) throws Exception {
    Stream stream = BACKEND.defaultStream(DEVICE);
    try (Tensor tensor = Tensor.empty(MATRIX, DType.F32, DEVICE);
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      device.setFaults("cusolverDnSgeqrf.info:1:-4");
      tensor.fill(ORTHOGONAL, Generator.philox(1), stream);
      other
          .submit(
              () ->
                  Fills.fill(Tensor.empty(MATRIX, DType.F32, DEVICE), NORMAL, Generator.philox(1))
                      .close())
          .get();
      // Who reads what was filled, though, has to know.
      Future<?> reader = other.submit(() -> assertThrows(CudaException.class, tensor::toCpu));
      reader.get();
      stream.synchronize(); // it was told
      device.setFaults("cusolverDnSgeqrf.info:1:-4");
      tensor.fill(ORTHOGONAL, Generator.philox(1), stream);
    }
    assertThrows(CudaException.class, Gpus::release, "what nobody waited for");
  }
}
