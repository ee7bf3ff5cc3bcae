// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUgraphNode;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cuda.CudaOptions;
import org.initium.cuda.device.CudaLife;
import org.initium.cuda.device.Gpus;
import org.initium.cuda.device.Released;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.testing.CudaTest;
import org.initium.testing.Fills;
import org.initium.testing.RealCurand;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be captured into a CUDA graph is refused, and spoils neither graph nor generator. */
@CudaTest
class CudaCaptureTest implements Released {
  private static final Device DEVICE = Device.cuda(0);
  private static final Backend BACKEND = Backend.of(DEVICE);
  private static final Fill NORMAL = new Fill.Normal(0, 1);

  @AfterEach
  void useOwnKernels() {
    CudaOptions.use(CudaOptions.DEFAULT);
  }

  private static void check(Fill fill, Generator generator, String reason) {
    try (CudaLife.Context _ = CudaLife.enter(Gpus.of(DEVICE));
        Stream stream = BACKEND.newStream(DEVICE);
        Tensor tensor = Tensor.empty(Shape.of(130, 20), DType.F32, DEVICE)) {
      Fills.fill(tensor, NORMAL, Generator.philox(1));
      tensor.fill(fill, generator.copy(), stream); // so that it is ready
      stream.synchronize();
      Tensor view = tensor.narrow(1, 3, 10);
      String before = generator.toString();
      refused(stream, reason, () -> tensor.fill(fill, generator, stream));
      refused(stream, reason, () -> view.fill(fill, generator, stream));
      assertEquals(before, generator.toString());
      tensor.fill(fill, generator, stream);
      stream.synchronize();
    }
  }

  private static void refused(Stream stream, String reason, Runnable work) {
    CUstream handle = CudaLife.stream(stream);
    assertEquals(0, JCudaDriver.cuStreamBeginCapture(handle, 0));
    IllegalStateException e = assertThrows(IllegalStateException.class, work::run);
    assertTrue(e.getMessage().contains(reason), e.getMessage());
    CUgraph graph = new CUgraph();
    assertEquals(0, JCudaDriver.cuStreamEndCapture(handle, graph), "the capture is sound");
    assertEquals(0, JCudaDriver.cuGraphDestroy(graph));
  }

