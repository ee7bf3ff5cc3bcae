// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.UnaryOperator;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.FillBatch;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cuda.device.Released;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.testing.CudaTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Buffers of whole numbers have the bits of the CPU, alone and in a batch. */
@CudaTest
class CudaWholeNumbersTest implements Released {
  private static final String[] INITS = {"ones", "zeros", "eye", "uniform(0,2)", "constant(1)"};

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "[IU]\\d+|BOOL")
  void areThoseOfTheCpu(DType dtype) {
    for (String init : INITS) {
      check(dtype, init, t -> t);
      check(dtype, init, t -> t.narrow(1, 3, 7));
    }
    check(dtype == DType.BOOL ? DType.I8 : dtype, "arange(dim=1)", t -> t);
  }

  private static void check(DType dtype, String init, UnaryOperator<Tensor> part) {
    Shape shape = Shape.of(13, 21);
    for (boolean batched : new boolean[] {false, true}) {
      try (Tensor cpu = Tensor.empty(shape, dtype);
          Tensor gpu = Tensor.empty(shape, dtype, Device.cuda(0))) {
        for (Tensor each : new Tensor[] {cpu, gpu}) {
          each.fill(Init.zeros(), Generator.philox(1));
          if (batched) {
            FillBatch batch = new FillBatch();
            batch.add(part.apply(each), Init.parse(init), Generator.philox(9, 4));
            try (Stream stream = Backend.of(each.device()).newStream(each.device())) {
              batch.queue(stream);
              stream.synchronize();
            }
          } else {
            part.apply(each).fill(Init.parse(init), Generator.philox(9, 4));
          }
        }
        try (Tensor copy = gpu.toCpu()) {
          assertEquals(-1, cpu.segment().mismatch(copy.segment()), init + " in " + dtype);
        }
      }
    }
  }
}
