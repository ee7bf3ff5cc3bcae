// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.reference;

import java.lang.foreign.ValueLayout;
import org.initium.DType;
import org.initium.kernel.Kernel;

/** The kernels that nothing is random in. */
final class FixedKernels {
  private FixedKernels() {}

  /** Every element is one value: {@code Constant} of kernels/elements.cuh. */
  static Kernel constant(int bytes) {
    return (parameters, begin, end, flags) -> {
      StructReader struct = new StructReader(parameters);
      RegionRows rows = RegionRows.read(struct, bytes);
      constant(rows, struct.next(), begin, end);
    };
  }

  static void constant(RegionRows rows, long bits, long begin, long end) {
    rows.fill(begin, end, (group, out) -> java.util.Arrays.fill(out, bits));
  }

  /** {@code Hadamard} of kernels/fixed.cuh: value * (-1)^popcount(row & column). */
  static Kernel hadamard(DType dtype) {
    return (parameters, begin, end, flags) -> {
      StructReader struct = new StructReader(parameters);
      RegionRows rows = RegionRows.read(struct, dtype.bytes());
      long columns = struct.next();
      double value = struct.nextDouble();
      long plus = dtype.bits(value);
      long minus = dtype.bits(-value);
      rows.fill(
          begin,
          end,
          (group, out) -> {
            for (int k = 0; k < out.length; k++) {
              long at = group * out.length + k;
              long both = at / columns & at % columns;
              out[k] = Long.bitCount(both) % 2 == 0 ? plus : minus;
            }
          });
    };
  }

  /** {@code Matrix} of kernels/cpu/matrix.h: elements of a matrix in memory, times a number. */
  static Kernel matrix(DType dtype) {
    return (parameters, begin, end, flags) -> {
      StructReader struct = new StructReader(parameters);
      RegionRows rows = RegionRows.read(struct, dtype.bytes());
      long matrix = struct.next();
      long height = struct.next();
      long width = struct.next();
      long rowStep = struct.next();
      long columnStep = struct.next();
      double gain = struct.nextDouble();
      rows.fill(
          begin,
          end,
          (group, out) -> {
            for (int k = 0; k < out.length; k++) {
              long at = group * out.length + k;
              if (at < height * width) { // a group may end behind the matrix
                long place = at / width * rowStep + at % width * columnStep;
                out[k] = dtype.bits(scaled(dtype, matrix, place, gain));
              }
            }
          });
    };
  }

  private static double scaled(DType dtype, long matrix, long place, double gain) {
    return dtype.isWide()
        ? gain * StructReader.MEMORY.get(ValueLayout.JAVA_DOUBLE, matrix + 8 * place)
        : (float) gain * StructReader.MEMORY.get(ValueLayout.JAVA_FLOAT, matrix + 4 * place);
  }

  /** {@code Diagonal} of kernels/fixed.cuh. */
  static void diagonal(long[] parameters, long begin, long end, long flags) {
    StructReader struct = new StructReader(parameters);
    long memory = struct.next();
    long bits = struct.next();
    int bytes = (int) struct.next();
    long firstRow = struct.next();
    struct.next(); // rows
    long period = struct.next();
    long firstColumn = struct.next();
    long columns = struct.next();
    long rowStride = struct.next();
    long columnStride = struct.next();
    for (long row = begin; row < end; row++) {
      long column = (firstRow + row) % period - firstColumn;
      if (column >= 0 && column < columns) {
        long at = memory + bytes * (row * rowStride + column * columnStride);
        constant(RegionRows.run(at, 0, 1, bytes), bits, 0, 1);
      }
    }
  }
}
