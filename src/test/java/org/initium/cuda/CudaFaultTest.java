package org.initium.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.initium.Backend;
import org.initium.Backends;
import org.initium.DType;
import org.initium.Device;
import org.initium.Event;
import org.initium.Fill;
import org.initium.FillBatch;
import org.initium.Generator;
import org.initium.InitiumException;
import org.initium.OutOfMemoryException;
import org.initium.Shape;
import org.initium.Storage;
import org.initium.Tensor;
import org.initium.testing.CudaTest;
import org.initium.testing.Fills;
import org.initium.testing.RealCurand;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every call of CUDA's libraries is made to fail, one after the other, under each operation. */
@CudaTest
@Tag("software-device")
class CudaFaultTest implements Released {
  private static final Device DEVICE = Device.cuda(0);
  private static final Backend BACKEND = Backends.of(DEVICE);
  private static final int UNKNOWN = 999;

  /** A public operation, which leaves nothing behind when it succeeds. */
  private record Operation(String name, Runnable run) {}

  private static Operation fill(Fill fill, DType dtype, long... shape) {
    return fill(Generator.philox(1), fill, dtype, shape);
  }

  private static Operation fill(Generator generator, Fill fill, DType dtype, long... shape) {
    return new Operation(
        fill + " in " + dtype + " by " + generator,
        () -> {
          try (Tensor tensor = Tensor.empty(Shape.of(shape), dtype, DEVICE)) {
            Fills.fill(tensor, fill, generator.copy());
          }
        });
  }

  private static Operation byCurand(Operation fill) {
    return new Operation(
        fill.name + " by cuRAND",
        () -> {
          CudaOptions.use(CudaOptions.DEFAULT.engine(CudaOptions.Engine.CURAND));
          try {
            fill.run.run();
          } finally {
            CudaOptions.use(CudaOptions.DEFAULT);
          }
        });
  }

