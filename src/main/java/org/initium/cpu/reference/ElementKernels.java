// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.reference;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import org.initium.DType;
import org.initium.kernel.Kernel;
import org.initium.law.ElementLaw;
import org.initium.law.ElementLaw.Family;
import org.initium.law.Normal32;
import org.initium.law.Normal64;
import org.initium.law.Philox;
import org.initium.law.Quantile32;
import org.initium.law.Quantile64;
import org.initium.law.Uniform32;
import org.initium.law.Uniform64;

/** The kernels whose elements each have random bits of their own. */
final class ElementKernels {
  private ElementKernels() {}

  /** {@code Elements} of kernels/elements.cuh. */
  static Kernel drawn(Family law, DType dtype) {
    return (parameters, begin, end, flags) -> {
      StructReader struct = new StructReader(parameters);
      RegionRows rows = RegionRows.read(struct, dtype.bytes());
      long start = struct.next();
      long seed = struct.next(); // the key of the first round
      struct.next(Philox.ROUNDS - 1);
      fill(rows, law(law, dtype, struct), dtype, seed, start, begin, end);
    };
  }

  private static ElementLaw law(Family family, DType dtype, StructReader struct) {
    boolean wide = dtype.isWide();
    return switch (family) {
      case UNIFORM -> {
        double low = struct.nextDouble();
        double range = struct.nextDouble();
        double least = struct.nextDouble();
        double most = struct.nextDouble();
        yield wide
            ? new Uniform64(low, range, most)
            : new Uniform32((float) low, (float) range, (float) least, (float) most);
      }
      case NORMAL -> {
        double mean = struct.nextDouble();
        double std = struct.nextDouble();
        yield wide ? new Normal64(mean, std) : new Normal32((float) mean, (float) std);
      }
      case QUANTILE -> {
        long table = struct.next();
        double low = struct.nextDouble();
        double high = struct.nextDouble();
        if (wide) {
          int numbers = 2 * Quantile64.SEGMENTS * Quantile64.COEFFICIENTS;
          double[] series =
              StructReader.MEMORY
                  .asSlice(table, 8L * numbers)
                  .toArray(JAVA_DOUBLE.withByteAlignment(1));
          yield new Quantile64(series, low, high);
        }
        int numbers = 2 * Quantile32.SEGMENTS * 4;
        float[] series =
            StructReader.MEMORY
                .asSlice(table, 4L * numbers)
                .toArray(JAVA_FLOAT.withByteAlignment(1));
        yield new Quantile32(series, (float) low, (float) high);
      }
    };
  }

  private static void fill(
      RegionRows rows, ElementLaw law, DType dtype, long seed, long start, long begin, long end) {
    boolean wide = dtype.isWide();
    int perBlock = wide ? 2 : 4;
    int[] words = new int[4];
    double[] elements = new double[perBlock];
    rows.fill(
        begin,
        end,
        (group, out) -> {
          for (int at = 0; at < out.length; at += perBlock) {
            long position = group * out.length + at;
            long block = wide ? Philox.blockOfDouble(start, position - start) : position / perBlock;
            Philox.block(seed, block, words, 0);
            law.elements(words, elements);
            for (int k = 0; k < perBlock; k++) {
              out[at + k] = dtype.bits(elements[k]);
            }
          }
        });
  }
}
