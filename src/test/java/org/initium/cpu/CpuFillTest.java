package org.initium.cpu;

import org.initium.Device;
import org.initium.Fill;
import org.initium.Generator;
import org.initium.Tensor;
import org.initium.contract.FillContract;
import org.junit.jupiter.api.Nested;

/** The same bits from either engine and any number of threads. */
class CpuFillTest {
  abstract static class With extends FillContract {
    private final CpuBackend backend;

    With(int threads, boolean simd) {
      backend = new CpuBackend(new CpuOptions(threads, simd));
    }

    @Override
    protected Device device() {
      return Device.CPU;
    }

    @Override
    protected void fill(Tensor tensor, Fill fill, Generator generator) {
      fill.check(tensor.whole(), tensor.dtype());
      backend.fill(tensor, (Fill.Elementary) fill, generator, backend.defaultStream(Device.CPU));
    }
  }

  @Nested
  class ScalarOneThread extends With {
    ScalarOneThread() {
      super(1, false);
    }
  }

  @Nested
  class VectorsOneThread extends With {
    VectorsOneThread() {
      super(1, true);
    }
  }

  @Nested
  class VectorsThreeThreads extends With {
    VectorsThreeThreads() {
      super(3, true);
    }
  }
}
