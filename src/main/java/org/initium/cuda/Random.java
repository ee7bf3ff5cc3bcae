package org.initium.cuda;

import org.initium.DType;
import org.initium.Fill;
import org.initium.kernel.KernelRegion;
import org.initium.kernel.Parameters;

/** Queues the fills whose elements each have words of their own, with the laws of the CPU. */
final class Random {
  private Random() {}

  static void uniform(Target target, Fill.Uniform fill, long seed, long start) {
    Laws.Uniform law = Laws.Uniform.of(fill, target.dtype());
    if (isByCurand(fill)) {
      curand(target, seed, start).uniform(law);
      return;
    }
    for (KernelRegion region : target.regions(start)) {
      try (Parameters parameters = new Parameters()) {
        region.addTo(parameters);
        parameters.addSource(seed, start);
        law.addTo(parameters);
        target.launch("uniform", region, parameters);
      }
    }
  }

  /** Whether cuRAND makes the numbers of a fill. */
  static boolean isByCurand(Fill.Elementary fill) {
    boolean itCan =
        fill instanceof Fill.Uniform
            || fill instanceof Fill.Normal
            || fill instanceof Fill.TruncatedNormal;
    return itCan && CudaOptions.current().engine() == CudaOptions.Engine.CURAND;
  }

  private static CurandFill curand(Target target, long seed, long start) {
    return new CurandFill(target, CudaOptions.current().generator(), seed, start);
  }

  /** N(0, 1) in a matrix of the computing type that is column by column. */
  static void gaussian(
      Target target, DType dtype, long matrix, int rows, int columns, long seed, long start) {
    KernelRegion region =
        new KernelRegion(
            matrix,
            start,
            columns,
            rows,
            new long[] {rows},
            new long[] {1},
            new long[] {columns},
            dtype);
    try (Parameters parameters = new Parameters()) {
      region.addTo(parameters);
      parameters.addSource(seed, start);
      parameters.add(0.0).add(1.0);
      target.launch("normal", dtype, region.items(), parameters);
    }
  }

  static void normal(Target target, Fill.Normal fill, long seed, long start) {
    if (isByCurand(fill)) {
      curand(target, seed, start).normal(fill);
      return;
    }
    Laws.Normal law = Laws.Normal.of(fill, target.dtype());
    for (KernelRegion region : target.regions(start)) {
      try (Parameters parameters = new Parameters()) {
        region.addTo(parameters);
        parameters.addSource(seed, start);
        law.addTo(parameters);
        target.launch("normal", region, parameters);
      }
    }
  }

  static void truncated(Target target, Fill.TruncatedNormal fill, long seed, long start) {
    try (Laws.Truncated law = Laws.Truncated.of(fill, target)) {
      law.table().usedBy(target.stream());
      if (isByCurand(fill)) {
        curand(target, seed, start).truncated(law);
        return;
      }
      for (KernelRegion region : target.regions(start)) {
        try (Parameters parameters = new Parameters()) {
          region.addTo(parameters);
          parameters.addSource(seed, start);
          law.addTo(parameters);
          target.launch("truncated", region, parameters);
        }
      }
    }
  }
}