  private static List<Operation> operations() {
    return List.of(
        new Operation("devices", BACKEND::devices),
        new Operation("allocate", () -> BACKEND.allocate(DEVICE, 1000).close()),
        new Operation("allocateHost", () -> BACKEND.allocateHost(DEVICE, 1000).close()),
        new Operation("streams and events", CudaFaultTest::streams),
        new Operation("copies", () -> copies(9 << 20)),
        new Operation("copies of page-locked memory", CudaFaultTest::pinnedCopies),
        new Operation("a batch", CudaFaultTest::batch),
        fill(new Fill.Constant(1), DType.F32, 100),
        fill(new Fill.Uniform(0, 1), DType.F64, 100),
        fill(new Fill.Normal(0, 1), DType.BF16, 100),
        fill(new Fill.TruncatedNormal(0, 1, -2, 2), DType.F32, 100),
        fill(new Fill.Eye(1), DType.F16, 5, 4),
        fill(new Fill.Dirac(1), DType.F32, 4, 4, 3),
        fill(new Fill.Hadamard(1), DType.F32, 4, 4),
        fill(new Fill.Sparse(0.5, 1), DType.F32, 8, 4),
        fill(new Fill.Sparse(0.5, 1), DType.F32, 1 << 16, 1),
        fill(Generator.torchCpu(1), new Fill.Normal(0, 1), DType.F32, 100),
        fill(Generator.torchCuda(1), new Fill.Normal(0, 1), DType.F32, 100),
        fill(Generator.torchCuda(1), new Fill.Sparse(0.5, 1), DType.F32, 8, 4),
        fill(new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR), DType.F32, 6, 4),
        fill(new Fill.Orthogonal(1, Fill.Orthogonal.Method.HOUSEHOLDER), DType.F64, 4, 6));
  }

  private static void streams() {
    try (org.initium.Stream one = BACKEND.newStream(DEVICE);
        org.initium.Stream other = BACKEND.newStream(DEVICE);
        Event event = one.record()) {
      other.await(event);
      event.isDone();
      event.synchronize();
    }
  }

  private static void batch() {
    try (Tensor tensor = Tensor.empty(Shape.of(60), DType.F32, DEVICE);
        Tensor half = Tensor.empty(Shape.of(60), DType.BF16, DEVICE);
        org.initium.Stream stream = BACKEND.newStream(DEVICE)) {
      new FillBatch()
          .add(tensor, new Fill.Constant(1), Generator.philox(1))
          .add(tensor, new Fill.TruncatedNormal(0, 1, -2, 2), Generator.philox(1))
          .add(half, new Fill.Normal(0, 1), Generator.philox(1))
          .queue(stream);
      stream.synchronize();
    }
  }

  private static void copies(int bytes) {
    try (Storage storage = BACKEND.allocate(DEVICE, bytes);
        org.initium.Stream stream = BACKEND.newStream(DEVICE)) {
      MemorySegment host = MemorySegment.ofArray(new byte[bytes]);
      BACKEND.copyFromHost(host, storage, 0, stream);
      BACKEND.copyToHost(storage, 0, host, stream);
      stream.synchronize();
    }
  }

  private static void pinnedCopies() {
    try (Storage storage = BACKEND.allocate(DEVICE, 1000);
        Storage host = BACKEND.allocateHost(DEVICE, 1000);
        org.initium.Stream stream = BACKEND.newStream(DEVICE)) {
      BACKEND.copyFromHost(host.segment(), storage, 0, stream);
      BACKEND.copyToHost(storage, 0, host.segment(), stream);
      stream.synchronize();
    }
  }

  @TestFactory
  Stream<DynamicTest> atTheFirstUse() {
    SoftDevice device = SoftDevice.require();
    return operations().stream()
        .map(
            operation ->
                DynamicTest.dynamicTest(
                    operation.name, () -> everyCallFails(device, operation, CudaBackend::release)));
  }

  @TestFactory
  Stream<DynamicTest> atALaterUse() {
    SoftDevice device = SoftDevice.require();
    return operations().stream()
        .map(
            operation ->
                DynamicTest.dynamicTest(
                    operation.name, () -> everyCallFails(device, operation, operation.run)));
  }

  private static void everyCallFails(SoftDevice device, Operation operation, Runnable before) {
    int failed = 0;
    for (int k = 1; ; k++) {
      before.run();
      long calls = device.calls("*");
      device.setFaults("*:" + k + ":" + UNKNOWN);
      InitiumException failure = null;
      try {
        operation.run.run();
      } catch (InitiumException e) {
        failure = e;
      } finally {
        device.setFaults("");
      }
      boolean reached = device.calls("*") - calls >= k;
      String where = "call " + k + " under " + operation.name;
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
      operation.run.run();
      CudaBackend.release();
      assertEquals(Map.of(), alive(device), where + ", which gave " + failure);
    }
    assertTrue(failed > 0, operation.name + " never failed");
  }

  private static Map<String, Long> alive(SoftDevice device) {
    Map<String, Long> alive = new TreeMap<>();
    for (String kind :
        List.of(
            "memory",
            "host memory",
            "stream",
            "event",
            "module",
            "cuRAND generator",
            "cuSOLVER handle",
            "cuSOLVER parameters")) {
      if (device.live(kind) != 0) {
        alive.put(kind, device.live(kind));
      }
    }
    return alive;
  }

  @TestFactory
  Stream<DynamicTest> byCurand() {
    RealCurand.require();
    SoftDevice device = SoftDevice.require();
    return Stream.of(
            byCurand(fill(new Fill.Normal(0, 1), DType.F32, 100)),
            byCurand(fill(new Fill.Uniform(0, 1), DType.F16, 101)),
            byCurand(fill(new Fill.TruncatedNormal(0, 1, -2, 2), DType.F64, 101)))
        .map(
            operation ->
                DynamicTest.dynamicTest(
                    operation.name, () -> everyCallFails(device, operation, CudaBackend::release)));
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

  @Test
  void cusolverFailsLate(SoftDevice device) {
    Fill fill = new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR);
    for (String fault : List.of("cusolverDnSgeqrf.info:1:-4", "cusolverDnSorgqr.info:1:-4")) {
      try (Tensor tensor = Tensor.empty(Shape.of(6, 4), DType.F32, DEVICE)) {
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
    try (Tensor tensor = Tensor.empty(Shape.of(6, 4), DType.F32, DEVICE)) {
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
