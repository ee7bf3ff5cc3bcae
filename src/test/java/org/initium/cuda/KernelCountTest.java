package org.initium.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.initium.Backends;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.FillBatch;
import org.initium.Generator;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.testing.CudaTest;
import org.initium.testing.Fills;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Runs every kernel over {@value #ELEMENTS} elements, once. With INITIUM_SOFT_REPORT set, the
 * device leaves the count of instructions, which kernels/report.sh turns into docs/kernels.md.
 */
@CudaTest
@Tag("software-device")
class KernelCountTest implements Released {
  private static final int SIDE = 512;
  static final int ELEMENTS = SIDE * SIDE;
  private static final int PARTS = 32;

  @Test
  void everyKernelOnce(SoftDevice device) {
    List<Fill> fills =
        List.of(
            new Fill.Constant(1),
            new Fill.Uniform(0, 1),
            new Fill.Normal(0, 1),
            new Fill.TruncatedNormal(0, 0.02, -0.04, 0.04),
            new Fill.Hadamard(1),
            new Fill.Sparse(0.1, 0.01),
            new Fill.Eye(1));
    for (DType dtype : DType.values()) {
      try (Tensor tensor = Tensor.empty(Shape.of(SIDE, SIDE), dtype, Device.cuda(0))) {
        long before = device.calls("cuLaunchKernel");
        for (Fill fill : fills) {
          Fills.fill(tensor, fill, Generator.philox(1));
        }
        // Eye is zeros and ones: two launches.
        assertEquals(fills.size() + 1, device.calls("cuLaunchKernel") - before);
        parts(tensor);
        assertEquals(fills.size() + 2, device.calls("cuLaunchKernel") - before);
      }
    }
  }

  /** The same elements as {@value #PARTS} small tensors, whose normals one launch draws. */
  private static void parts(Tensor tensor) {
    FillBatch batch = new FillBatch();
    for (int i = 0; i < PARTS; i++) {
      Tensor part = tensor.narrow(0, i * (SIDE / PARTS), SIDE / PARTS);
      batch.add(part, new Fill.Normal(0, 1), Generator.philox(i));
    }
    try (Stream stream = Backends.of(tensor.device()).newStream(tensor.device())) {
      batch.queue(stream);
      stream.synchronize();
    }
  }
}
