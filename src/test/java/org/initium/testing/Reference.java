package org.initium.testing;

import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.law.Circle;
import org.initium.law.ColumnMask;
import org.initium.law.Normal32;
import org.initium.law.Normal64;
import org.initium.law.Philox;
import org.initium.law.Truncated32;
import org.initium.law.Truncated64;
import org.initium.law.Uniform32;
import org.initium.law.Uniform64;
import org.initium.law.Units;

/** What a fill is, an element at a time from its definition: slow, and without a trick. */
public final class Reference {
  private Reference() {}

  /** One element of a fill that takes its words from {@code start} on, rounded to the dtype. */
  public static double at(
      Fill.Elementary fill, Shape whole, DType dtype, long seed, long start, long index) {
    double value =
        switch (fill) {
          case Fill.Constant c -> c.value();
          case Fill.Uniform u ->
              dtype == DType.F64
                  ? Uniform64.of(u).at(bits53(seed, start, index))
                  : Uniform32.of(u, dtype).at(Philox.word(seed, start + index));
          case Fill.Normal n ->
              dtype == DType.F64
                  ? normal(Normal64.of(n), seed, start, index)
                  : normal(Normal32.of(n), seed, start + index);
          case Fill.TruncatedNormal t ->
              dtype == DType.F64
                  ? Truncated64.of(t).at(bits53(seed, start, index))
                  : Truncated32.of(t, dtype).at(Philox.word(seed, start + index));
          case Fill.Eye e -> index / whole.size(1) == index % whole.size(1) ? e.gain() : 0;
          case Fill.Hadamard h ->
              (Long.bitCount(index / whole.size(1) & index % whole.size(1)) & 1) == 0
                  ? h.scale()
                  : -h.scale();
          case Fill.Dirac d -> dirac(d.groups(), whole, index);
          case Fill.Sparse s -> sparse(s, whole, dtype, seed, start, index);
          case Fill.Orthogonal o -> throw new AssertionError("not of one element");
        };
    return dtype.round(value);
  }

  private static long bits53(long seed, long start, long index) {
    int[] words = new int[4];
    Philox.block(seed, Philox.blockOfDouble(start, index), words, 0);
    int at = (start + index & 1) == 0 ? 0 : 2;
    return Units.bits53(words[at], words[at + 1]);
  }

  private static float normal(Normal32 law, long seed, long n) {
    int x = Philox.word(seed, n & ~1);
    int y = Philox.word(seed, n | 1);
    float side = (n & 1) == 0 ? Circle.sin(y) : Circle.cos(y);
    return Math.fma(Normal32.radius(x) * side, law.std(), law.mean());
  }

  private static double normal(Normal64 law, long seed, long start, long index) {
    int[] w = new int[4];
    Philox.block(seed, Philox.blockOfDouble(start, index), w, 0);
    long x = Units.bits53(w[0], w[1]);
    long y = Units.bits53(w[2], w[3]);
    double side = (start + index & 1) == 0 ? Circle.sin(y) : Circle.cos(y);
    return Math.fma(Normal64.radius(x) * side, law.std(), law.mean());
  }

  private static double dirac(long groups, Shape whole, long index) {
    for (int d = whole.rank() - 1; d >= 2; d--) {
      if (index % whole.size(d) != whole.size(d) / 2) {
        return 0;
      }
      index /= whole.size(d);
    }
    long row = index / whole.size(1);
    long column = index % whole.size(1);
    return row % (whole.size(0) / groups) == column ? 1 : 0;
  }

  private static double sparse(
      Fill.Sparse fill, Shape whole, DType dtype, long seed, long start, long index) {
    long mask = ColumnMask.start(fill, whole, dtype, start);
    long rows = whole.size(0);
    long left = fill.zerosPerColumn(whole);
    for (long row = 0; ; row++) {
      long i = row * whole.size(1) + index % whole.size(1);
      boolean zero =
          fill.maskWords(whole) == 1
              ? ColumnMask.isZero(Philox.word(seed, mask + i), (int) (rows - row), (int) left)
              : ColumnMask.isZero(
                  Philox.word(seed, mask + 2 * i),
                  Philox.word(seed, mask + 2 * i + 1),
                  rows - row,
                  left);
      if (i == index) {
        return zero ? 0 : at(new Fill.Normal(0, fill.std()), whole, dtype, seed, start, index);
      }
      left -= zero ? 1 : 0;
    }
  }
}
