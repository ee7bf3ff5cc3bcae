// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.InitiumException;
import org.initium.OutOfMemoryException;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cuda.ContextLostException;
import org.initium.cuda.CudaException;
import org.initium.cuda.device.CudaOperation;
import org.initium.cuda.device.Gpus;
import org.initium.cuda.device.Released;
import org.initium.random.Generator;
import org.initium.testing.CudaTest;
import org.initium.testing.Fills;
import org.initium.testing.RealCurand;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every call of CUDA's libraries is made to fail, one after the other, under each operation. */
@CudaTest
@Tag(CudaTest.SOFTWARE_DEVICE)
class CudaFaultTest implements Released {
  private static final Device DEVICE = Device.cuda(0);
  private static final Backend BACKEND = Backend.of(DEVICE);
  private static final int UNKNOWN = 999;
  private static final String RELEASE = "cuDevicePrimaryCtxRelease";
  private static final Shape BY_CUSOLVER = Shape.of(130, 4);

  /** What no operation reaches here, and where else it is tested or why it is not. */
  private static final Set<String> ELSEWHERE =
      Set.of(
          "cuDeviceGetCount", // once in a process: StartTest
          "cuOccupancyMaxActiveBlocksPerMultiprocessor", // counted as its namesake with flags
          "cusolverDnXgeqrf_bufferSize", // matrices of 2^31 elements
          "cusolverDnXgeqrf");

  @TestFactory
  Stream<DynamicTest> atTheFirstUse() {
    return eachFails(CudaOperation.all(), operation -> Gpus::release);
  }

  @TestFactory
  Stream<DynamicTest> atALaterUse() {
    return eachFails(CudaOperation.all(), CudaOperation::run);
  }

  @TestFactory
  Stream<DynamicTest> byCurandAtTheFirstUse() {
    RealCurand.require();
    return eachFails(CudaOperation.byCurand(), operation -> Gpus::release);
  }

  @TestFactory
  Stream<DynamicTest> byCurandAtALaterUse() {
    RealCurand.require();
    return eachFails(CudaOperation.byCurand(), CudaOperation::run);
  }

  private static Stream<DynamicTest> eachFails(
      List<CudaOperation> operations, Function<CudaOperation, Runnable> before) {
    SoftDevice device = SoftDevice.require();
    return operations.stream()
        .map(
            operation ->
                DynamicTest.dynamicTest(
                    operation.name(),
                    () -> everyCallFails(device, operation, before.apply(operation))));
  }

  /** So that no call is left out above: whatever the product calls, some operation reaches. */
  @ParameterizedTest
  @ValueSource(
      strings = {"driver/Driver", "driver/DriverPool", "fill/Curand", "orthogonal/Cusolver"})
  void theOperationsReachEveryCall(String binding) throws IOException {
    RealCurand.require();
    CudaOperation.all().forEach(operation -> operation.run().run());
    CudaOperation.byCurand().forEach(operation -> operation.run().run());
    Gpus.release();
    Path source = Path.of("src/main/java/org/initium/cuda", binding + ".java");
    Set<String> missed = new TreeSet<>();
    Matcher calls =
        Pattern.compile("\"(cu[A-Zrs][a-z]\\w+)\\b(?!\" \\+)").matcher(Files.readString(source));
    Set<String> wanted = new TreeSet<>();
    while (calls.find()) {
      wanted.add(calls.group(1));
    }
    if (binding.endsWith("Cusolver")) { // whose names are put together from the precision's letter
      for (String letter : List.of("S", "D")) {
        for (String function : List.of("geqrf", "orgqr")) {
          wanted.add("cusolverDn" + letter + function);
          wanted.add("cusolverDn" + letter + function + "_bufferSize");
        }
      }
    }
    for (String call : wanted) {
      if (SoftDevice.require().calls(call) == 0) {
        missed.add(call);
      }
    }
    missed.removeAll(ELSEWHERE);
    assertEquals(Set.of(), missed);
  }

