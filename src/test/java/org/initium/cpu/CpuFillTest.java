// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.initium.Device;
import org.initium.Fill;
import org.initium.Tensor;
import org.initium.contract.FillContract;
import org.initium.random.Generator;
import org.initium.testing.Levels;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The same bits from each level of instructions, plain Java, and any number of threads. */
@Tag("slow")
class CpuFillTest {
  abstract static class With extends FillContract {
    private final CpuBackend backend;

    With(int threads, String kernels) {
      assumeTrue(
          Levels.has(kernels), () -> "this processor has no " + kernels + ": it was not run");
      backend = new CpuBackend(new CpuOptions(threads, CpuOptions.kernels(kernels)));
    }

    @Override
    protected Device device() {
      return Device.CPU;
    }

    @Override
    protected void fill(Tensor tensor, Fill fill, Generator generator) {
      fill.check(tensor.whole(), tensor.dtype());
      if (fill instanceof Fill.Elementary elementary) {
        backend.fill(tensor, elementary, generator, backend.defaultStream(Device.CPU));
      } else {
        super.fill(tensor, fill, generator); // of elementary ones, by the backend of all
      }
    }
  }

  @Nested
  class PlainJava extends With {
    PlainJava() {
      super(2, "off");
    }
  }

  @Nested
  class BestLevel extends With {
    BestLevel() {
      super(1, "auto");
    }
  }

  @Nested
  class Level2 extends With {
    Level2() {
      super(2, "v2");
    }
  }

  @Nested
  class Level3 extends With {
    Level3() {
      super(3, "v3");
    }
  }

  @Nested
  class Level4 extends With {
    Level4() {
      super(2, "v4");
    }
  }

  @Nested
  class Level4WithBfloat16 extends With {
    Level4WithBfloat16() {
      super(2, "v4-bf16");
    }
  }
}
