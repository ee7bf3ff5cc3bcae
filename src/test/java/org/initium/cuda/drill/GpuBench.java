// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.drill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.DeviceUnavailableException;
import org.initium.Fill;
import org.initium.FillBatch;
import org.initium.InitiumException;
import org.initium.OutOfMemoryException;
import org.initium.Shape;
import org.initium.Stream;
import org.initium.Tensor;
import org.initium.cuda.CudaOptions;
import org.initium.cuda.device.CudaLife;
import org.initium.cuda.device.Gpus;
import org.initium.cuda.driver.Driver;
import org.initium.cuda.fill.Curand;
import org.initium.random.Generator;
import org.initium.testing.DTypes;

/**
 * Throughput on a GPU: each fill and dtype against cuMemsetD32 and a copy on the device, which are
 * the limits, and against cuRAND's host API called bare. Arguments: {@code fills} or {@code
 * orthogonal}; the file for the results, a line of JSON each, written as they come; the largest
 * power of two of elements; the software device takes small ones.
 */
final class GpuBench {
  private static final Device DEVICE = Device.cuda(0);
  private static final Backend BACKEND = Backend.of(DEVICE);
  private static final int REPEATS = 5;
  private static final double LEAST_SECONDS = 0.02;

  /** What is measured: a name, the bytes that it writes, and how it is queued. */
  private record Row(String name, long bytes, Runnable queue) {}

  private final Stream stream = BACKEND.newStream(DEVICE);
  private final Path results;

  private GpuBench(Path results) {
    this.results = results;
  }

  public static void main(String[] args) throws IOException {
    int most = Integer.parseInt(args[2]);
    GpuBench bench = new GpuBench(Files.writeString(Path.of(args[1]), ""));
    System.out.printf("%-44s %12s %12s%n", "what", "GB/s", "us");
    if (args[0].equals("fills")) {
      bench.fills(most);
    } else {
      bench.orthogonal(most);
    }
  }

  private void fills(int most) {
    for (int log : new int[] {10, 20, 24, 28, 30, 32}) {
      if (log <= most && (log >= 20 || most < 20)) {
        limits(1L << log);
        for (DType dtype : DTypes.FLOATS) {
          fills(1L << log, dtype);
        }
        curand(1L << log);
      }
    }
  }

  private void orthogonal(int most) {
    for (int side : most < 20 ? new int[] {32} : new int[] {32, 128, 512, 2048, 4096}) {
      for (Fill.Orthogonal.Method method : Fill.Orthogonal.Method.values()) {
        single(side, method);
        if (side <= 128) {
          batch(side, most < 20 ? 4 : 256, method);
        }
      }
    }
  }

  /** What the memory takes. */
  private void limits(long n) {
    withTensor(
        n,
        DType.F32,
        to -> {
          CUstream queue = CudaLife.stream(stream);
          CUdeviceptr target = Driver.at(to.storage().address(), new CUdeviceptr());
          measure(
              new Row(
                  "cuMemsetD32 2^" + log(n),
                  4 * n,
                  () -> JCudaDriver.cuMemsetD32Async(target, 0x3f800000, n, queue)));
          withTensor(
              n,
              DType.F32,
              from -> {
                CUdeviceptr source = Driver.at(from.storage().address(), new CUdeviceptr());
                measure(
                    new Row(
                        "copy on the device 2^" + log(n),
                        4 * n,
                        () -> JCudaDriver.cuMemcpyDtoDAsync(target, source, 4 * n, queue)));
              });
        });
  }

  private void fills(long n, DType dtype) {
    List<Fill> fills =
        new ArrayList<>(
            List.of(
                new Fill.Constant(1),
                new Fill.Uniform(-0.1, 0.1),
                new Fill.Normal(0, 0.02),
                new Fill.TruncatedNormal(0, 0.02, -0.04, 0.04)));
    if (dtype == DType.F32) { // by tables, as the truncated normal is in every dtype
      fills.addAll(List.of(new Fill.Cauchy(0, 1), new Fill.Laplace(0, 1), new Fill.Exponential(1)));
    }
    withTensor(
        n,
        dtype,
        tensor -> {
          for (Fill fill : fills) {
            String name = fill.getClass().getSimpleName() + " " + dtype + " 2^" + log(n);
            measure(fill(name, fill, tensor));
          }
          long side = 1L << log(n) / 2;
          Tensor matrix = tensor.reshape(n / side, side);
          for (Fill fill :
              List.of(new Fill.Eye(1), new Fill.Hadamard(1), new Fill.Sparse(0.1, 0.01))) {
            String name = fill.getClass().getSimpleName() + " " + dtype + " 2^" + log(n);
            measure(fill(name, fill, matrix));
          }
        });
  }