  private static void everyCallFails(SoftDevice device, CudaOperation operation, Runnable before) {
    int failed = 0;
    for (int k = 1; ; k++) {
      before.run();
      long calls = device.calls("*");
      device.setFaults("*:" + k + ":" + UNKNOWN);
      InitiumException failure = null;
      try {
        operation.run().run();
      } catch (InitiumException e) {
        failure = e;
      } finally {
        device.setFaults("");
      }
      boolean reached = device.calls("*") - calls >= k;
      String where = "call " + k + " under " + operation.name();
      if (!reached) {
        if (failure != null) {
          throw failure;
        }
        break;
      }
      if (failure != null) {
        // What gives something back is tried again, and the failure is passed over.
        failed++;
        assertTrue(failure.getMessage().contains("cu"), where + ": " + failure.getMessage());
      }
      operation.run().run();
      Gpus.release();
      assertEquals(Map.of(), alive(device), where + ", which gave " + failure);
    }
    assertTrue(failed > 0, operation.name() + " never failed");
  }

  /** Whatever of it fails, the rest goes back, and the context last of all. */
  @Test
  void aReleaseThatFailsGivesBackTheRest(SoftDevice device) {
    int told = 0;
    long calls = 0;
    for (int k = 1; calls >= k - 1; k++) {
      CudaOperation.all().stream()
          .filter(operation -> operation.name().matches("page-locked memory|copies|a batch"))
          .forEach(operation -> operation.run().run());
      calls = device.calls("*");
      long contexts = device.calls(RELEASE);
      device.setFaults("*:" + k + ":" + UNKNOWN);
      try {
        Gpus.release();
      } catch (CudaException e) {
        told++;
      } finally {
        device.setFaults("");
      }
      calls = device.calls("*") - calls;
      assertTrue(
          device.calls(RELEASE) > contexts, "the context stays, with call " + k + " failing");
      assertEquals(Map.of(), alive(device), "with call " + k + " failing");
    }
    assertEquals(1, told, "what gives something back is tried again, what waits for all is not");
  }

  private static Map<String, Long> alive(SoftDevice device) {
    Map<String, Long> alive = new TreeMap<>();
    for (String kind :
        List.of(
            "memory",
            "memory pool",
            "host memory",
            "stream",
            "event",
            "module",
            "graph",
            "executable graph",
            "cuRAND generator",
            "cuSOLVER handle",
            "cuSOLVER parameters")) {
      if (device.live(kind) != 0) {
        alive.put(kind, device.live(kind));
      }
    }
    return alive;
  }

  @Test
  void aCallThatFailsIsNamed(SoftDevice device) {
    try (Tensor tensor = Tensor.empty(Shape.of(10), DType.F32, DEVICE)) {
      device.setFaults("cuLaunchKernel:1:" + UNKNOWN);
      CudaException e =
          assertThrows(
              CudaException.class,
              () -> Fills.fill(tensor, new Fill.Normal(0, 1), Generator.philox(1)));
      assertEquals("cuLaunchKernel (normal_f32)", e.call());
      assertEquals("CUDA_ERROR_UNKNOWN", e.code());
      assertEquals(UNKNOWN, e.status());
      assertTrue(e.getMessage().contains("cuda:0"), e.getMessage());
    }
  }

