// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.drill;

import java.util.List;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.FillBatch;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cuda.CudaOptions;
import org.initium.cuda.device.Gpus;
import org.initium.function.IndexFunction;
import org.initium.random.Generator;
import org.initium.testing.DTypes;

/**
 * What the drill runs under NVIDIA's tools. {@code touch}: every kernel once, on small tensors, for
 * compute-sanitizer. {@code profile LOG}: ten launches over 2^LOG elements, for ncu.
 */
final class DrillKernels {
  private static final Device DEVICE = Device.cuda(0);
  private static final Fill UNIFORM = new Fill.Uniform(-0.1, 0.1);
  private static final Fill NORMAL = new Fill.Normal(0, 0.02);
  private static final Fill TRUNCATED = new Fill.TruncatedNormal(0, 0.02, -0.04, 0.04);
  private static final Fill INDICES =
      new Fill.ByIndex(new IndexFunction.Arange(0, Double.POSITIVE_INFINITY, 1e-3, -1));
  private static final Fill SPARSE = new Fill.Sparse(0.1, 0.01);

  /** What a batch takes into launches of its own. */
  private static final List<Fill> BATCHED =
      List.of(
          new Fill.Constant(1),
          UNIFORM,
          NORMAL,
          TRUNCATED,
          new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR),
          new Fill.Orthogonal(1, Fill.Orthogonal.Method.HOUSEHOLDER));

  private static final List<Fill> OTHERS = List.of(SPARSE, new Fill.Eye(1), new Fill.Hadamard(1));

  private DrillKernels() {}

  public static void main(String[] arguments) {
    if (arguments[0].equals("touch")) {
      for (DType dtype : DTypes.FLOATS) {
        touch(dtype);
        System.out.println("touched every kernel of " + dtype);
      }
    } else {
      profile(1L << Integer.parseInt(arguments[1]));
    }
    Gpus.release();
  }

  private static void touch(DType dtype) {
    try (Tensor square = Tensor.empty(Shape.of(256, 256), dtype, DEVICE);
        Tensor narrow = Tensor.empty(Shape.of(256, 64), dtype, DEVICE);
        Tensor tall = Tensor.empty(Shape.of(1 << 14, 4), dtype, DEVICE);
        Tensor kernel = Tensor.empty(Shape.of(16, 16, 3), dtype, DEVICE)) {
      for (Fill fill : java.util.stream.Stream.concat(BATCHED.stream(), OTHERS.stream()).toList()) {
        fill(square, fill, Generator.philox(1));
        fill(square.narrow(1, 3, 201), fill, Generator.philox(1));
      }
      fill(tall, SPARSE, Generator.philox(1));
      fill(kernel, new Fill.Center(new Fill.Eye(1, 2)), Generator.philox(1));
      fill(square, UNIFORM, Generator.torchCuda(1));
      fill(square, NORMAL, Generator.torchCuda(1));
      fill(square.narrow(1, 0, 200), UNIFORM, Generator.torchCpu(1));
      batch(square);
      fill(square.narrow(1, 0, 200), INDICES, Generator.philox(1));
      batch(narrow); // of matrices small enough for one launch
      CudaOptions.use(CudaOptions.CURAND);
      fill(square, UNIFORM, Generator.philox(1));
      fill(square, TRUNCATED, Generator.philox(1));
      CudaOptions.use(CudaOptions.DEFAULT);
    }
  }

  /** Parts of a tensor, in one launch each kind. */
  private static void batch(Tensor tensor) {
    FillBatch batch = new FillBatch();
    for (Fill fill : BATCHED) {
      for (int i = 0; i < 8; i++) {
        batch.add(tensor.narrow(0, 32 * i, 32), fill, Generator.philox(i));
      }
    }
    try (Stream stream = Backend.of(DEVICE).newStream(DEVICE)) {
      batch.queue(stream);
      stream.synchronize();
    }
  }

  private static void profile(long n) {
    for (DType dtype : List.of(DType.F32, DType.BF16)) {
      try (Tensor tensor = Tensor.empty(Shape.of(n / 4096, 4096), dtype, DEVICE)) {
        for (Fill fill : List.of(UNIFORM, NORMAL, TRUNCATED, SPARSE)) {
          fill(tensor, fill, Generator.philox(1));
        }
        if (dtype == DType.BF16) {
          fill(tensor, new Fill.Hadamard(1), Generator.philox(1));
        }
      }
    }
    try (Tensor tensor = Tensor.empty(Shape.of(n), DType.F64, DEVICE)) {
      fill(tensor, NORMAL, Generator.philox(1));
    }
  }

  private static void fill(Tensor tensor, Fill fill, Generator generator) {
    Stream stream = Backend.of(DEVICE).defaultStream(DEVICE);
    try {
      tensor.fill(fill, generator, stream);
      stream.synchronize();
    } catch (RuntimeException e) {
      System.out.println(fill + " in " + tensor.dtype() + ": " + e.getMessage());
    }
  }
}
