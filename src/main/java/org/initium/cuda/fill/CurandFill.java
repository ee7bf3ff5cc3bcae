// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.fill;

import java.util.List;
import org.initium.DType;
import org.initium.DeviceUnavailableException;
import org.initium.cuda.CudaOptions;
import org.initium.cuda.device.CudaStorage;
import org.initium.cuda.device.DeviceLocal;
import org.initium.cuda.device.Gpu;
import org.initium.cuda.device.Leases;
import org.initium.kernel.KernelRegion;
import org.initium.kernel.Parameters;
import org.initium.text.Artifact;

/**
 * Queues the fills whose elements each have words of their own by cuRAND: numbers of the whole
 * tensor (of the region's span where the generator is Philox and the numbers are not f64), then a
 * kernel of ours for the affine map or the inverse distribution function, the rounding and the
 * layout.
 *
 * <p>A whole contiguous f32 or f64 tensor is worked on in place. Anything else takes memory beside
 * it, 4 or 8 bytes a number, which goes back behind the fill.
 *
 * <p>With Philox the bits are those of our own kernels, but for normals, which are within 4e-6 (of
 * standard deviation 1), and truncated normals in f64, whose words are drawn in another order.
 *
 * @param target what is filled
 * @param generator cuRAND's generator
 * @param seed of the generator
 * @param start the place in its sequence, in numbers
 */
record CurandFill(FillTarget target, CudaOptions.CurandGenerator generator, long seed, long start) {
  /** What becomes of cuRAND's numbers: uniforms, normals and words; the numbers of mapped.cu. */
  private enum Mapping {
    AFFINE,
    NORMAL,
    QUANTILE
  }

  /** The map's parameters, as the laws have them. */
  private record Law(Mapping map, double a, double b, double least, double greatest, long table) {}

  /** cuRAND's generators, of each type one for each thread. */
  private static final DeviceLocal<Leases<Curand>> GENERATORS =
      new DeviceLocal<>(gpu -> new Leases<>(gpu, false, Curand::destroy));

  void fill(DeviceLaw own) {
    double[] n = own.numbers();
    switch (own.family()) {
      case UNIFORM -> enqueue(new Law(Mapping.AFFINE, n[0], n[1], n[2], n[3], 0));
      case NORMAL -> enqueue(new Law(Mapping.NORMAL, n[0], n[1], 0, 0, 0));
      case QUANTILE -> enqueue(new Law(Mapping.QUANTILE, 0, 0, n[0], n[1], own.table().address()));
    }
  }

  private void enqueue(Law law) {
    Artifact.JCURAND.require(DeviceUnavailableException::new);
    DType dtype = target.dtype().computedIn();
    List<KernelRegion> regions = target.regions();
    boolean windowed = generator == CudaOptions.CurandGenerator.PHILOX4_32_10 && !dtype.isWide();
    // Normals come in pairs, of which the first has an even place.
    long first = windowed ? start + span(regions)[0] & ~1L : start;
    long end = start + (windowed ? span(regions)[1] : target.tensor().whole().numel());
    long from = generator.skips() ? first : 0;
    long count = end - from + 1 & ~1L;
    long address = regions.getFirst().memory();
    boolean inPlace =
        dtype == target.dtype()
            && target.tensor().layout().isOneRun()
            && from == start
            && count == target.tensor().shape().numel()
            && address % 16 == 0;
    if (inPlace) {
      enqueue(law, regions, from, count, address);
      return;
    }
    try (CudaStorage beside =
        CudaStorage.allocate(target.gpu(), Math.multiplyExact(count, dtype.bytes()))) {
      target.stream()
          .enqueue(List.of(beside), () -> enqueue(law, regions, from, count, beside.address()));
    }
  }

  private void enqueue(Law law, List<KernelRegion> regions, long from, long count, long memory) {
    DType dtype = target.dtype().computedIn();
    Gpu gpu = target.gpu();
    GENERATORS
        .of(gpu)
        .use(
            target.stream(),
            curand -> curand.type() == generator,
            () -> new Curand(gpu.device().toString(), generator),
            lease -> {
              Curand curand = lease.thing();
              curand.start(target.stream().handle(), seed, from);
              switch (law.map) {
                case AFFINE -> curand.uniforms(dtype, memory, count);
                case NORMAL -> curand.normals(dtype, memory, count);
                case QUANTILE -> curand.words(memory, dtype.isWide() ? 2 * count : count);
              }
            });
    for (KernelRegion region : regions) {
      map(region, law, memory, from - start, count);
    }
  }

  /** The least index in the whole that the tensor has, and the greatest and one. */
  private static long[] span(List<KernelRegion> regions) {
    long least = Long.MAX_VALUE;
    long most = 0;
    for (KernelRegion region : regions) {
      long last = region.start() + region.length() - 1;
      for (int d = 0; d < region.sizes().length; d++) {
        last += (region.sizes()[d] - 1) * region.wholeStrides()[d];
      }
      least = Math.min(least, region.start());
      most = Math.max(most, last + 1);
    }
    return new long[] {least, most};
  }

  /** Queues the kernel; number 0 is that of element {@code first} of the whole. */
  private void map(KernelRegion region, Law law, long numbers, long first, long count) {
    Parameters parameters = region.parameters();
    parameters.add(numbers).add(first).add(count).add((long) law.map.ordinal());
    parameters.add(law.a).add(law.b).add(law.least).add(law.greatest).add(law.table);
    target.launch("mapped", region, parameters);
  }
}