  /** JCuda has no name for a driver's status that comes out of another library. */
  @Test
  void aStatusWithoutANameHasItsNumber(SoftDevice device) {
    Fill fill = new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR);
    for (String call : List.of("cusolverDnCreate", "cusolverDnSgeqrf", "cuMemHostAlloc")) {
      Gpus.release();
      try (Tensor tensor = Tensor.empty(BY_CUSOLVER, DType.F32, DEVICE)) {
        device.setFaults(call + ":1:998");
        CudaException e =
            assertThrows(
                CudaException.class, () -> Fills.fill(tensor, fill, Generator.philox(1)), call);
        assertTrue(
            e.getMessage()
                .startsWith(call + " failed on cuda:0 with a status without a name (998)"),
            e.getMessage());
      }
    }
  }

  @Test
  void aLateErrorNamesTheFill(SoftDevice device) {
    try (Tensor tensor = Tensor.empty(Shape.of(10), DType.F32, DEVICE);
        org.initium.Stream stream = BACKEND.newStream(DEVICE)) {
      tensor.fill(new Fill.Normal(0.25, 1), Generator.philox(1), stream);
      device.setFaults("cuStreamSynchronize:1:" + UNKNOWN);
      CudaException e = assertThrows(CudaException.class, stream::synchronize);
      assertTrue(e.getMessage().contains("Normal[mean=0.25, std=1.0] of [10]"), e.getMessage());
    }
  }

  @Test
  void aLostContextSaysSo(SoftDevice device) {
    Tensor tensor = Tensor.empty(Shape.of(10), DType.F32, DEVICE);
    device.setFaults("cuStreamSynchronize:1:700");
    ContextLostException e =
        assertThrows(
            ContextLostException.class,
            () -> Fills.fill(tensor, new Fill.Normal(0, 1), Generator.philox(1)));
    assertTrue(e.getMessage().contains("restart the process"), e.getMessage());
    device.reset();
    tensor.close();
  }

  /** Of every dtype: a NaN stays one when it is rounded. */
  @ParameterizedTest
  @EnumSource(value = DType.class, mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d.*")
  void whatCusolverFailedIsNan(DType dtype) {
    SoftDevice device = SoftDevice.require();
    try (Tensor tensor = Tensor.empty(BY_CUSOLVER, dtype, DEVICE)) {
      device.setFaults("cusolverDnSgeqrf.info:1:-4,cusolverDnDgeqrf.info:1:-4");
      Fill fill = new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR);
      assertThrows(
          CudaException.class, () -> Fills.fill(tensor, fill, Generator.philox(1)), dtype + "");
      try (Tensor read = tensor.toCpu()) {
        for (int i = 0; i < BY_CUSOLVER.numel(); i++) {
          assertTrue(Double.isNaN(dtype.get(read.segment(), i)), dtype + " " + i);
        }
      }
    }
  }

  @Test
  void cusolverFailsLate(SoftDevice device) {
    Fill fill = new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR);
    for (String fault : List.of("cusolverDnSgeqrf.info:1:-4", "cusolverDnSorgqr.info:1:-4")) {
      try (Tensor tensor = Tensor.empty(BY_CUSOLVER, DType.F32, DEVICE)) {
        device.setFaults(fault);
        CudaException e =
            assertThrows(
                CudaException.class, () -> Fills.fill(tensor, fill, Generator.philox(1)), fault);
        assertEquals(-4, e.status());
        String call = fault.contains("geqrf") ? "cusolverDn geqrf" : "cusolverDn orgqr";
        assertEquals(call, e.call());
        try (Tensor read = tensor.toCpu()) {
          assertTrue(Double.isNaN(read.get(5, 3)), "a tensor that failed is NaN");
        }
        Fills.fill(tensor, fill, Generator.philox(1));
      }
    }
  }

  @Test
  void cusolverFailsBeforeItsStreamIsClosed(SoftDevice device) {
    Fill fill = new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR);
    try (Tensor tensor = Tensor.empty(BY_CUSOLVER, DType.F32, DEVICE)) {
      org.initium.Stream stream = BACKEND.newStream(DEVICE);
      device.setFaults("cusolverDnSgeqrf.info:1:-4");
      tensor.fill(fill, Generator.philox(1), stream);
      CudaException e = assertThrows(CudaException.class, stream::close);
      assertEquals("cusolverDn geqrf", e.call());
      Fills.fill(tensor, fill, Generator.philox(1));
    }
  }

  @Test
  void outOfMemorySaysHowMuchThereIs() {
    OutOfMemoryException e =
        assertThrows(OutOfMemoryException.class, () -> BACKEND.allocate(DEVICE, 1L << 60));
    assertTrue(
        e.getMessage()
            .matches(
                "out of memory on cuda:0: asked for 1152921504606846976 bytes, \\d+ of \\d+ are"
                    + " free"),
        e.getMessage());
    assertInstanceOf(CudaException.class, e.getCause());
  }
}