  /** The library itself, without a map behind it. */
  private void curand(long n) {
    withTensor(
        n,
        DType.F32,
        tensor -> {
          try (CudaLife.Context _ = CudaLife.enter(Gpus.of(DEVICE))) {
            Curand curand = new Curand("bench", CudaOptions.CurandGenerator.PHILOX4_32_10);
            curand.start(stream.handle(), 1, 0);
            long to = tensor.storage().address();
            measure(
                new Row(
                    "curandGenerateUniform f32 2^" + log(n),
                    4 * n,
                    () -> curand.uniforms(DType.F32, to, n)));
            measure(
                new Row(
                    "curandGenerateNormal f32 2^" + log(n),
                    4 * n,
                    () -> curand.normals(DType.F32, to, n)));
            stream.synchronize();
            curand.destroy();
          }
        });
  }

  private void single(int side, Fill.Orthogonal.Method method) {
    try (Tensor tensor = Tensor.empty(Shape.of(side, side), DType.F32, DEVICE)) {
      measure(
          fill("Orthogonal " + method + " f32 " + side, new Fill.Orthogonal(1, method), tensor));
    }
  }

  /** As many matrices of a model, in one batch. */
  private void batch(int side, int matrices, Fill.Orthogonal.Method method) {
    Fill fill = new Fill.Orthogonal(1, method);
    try (Tensor all = Tensor.empty(Shape.of(matrices, side, side), DType.F32, DEVICE)) {
      List<Tensor> each = new ArrayList<>();
      for (int i = 0; i < matrices; i++) {
        each.add(all.narrow(0, i, 1).reshape(side, side));
      }
      measure(
          new Row(
              "Orthogonal " + method + " f32 " + matrices + " x " + side,
              4L * matrices * side * side,
              () -> {
                FillBatch batch = new FillBatch();
                each.forEach(matrix -> batch.add(matrix, fill, Generator.philox(1)));
                batch.queue(stream);
              }));
    }
  }

  private Row fill(String name, Fill fill, Tensor tensor) {
    long bytes = tensor.shape().numel() * tensor.dtype().bytes();
    return new Row(name, bytes, () -> tensor.fill(fill, Generator.philox(1), stream));
  }

  private static int log(long n) {
    return 63 - Long.numberOfLeadingZeros(n);
  }

  private static void withTensor(long n, DType dtype, java.util.function.Consumer<Tensor> body) {
    try (Tensor tensor = Tensor.empty(Shape.of(n), dtype, DEVICE)) {
      body.accept(tensor);
    } catch (OutOfMemoryException | DeviceUnavailableException e) {
      System.out.println(e.getMessage());
    }
  }

  /** The median of some runs, each of as many calls as take long enough to be timed. */
  private void measure(Row row) {
    try (CudaLife.Context _ = CudaLife.enter(Gpus.of(DEVICE))) {
      row.queue.run();
      stream.synchronize();
      int calls = 1;
      while (seconds(row, calls) < LEAST_SECONDS && calls < 1 << 14) {
        calls *= 2;
      }
      double[] times = new double[REPEATS];
      for (int i = 0; i < REPEATS; i++) {
        times[i] = seconds(row, calls) / calls;
      }
      Arrays.sort(times);
      double median = times[REPEATS / 2];
      System.out.printf(
          Locale.ROOT, "%-44s %12.1f %12.2f%n", row.name, row.bytes / median / 1e9, median * 1e6);
      String line =
          String.format(
              Locale.ROOT,
              "{\"what\": \"%s\", \"bytes\": %d, \"seconds\": %s}%n",
              row.name,
              row.bytes,
              Arrays.toString(times));
      Files.writeString(results, line, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InitiumException e) {
      System.out.println(row.name + ": " + e.getMessage());
    }
  }

  private double seconds(Row row, int calls) {
    long start = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      row.queue.run();
    }
    stream.synchronize();
    return (System.nanoTime() - start) * 1e-9;
  }
}
