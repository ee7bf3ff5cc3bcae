// SPDX-License-Identifier: Apache-2.0
package org.initium.testing;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.law.Circle;
import org.initium.law.Normal32;
import org.initium.law.Normal64;
import org.initium.law.Philox;
import org.initium.law.Quantile32;
import org.initium.law.Quantile64;
import org.initium.law.Uniform32;
import org.initium.law.Uniform64;
import org.initium.law.UnitInterval;

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
          case Fill.ByQuantile t ->
              dtype == DType.F64
                  ? Quantile64.of(t).at(bits53(seed, start, index))
                  : Quantile32.of(t, dtype).at(Philox.word(seed, start + index));
          case Fill.Eye e ->
              index / whole.size(1) % (whole.size(0) / e.groups()) == index % whole.size(1)
                  ? e.gain()
                  : 0;
          case Fill.Hadamard h ->
              (Long.bitCount(index / whole.size(1) & index % whole.size(1)) & 1) == 0
                  ? h.scale()
                  : -h.scale();
          case Fill.ByIndex f -> f.function().at(RandomRegion.index(whole, index), whole.sizes());
          case Fill.Sparse s -> sparse(s, whole, dtype, seed, start, index);
          case Fill.Orthogonal o -> throw new AssertionError("not of one element");
        };
    return dtype.round(value);
  }

  private static long bits53(long seed, long start, long index) {
    int[] words = new int[4];
    Philox.block(seed, Philox.blockOfDouble(start, index), words);
    int at = (start + index & 1) == 0 ? 0 : 2;
    return UnitInterval.bits53(words[at], words[at + 1]);
  }

  private static float normal(Normal32 law, long seed, long n) {
    int x = Philox.word(seed, n & ~1);
    int y = Philox.word(seed, n | 1);
    float side = (n & 1) == 0 ? Circle.sin(y) : Circle.cos(y);
    return Math.fma(Normal32.radius(x) * side, law.std(), law.mean());
  }

  private static double normal(Normal64 law, long seed, long start, long index) {
    int[] w = new int[4];
    Philox.block(seed, Philox.blockOfDouble(start, index), w);
    long x = UnitInterval.bits53(w[0], w[1]);
    long y = UnitInterval.bits53(w[2], w[3]);
    double side = (start + index & 1) == 0 ? Circle.sin(y) : Circle.cos(y);
    return Math.fma(Normal64.radius(x) * side, law.std(), law.mean());
  }

  /** Of a fill that is zeros but for its center tap, too. */
  public static double at(Fill fill, Shape whole, DType dtype, long seed, long start, long index) {
    return switch (fill) {
      case Fill.Elementary elementary -> at(elementary, whole, dtype, seed, start, index);
      case Fill.Center center -> {
        for (int d = whole.rank() - 1; d >= 2; d--) {
          if (index % whole.size(d) != whole.size(d) / 2) {
            yield 0;
          }
          index /= whole.size(d);
        }
        yield at(center.tap(), Fill.Center.tapShape(whole), dtype, seed, start, index);
      }
      case Fill.Repeated _, Fill.Each _ -> throw new AssertionError("not of one element");
    };
  }

  /** Sorts the whole column, and counts the group's elements one by one. */
  private static double sparse(
      Fill.Sparse fill, Shape whole, DType dtype, long seed, long start, long index) {
    long columns = whole.size(1);
    long width = 1;
    while (width < 16 && width < columns) {
      width *= 2;
    }
    long row = index / columns;
    long column = index % columns;
    long perTile = (whole.size(0) * width + 15) / 16 * 16;
    long tile = column / width;
    long all = (columns + width - 1) / width * perTile;
    long keys = (start + 3) / 4 * 4;
    long group = (row * width + column % width) / 2048 * 2048;
    long kept = 0;
    for (long i = group; ; i++) {
      long c = tile * width + i % width;
      boolean zero =
          c >= columns
              || zeros(fill, whole, seed, keys, all, tile * perTile, width, c).contains(i / width);
      if (i / width == row && c == column) {
        long normal = tile * perTile + group + kept;
        Fill.Normal law = new Fill.Normal(0, fill.std());
        return zero ? 0 : at(law, whole, dtype, seed, keys + all / 4 + all, normal);
      }
      kept += zero ? 0 : 1;
    }
  }

  private record Column(Fill.Sparse fill, Shape whole, long seed, long keys, long column) {}

  private static final Map<Column, Set<Long>> ZEROS = new ConcurrentHashMap<>();

  /** The rows of a column's zeros: the least by key, tie word and row. */
  private static Set<Long> zeros(
      Fill.Sparse fill,
      Shape whole,
      long seed,
      long keys,
      long all,
      long tileStart,
      long width,
      long column) {
    return ZEROS.computeIfAbsent(
        new Column(fill, whole, seed, keys, column),
        c -> {
          Map<Long, Integer> key = new HashMap<>();
          Map<Long, Long> tie = new HashMap<>();
          for (long row = 0; row < whole.size(0); row++) {
            long i = tileStart + row * width + column % width;
            key.put(row, Philox.word(seed, keys + i / 4) >>> 8 * (i % 4) & 255);
            tie.put(row, Integer.toUnsignedLong(Philox.word(seed, keys + all / 4 + i)));
          }
          return key.keySet().stream()
              .sorted(
                  Comparator.<Long, Integer>comparing(key::get)
                      .thenComparing(tie::get)
                      .thenComparing(Comparator.naturalOrder()))
              .limit((long) Math.ceil(fill.sparsity() * whole.size(0)))
              .collect(Collectors.toSet());
        });
  }
}
