// SPDX-License-Identifier: Apache-2.0
package org.initium.law;

import org.initium.DType;
import org.initium.Fill;
import org.initium.law.quantile.QuantileSeries;
import org.initium.law.quantile.RecentTables;

/**
 * A law by its inverse distribution function in the types computed in binary32: its value at the
 * element's one word, from the table of {@link QuantileSeries}. Operations: {@code flip = w >> 31}
 * (0 or -1), {@code f = float(w ^ flip) + 0.5}, {@code row = (bits(f) >>> 19) - FIRST_ROW + (flip &
 * SEGMENTS)}, {@code s = float with the bits ((bits(f) << 4) & 0x7fffff) | 0x3f800000, - 1.5},
 * {@code x = fma(fma(fma(c3, s, c2), s, c1), s, c0)} of that row's four coefficients, then at most
 * {@code high}, then at least {@code low}. The bounds only ever catch rounding.
 *
 * @param table as {@link QuantileSeries} has it, four coefficients a row, of s^0 first, {@link
 *     #SEGMENTS} rows a side; not to be written to
 * @param low the least value of the dtype in [a, b]
 * @param high the greatest value of the dtype in [a, b]
 */
public record Quantile32(float[] table, float low, float high) implements ElementLaw.OfWords {
  /** Rows of one side: 32 octaves, and the first segment of the one that rounding can reach. */
  public static final int SEGMENTS = 32 * QuantileSeries.PER_OCTAVE + 1;

  /** Of a table. */
  public static final int BYTES = 2 * SEGMENTS * 4 * Float.BYTES;

  /** The upper 13 bits of 0.5. */
  public static final int FIRST_ROW = 0x3f000000 >>> 19;

  private static final RecentTables<float[]> TABLES = new RecentTables<>(Quantile32::table);

  /** The law of a fill in f32, f16 or bf16. */
  public static Quantile32 of(Fill.ByQuantile fill, DType dtype) {
    double[] bounds = ElementLaw.bounds(fill, dtype);
    return new Quantile32(TABLES.of(fill), (float) bounds[0], (float) bounds[1]);
  }

  private static float[] table(Fill.ByQuantile fill) {
    float[] table = new float[2 * SEGMENTS * 4];
    QuantileSeries.compute(
        fill, 32, SEGMENTS, Float.MAX_VALUE, (row, c) -> putCubic(table, 4 * row, c));
    return table;
  }

  /** The series cut to cubics: s^4 and s^5 by their Chebyshev polynomials on [-1/2, 1/2]. */
  private static void putCubic(float[] table, int at, double[] c) {
    table[at] = (float) (c[0] - c[4] / 128);
    table[at + 1] = (float) (c[1] - c[5] * 5 / 256);
    table[at + 2] = (float) (c[2] + c[4] / 4);
    table[at + 3] = (float) (c[3] + c[5] * 5 / 16);
  }

  @Override
  public float at(int word) {
    int flip = word >> 31;
    int bits = Float.floatToRawIntBits((float) (word ^ flip) + 0.5f);
    int row = 4 * ((bits >>> 19) - FIRST_ROW + (flip & SEGMENTS));
    float s = Float.intBitsToFloat(bits << 4 & 0x7fffff | 0x3f800000) - 1.5f;
    float x =
        Math.fma(
            Math.fma(Math.fma(table[row + 3], s, table[row + 2]), s, table[row + 1]),
            s,
            table[row]);
    x = x > high ? high : x;
    return x < low ? low : x;
  }

  @Override
  public double[] numbers() {
    return new double[] {low, high};
  }
}
