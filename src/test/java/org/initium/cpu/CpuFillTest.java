package org.initium.cpu;

import org.initium.Device;
import org.initium.Fill;
import org.initium.Tensor;
import org.initium.contract.FillContract;
import org.initium.random.Generator;
import org.junit.jupiter.api.Nested;

/** The same bits from either engine and any number of threads. */
class CpuFillTest {
  abstract static class With extends FillContract {
    private final CpuBackend backend;

    With(int threads, CpuOptions.Simd simd) {
      backend = new CpuBackend(new CpuOptions(threads, simd));
    }

    With(int threads, Engine engine) {
      backend = new CpuBackend(new CpuOptions(threads, CpuOptions.Simd.AUTO), engine);
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
      super(1, CpuOptions.Simd.OFF);
    }
  }

  @Nested
  class VectorsOneThread extends With {
    VectorsOneThread() {
      super(1, CpuOptions.Simd.ON);
    }
  }

  /** Goes over from one engine to the other somewhere on the way. */
  @Nested
  class AutoTwoThreads extends With {
    AutoTwoThreads() {
      super(2, new WarmingEngine(ScalarEngine.INSTANCE, () -> VectorEngine.INSTANCE, 4));
    }
  }

  @Nested
  class VectorsThreeThreads extends With {
    VectorsThreeThreads() {
      super(3, CpuOptions.Simd.ON);
    }
  }
}