  @Test
  void orthogonal() {
    Fill fill = new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR);
    check(fill, Generator.philox(1), "cuSOLVER does not say");
  }

  @Test
  void pytorchsNumbers() {
    check(NORMAL, Generator.torchCpu(1), "made on the host");
    check(new Fill.Sparse(0.5, 1), Generator.torchCuda(1), "made on the host");
  }

  @Test
  void cuRand() {
    RealCurand.require();
    CudaOptions.use(CudaOptions.CURAND);
    check(NORMAL, Generator.philox(1), "cuRAND's generator");
  }

  @Test
  void copiesOfMemoryThatIsNotPageLocked() {
    MemorySegment host = MemorySegment.ofArray(new byte[400]);
    try (CudaLife.Context _ = CudaLife.enter(Gpus.of(DEVICE));
        Stream stream = BACKEND.newStream(DEVICE);
        Tensor tensor = Tensor.empty(Shape.of(100), DType.F32, DEVICE)) {
      Fills.fill(tensor, NORMAL, Generator.philox(1));
      String reason = "not page-locked";
      refused(stream, reason, () -> BACKEND.copyToHost(tensor.storage(), 0, host, stream));
      refused(stream, reason, () -> BACKEND.copyFromHost(host, tensor.storage(), 0, stream));
    }
  }

  /** Ends a capture, which must be sound, and replays it. */
  private static void replay(CUstream handle) {
    CUgraph graph = new CUgraph();
    assertEquals(0, JCudaDriver.cuStreamEndCapture(handle, graph), "the capture is sound");
    CUgraphExec executable = new CUgraphExec();
    assertEquals(
        0,
        JCudaDriver.cuGraphInstantiate(executable, graph, new CUgraphNode(), new byte[512], 512));
    assertEquals(0, JCudaDriver.cuGraphLaunch(executable, handle));
    assertEquals(0, JCudaDriver.cuStreamSynchronize(handle));
    assertEquals(0, JCudaDriver.cuGraphExecDestroy(executable));
    assertEquals(0, JCudaDriver.cuGraphDestroy(graph));
  }

  private static byte[] bytes(Tensor tensor) {
    try (Tensor read = tensor.toCpu()) {
      return read.segment().toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /**
   * In each mode: kinds of fill whose kernels were never loaded, and ones that were used before.
   */
  @ParameterizedTest
  @CsvSource({"0, false", "0, true", "1, false", "1, true", "2, false", "2, true"})
  void everyOtherFillIsCaptured(int mode, boolean warm) {
    List<Fill> fills =
        List.of(
            new Fill.Constant(2),
            new Fill.Uniform(0, 1),
            NORMAL,
            new Fill.TruncatedNormal(0, 1, -2, 2),
            new Fill.Eye(1),
            new Fill.Hadamard(1),
            new Fill.Sparse(0.5, 1));
    for (Fill fill : fills) {
      Shape shape = fill instanceof Fill.Sparse ? Shape.of(1 << 16, 1) : Shape.of(8, 8);
      Gpus.release();
      try (CudaLife.Context _ = CudaLife.enter(Gpus.of(DEVICE));
          Stream stream = BACKEND.newStream(DEVICE);
          Tensor tensor = Tensor.empty(shape, DType.F32, DEVICE);
          Tensor expected = Tensor.empty(shape, DType.F32)) {
        if (warm) {
          tensor.fill(fill, Generator.philox(9), stream);
          stream.synchronize();
        }
        CUstream handle = CudaLife.stream(stream);
        assertEquals(0, JCudaDriver.cuStreamBeginCapture(handle, mode));
        tensor.fill(fill, Generator.philox(1), stream);
        tensor.fill(fill, Generator.philox(4), stream);
        replay(handle);
        Fills.fill(expected, fill, Generator.philox(4));
        assertArrayEquals(bytes(expected), bytes(tensor), fill.toString());
        // And later fills, captured or not, do not get what the graph uses.
        Fills.fill(tensor, fill, Generator.philox(4));
        assertArrayEquals(bytes(expected), bytes(tensor), fill.toString());
      }
    }
  }

  /** Tensors may be closed at any moment: the collector does it, too. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void tensorsAreMadeAndClosedMeanwhile(int mode) {
    try (CudaLife.Context _ = CudaLife.enter(Gpus.of(DEVICE));
        Stream stream = BACKEND.newStream(DEVICE);
        Stream wrapped = BACKEND.wrapStream(DEVICE, stream.handle());
        Tensor tensor = Tensor.empty(Shape.of(100), DType.F32, DEVICE)) {
      Tensor other = Tensor.empty(Shape.of(100), DType.F32, DEVICE);
      Tensor third = Tensor.empty(Shape.of(100), DType.F32, DEVICE);
      other.fill(NORMAL, Generator.philox(1), stream);
      third.fill(NORMAL, Generator.philox(1), wrapped);
      Fills.fill(third, NORMAL, Generator.philox(1));
      CUstream handle = CudaLife.stream(stream);
      assertEquals(0, JCudaDriver.cuStreamBeginCapture(handle, mode));
      tensor.fill(NORMAL, Generator.philox(1), stream);
      other.close();
      third.close();
      try (Stream beside = BACKEND.newStream(DEVICE);
          Tensor fresh = Tensor.empty(Shape.of(5000), DType.F32, DEVICE)) {
        fresh.fill(new Fill.TruncatedNormal(0, 1, -3, 2), Generator.philox(1), beside);
      }
      replay(handle);
    }
  }

  @Test
  void waitingForAStreamThatIsCapturedAndClosingItAreRefused() {
    try (CudaLife.Context _ = CudaLife.enter(Gpus.of(DEVICE));
        Stream stream = BACKEND.newStream(DEVICE);
        Tensor tensor = Tensor.empty(Shape.of(100), DType.F32, DEVICE)) {
      tensor.fill(NORMAL, Generator.philox(1), stream);
      stream.synchronize();
      refused(stream, "not queued yet", stream::synchronize);
      refused(stream, "its capture has to end first", stream::close);
      stream.synchronize();
    }
  }

  /** Work on the default stream would spoil the capture of one that is ordered with it. */
  @Test
  void workOnTheDefaultStreamBesideACaptureIsRefused() {
    try (CudaLife.Context _ = CudaLife.enter(Gpus.of(DEVICE));
        Tensor tensor = Tensor.empty(Shape.of(100), DType.F32, DEVICE)) {
      Fills.fill(tensor, NORMAL, Generator.philox(1));
      CUstream blocking = new CUstream();
      assertEquals(0, JCudaDriver.cuStreamCreate(blocking, 0));
      assertEquals(0, JCudaDriver.cuStreamBeginCapture(blocking, 0));
      PhiloxGenerator generator = Generator.philox(1);
      for (Runnable work :
          List.<Runnable>of(
              () -> Fills.fill(tensor, NORMAL, generator), () -> tensor.toCpu().close())) {
        IllegalStateException e = assertThrows(IllegalStateException.class, work::run);
        assertTrue(e.getMessage().contains("another stream of cuda:0"), e.getMessage());
      }
      assertEquals(0, generator.offset());
      try (Tensor other = Tensor.empty(Shape.of(100), DType.F32, DEVICE)) {
        other.fill(NORMAL, generator, BACKEND.wrapStream(DEVICE, CudaLife.handle(blocking)));
        replay(blocking);
      }
      assertEquals(0, JCudaDriver.cuStreamDestroy(blocking));
    }
  }
}
