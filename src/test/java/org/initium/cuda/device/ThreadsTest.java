// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cuda.CudaOptions;
import org.initium.random.Generator;
import org.initium.testing.CudaTest;
import org.initium.testing.Fills;
import org.initium.testing.RealCurand;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many generators and handles threads leave: docs/decisions/0017. */
@CudaTest
@Tag(CudaTest.SOFTWARE_DEVICE)
class ThreadsTest implements Released {
  private static final String GENERATOR = "cuRAND generator";
  private static final String HANDLE = "cuSOLVER handle";

  @AfterEach
  void useOwnKernels() {
    CudaOptions.use(CudaOptions.DEFAULT);
  }

  private static Callable<?> fill(Fill fill) {
    return () -> {
      try (Tensor tensor = Tensor.empty(Shape.of(130, 4), DType.F32, Device.cuda(0))) {
        return Fills.fill(tensor, fill, Generator.philox(1));
      }
    };
  }

  private static Callable<?> byCurand() {
    RealCurand.require();
    CudaOptions.use(CudaOptions.CURAND);
    return fill(new Fill.Normal(0, 1));
  }

  private static Callable<?> orthogonal() {
    return fill(new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR));
  }

  /** Each thread ends before the next one starts. */
  private static void oneAfterTheOther(int threads, Callable<?> work) throws Exception {
    for (int i = 0; i < threads; i++) {
      FutureTask<?> task = new FutureTask<>(work);
      Thread.ofPlatform().start(task).join();
      task.get();
    }
  }

  /** Both are alive all the time, and take turns. */
  private static void twoInTurns(Callable<?> work) throws Exception {
    try (ExecutorService one = Executors.newSingleThreadExecutor();
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      for (int i = 0; i < 5; i++) {
        one.submit(work).get();
        other.submit(work).get();
      }
    }
  }

  private static void leaves(SoftDevice device, int count, String kind) {
    assertEquals(count, device.live(kind));
    Gpus.release();
    assertEquals(0, device.live(kind));
  }

  /** Threads that end leave one generator or handle; of those that live each has a generator. */
  @ParameterizedTest
  @ValueSource(strings = {GENERATOR, HANDLE})
  void threadsShareWhatTheyCan(String kind, SoftDevice device) throws Exception {
    Callable<?> work = kind.equals(GENERATOR) ? byCurand() : orthogonal();
    oneAfterTheOther(10, work);
    leaves(device, 1, kind);
    twoInTurns(work);
    leaves(device, kind.equals(GENERATOR) ? 2 : 1, kind);
  }
}
