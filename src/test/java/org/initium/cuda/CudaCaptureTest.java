package org.initium.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import jcuda.driver.CUgraph;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.testing.CudaTest;
import org.initium.testing.Fills;
import org.initium.testing.RealCurand;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
    try (Current _ = Gpus.of(DEVICE).enter();
        Stream stream = BACKEND.newStream(DEVICE);
        Tensor tensor = Tensor.empty(Shape.of(30, 20), DType.F32, DEVICE)) {
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
    CudaOptions.use(CudaOptions.DEFAULT.engine(CudaOptions.Engine.CURAND));
    check(NORMAL, Generator.philox(1), "cuRAND's generator");
  }

  @Test
  void copiesOfMemoryThatIsNotPageLocked() {
    MemorySegment host = MemorySegment.ofArray(new byte[400]);
    try (Current _ = Gpus.of(DEVICE).enter();
        Stream stream = BACKEND.newStream(DEVICE);
        Tensor tensor = Tensor.empty(Shape.of(100), DType.F32, DEVICE)) {
      Fills.fill(tensor, NORMAL, Generator.philox(1));
      String reason = "not page-locked";
      refused(stream, reason, () -> BACKEND.copyToHost(tensor.storage(), 0, host, stream));
      refused(stream, reason, () -> BACKEND.copyFromHost(host, tensor.storage(), 0, stream));
    }
  }
}
