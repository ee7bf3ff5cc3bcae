// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

import org.initium.DType;
import org.initium.Fill;
import org.initium.law.quantile.QuantileSeries;
import org.initium.law.quantile.RecentTables;

/**
 * A law by its inverse distribution function in f64: as {@link Quantile32}, of 53 bits, with the
 * whole series of {@value QuantileSeries#COEFFICIENTS} coefficients in Horner's scheme.
 *
 * @param table as {@link QuantileSeries} has it, {@link #COEFFICIENTS} coefficients a row, of s^0
 *     first, {@link #SEGMENTS} rows a side; not to be written to
 * @param low the least value: a, or the least there is
 * @param high the greatest value: b, or the greatest there is
 */
public record Quantile64(double[] table, double low, double high) implements ElementLaw.OfDoubles {
  /** Rows of one side: 53 octaves. */
  public static final int SEGMENTS = 53 * QuantileSeries.PER_OCTAVE;

  /** Coefficients of a row, of s^0 first. */
  public static final int COEFFICIENTS = QuantileSeries.COEFFICIENTS;

  /** Of a table. */
  public static final int BYTES = 2 * SEGMENTS * COEFFICIENTS * Double.BYTES;

  /** The upper 16 bits of 0.5. */
  public static final int FIRST_ROW = 0x3fe0;

  private static final RecentTables<double[]> TABLES = new RecentTables<>(Quantile64::table);

  /** The law of a fill in f64. */
  public static Quantile64 of(Fill.ByQuantile fill) {
    double[] bounds = ElementLaw.bounds(fill, DType.F64);
    return new Quantile64(TABLES.of(fill), bounds[0], bounds[1]);
  }

  private static double[] table(Fill.ByQuantile fill) {
    double[] table = new double[2 * SEGMENTS * COEFFICIENTS];
    QuantileSeries.compute(
        fill,
        53,
        SEGMENTS,
        Double.MAX_VALUE,
        (row, c) -> System.arraycopy(c, 0, table, row * COEFFICIENTS, COEFFICIENTS));
    return table;
  }

  @Override
  public double at(long bits53) {
    boolean upper = bits53 >>> 52 != 0;
    long m = upper ? (1L << 53) - 1 - bits53 : bits53;
    long bits = Double.doubleToRawLongBits((double) m + 0.5);
    int row = ((int) (bits >>> 48) - FIRST_ROW + (upper ? SEGMENTS : 0)) * COEFFICIENTS;
    double s = Double.longBitsToDouble(bits << 4 & (1L << 52) - 1 | 0x3ffL << 52) - 1.5;
    double x = table[row + COEFFICIENTS - 1];
    for (int n = COEFFICIENTS - 2; n >= 0; n--) {
      x = Math.fma(x, s, table[row + n]);
    }
    x = x > high ? high : x;
    return x < low ? low : x;
  }

  @Override
  public double[] numbers() {
    return new double[] {low, high};
  }
}
