// SPDX-License-Identifier: Apache-2.0
package org.initium.torch.kernel;

import java.util.ArrayList;
import java.util.List;
import org.initium.DType;
import org.initium.Tensor;
import org.initium.random.GpuGeometry;
import org.initium.random.TorchCudaGenerator;

/**
 * A start of torch's kernel that draws the elements {@code start} and on of a tensor.
 *
 * @param start the first element
 * @param count how many
 * @param offset the generator's offset: four times the number of each thread's first block
 * @param threads in all blocks of the grid together
 * @param seed of the generator
 */
public record CudaLaunch(long start, long count, long offset, int threads, long seed) {
  /** Elements that a block of four words is for. */
  static int width(DType dtype) {
    return dtype.isWide() ? 2 : 4;
  }

  /** Elements of which each thread makes as many as it makes at once. */
  public long wave(DType dtype) {
    return (long) threads * width(dtype);
  }

  /**
   * A later start, with the same numbers, whose draws are those that the elements {@code first} to
   * {@code last - 1} of the tensor need.
   */
  public CudaLaunch within(long first, long last, DType dtype) {
    long skipped = (first - start) / wave(dtype);
    long from = start + skipped * wave(dtype);
    return new CudaLaunch(from, last - from, offset + 4 * skipped, threads, seed);
  }

  /** The starts for a tensor; moves the generator, which must name its device. */
  public static List<CudaLaunch> of(Tensor tensor, TorchCudaGenerator generator) {
    return of(DrawnTensor.of(tensor), generator.geometry().orElseThrow(), generator);
  }

  /** Elements of a tensor behind one another. */
  private record Run(long start, long count) {}

  /**
   * The starts for a tensor: one, or, where a byte's place in the tensor needs more than 31 bits,
   * one for each part. A tensor in parts moves the generator once more, before them all.
   */
  public static List<CudaLaunch> of(
      DrawnTensor whole, GpuGeometry gpu, TorchCudaGenerator generator) {
    CudaLaunch all = launch(new Run(0, whole.numel()), whole.dtype(), gpu, generator);
    if (fits(whole, whole.layout().sizes())) {
      return List.of(all);
    }
    List<Run> parts = new ArrayList<>();
    split(whole, whole.layout().sizes(), 0, parts);
    return parts.stream().map(part -> launch(part, whole.dtype(), gpu, generator)).toList();
  }

  private static CudaLaunch launch(
      Run part, DType dtype, GpuGeometry gpu, TorchCudaGenerator generator) {
    int threads = gpu.blocks(part.count) * GpuGeometry.BLOCK;
    long draws = (part.count - 1) / ((long) threads * width(dtype)) + 1;
    return new CudaLaunch(
        part.start, part.count, generator.take(4 * draws), threads, generator.seed());
  }

  private static boolean fits(DrawnTensor whole, long[] sizes) {
    long furthest = 1;
    for (int d = 0; d < sizes.length; d++) {
      furthest += (sizes[d] - 1) * whole.layout().memoryStrides()[d] * whole.dtype().bytes();
    }
    return furthest <= Integer.MAX_VALUE;
  }

  /**
   * Halves the dimension that reaches furthest until all parts fit. That is the outermost of more
   * than one element, so that a part is a run of elements.
   */
  private static void split(DrawnTensor whole, long[] sizes, long start, List<Run> parts) {
    int outermost = 0;
    while (outermost < sizes.length - 1 && sizes[outermost] == 1) {
      outermost++;
    }
    long inner = 1;
    for (int d = outermost + 1; d < sizes.length; d++) {
      inner *= sizes[d];
    }
    if (fits(whole, sizes)) {
      parts.add(new Run(start, inner * sizes[outermost]));
      return;
    }
    long first = sizes[outermost] / 2;
    long[] half = sizes.clone();
    half[outermost] = first;
    split(whole, half, start, parts);
    half[outermost] = sizes[outermost] - first;
    split(whole, half, start + first * inner, parts);
  }
}
