// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cuda.device.Gpu;
import org.initium.cuda.device.Gpus;
import org.initium.cuda.device.Released;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.random.GpuGeometry;
import org.initium.random.TorchCudaGenerator;
import org.initium.testing.CudaTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** PyTorch's own numbers have the CPU's bits, and leave the generator where the CPU does. */
@CudaTest
class CudaTorchTest implements Released {
  /** A wave of 1024 threads, so that threads draw several times. */
  private static final GpuGeometry SMALL = new GpuGeometry(2, 512);

  private static final List<Fill> FILLS =
      List.of(
          new Fill.Uniform(-0.3, 1.1),
          new Fill.Uniform(-1, 0), // rounds to -0 in 16 bits
          new Fill.Uniform(2, 2.02), // two values of bf16: half of them round to b
          new Fill.Normal(0.1, 0.02),
          new Fill.TruncatedNormal(0, 1, -2, 2),
          new Fill.TruncatedNormal(0, 1, -0.3, 0.3));

  private record Part(Shape memory, UnaryOperator<Tensor> of) {}

  private static final List<Part> PARTS =
      List.of(
          new Part(Shape.of(1), t -> t),
          new Part(Shape.of(255), t -> t),
          new Part(Shape.of(4097), t -> t),
          new Part(Shape.of(101, 100), t -> t),
          new Part(Shape.of(101, 100), t -> t.narrow(0, 13, 60)),
          new Part(Shape.of(20, 100), t -> t.shardOf(Shape.of(101, 100), 55, 0)),
          new Part(Shape.of(41, 50), t -> t.narrow(1, 3, 21)),
          new Part(Shape.of(41, 51), t -> t.narrow(0, 2, 37).every(1, 1, 3)),
          new Part(Shape.of(41, 50), t -> t.narrow(1, 3, 21).shardOf(Shape.of(41, 60), 0, 30)));

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d\\d")
  void torchCudaHasTheBitsOfTheCpu(DType dtype) {
    for (Fill fill : FILLS) {
      for (Part part : PARTS) {
        TorchCudaGenerator ours = Generator.torchCuda(42, SMALL);
        TorchCudaGenerator theirs = Generator.torchCuda(42, SMALL);
        String what = fill + " of part of " + part.memory() + " in " + dtype;
        for (int call = 0; call < 2; call++) {
          assertArrayEquals(
              SameBits.bytes(Device.CPU, fill, dtype, part.memory(), part.of(), ours),
              SameBits.bytes(Device.cuda(0), fill, dtype, part.memory(), part.of(), theirs),
              what);
        }
        assertEquals(ours.offset(), theirs.offset(), what);
      }
    }
  }

  /** The generator of no device in particular is that of the tensor's. */
  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void theDeviceAtHandNamesTheGeometry(DType dtype) {
    Gpu gpu = Gpus.of(Device.cuda(0));
    Fill matrix = new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR);
    for (Fill fill : List.of(new Fill.Normal(0, 1), new Fill.Sparse(0.5, 1), matrix)) {
      Shape shape = Shape.of(30, 20);
      assertArrayEquals(
          SameBits.bytes(
              Device.CPU, fill, dtype, shape, t -> t, Generator.torchCuda(7, gpu.geometry())),
          SameBits.bytes(Device.cuda(0), fill, dtype, shape, t -> t, Generator.torchCuda(7)),
          fill.toString());
    }
  }

  /** A shard that got no rows: nothing is written, and the generator moves as on the CPU. */
  @Test
  void regionsWithoutElementsOnlyMoveTheGenerator() {
    Shape whole = Shape.of(8, 4, 3, 3);
    for (String init :
        List.of("delta_orthogonal", "icnr(upscale=2)", "normal", "orthogonal", "sparse(0.5)")) {
      Shape of = init.startsWith("sparse") ? Shape.of(8, 4) : whole;
      for (Generator seeded :
          List.of(Generator.torchCpu(3), Generator.torchCuda(3, SMALL), Generator.philox(3))) {
        List<String> moved = new ArrayList<>();
        for (Device device : List.of(Device.CPU, Device.cuda(0))) {
          Generator generator = seeded.copy();
          long[] none = of.sizes();
          none[0] = 0;
          try (Tensor tensor = Tensor.empty(Shape.of(none), DType.F32, device)) {
            tensor.shardOf(of, new long[of.rank()]).fill(Init.parse(init), generator);
          }
          moved.add(generator.toString());
        }
        assertEquals(moved.getFirst(), moved.getLast(), init);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d\\d")
  void torchCpuHasTheBitsOfTheCpu(DType dtype) {
    for (Fill fill : FILLS) {
      for (Part part : PARTS) {
        assertArrayEquals(
            SameBits.bytes(
                Device.CPU, fill, dtype, part.memory(), part.of(), Generator.torchCpu(3)),
            SameBits.bytes(
                Device.cuda(0), fill, dtype, part.memory(), part.of(), Generator.torchCpu(3)),
            fill + " of part of " + part.memory());
      }
    }
  }
}
