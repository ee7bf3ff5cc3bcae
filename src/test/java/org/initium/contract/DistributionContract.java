// SPDX-License-Identifier: Apache-2.0
package org.initium.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.random.Generator;
import org.initium.testing.Fills;
import org.initium.testing.Statistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A device's fills follow their laws: shape, moments, tails and ends. */
public abstract class DistributionContract {
  private static final int N = 1 << 20;

  /** The device under test. */
  protected abstract Device device();

  private double[] sample(Fill fill, DType dtype, Shape shape, long seed) {
    try (Tensor tensor = Tensor.empty(shape, dtype, device())) {
      Fills.fill(tensor, fill, Generator.philox(seed));
      try (Tensor read = tensor.toCpu()) {
        double[] values = new double[Math.toIntExact(shape.numel())];
        for (int i = 0; i < values.length; i++) {
          values[i] = dtype.get(read.segment(), i);
        }
        return values;
      }
    }
  }

  private double[] sample(Fill fill, DType dtype, long seed) {
    return sample(fill, dtype, Shape.of(N), seed);
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "F64"})
  void uniform(DType dtype) {
    double[] x = sample(new Fill.Uniform(-2, 3), dtype, 1);
    Statistics.kolmogorovSmirnov(x, v -> (v + 2) / 5);
    long[] counts = new long[1000];
    for (double v : x) {
      counts[(int) ((v + 2) * 200)]++;
    }
    Statistics.equallyLikely(counts);
    // the same of neighbors: 32 x 32 classes of pairs
    long[] pairs = new long[1024];
    for (int i = 0; i < N; i += 2) {
      pairs[(int) ((x[i] + 2) * 6.4) * 32 + (int) ((x[i + 1] + 2) * 6.4)]++;
    }
    Statistics.equallyLikely(pairs);
  }

  /** No element is b, and neither end has more than its cells: in bf16 those are counted. */
  @ParameterizedTest
  @EnumSource(value = DType.class, mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d.*")
  void uniformIsHalfOpen(DType dtype) {
    for (double[] bounds : new double[][] {{0, 1}, {-1, 1}, {-0.02, 0.02}, {0.1, 0.3}}) {
      double a = bounds[0];
      double b = bounds[1];
      double[] x = sample(new Fill.Uniform(a, b), dtype, 2);
      double low = dtype.atLeast(a);
      double high = dtype.below(b);
      long lows = 0;
      long highs = 0;
      for (double v : x) {
        assertTrue(v >= low && v <= high, v + " is not in [" + a + ", " + b + ") in " + dtype);
        lows += v == low ? 1 : 0;
        highs += v == high ? 1 : 0;
      }
      double previous = dtype.below(high);
      double topCell = b - (high + previous) / 2; // what rounds to the top, and what rounds to b
      Statistics.rare("elements at the top of " + dtype, highs, N * topCell / (b - a));
      double above = -dtype.below(-low);
      double lowCell = (low + above) / 2 - a;
      Statistics.rare("elements at the bottom of " + dtype, lows, N * lowCell / (b - a));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "F64"})
  void normal(DType dtype) {
    double[] x = sample(new Fill.Normal(0, 1), dtype, 3);
    Statistics.kolmogorovSmirnov(x, DistributionContract::phi);
    double[] power = new double[5];
    double product = 0;
    for (int i = 0; i < N; i++) {
      for (int k = 1; k <= 4; k++) {
        power[k] += Math.pow(x[i], k) / N;
      }
      product += x[i] * x[i ^ 1] / N;
    }
    Statistics.mean("mean", power[1], 0, 1, N);
    Statistics.mean("second moment", power[2], 1, 2, N);
    Statistics.mean("third moment", power[3], 0, 15, N);
    Statistics.mean("fourth moment", power[4], 3, 96, N);
    Statistics.mean("product of a pair", product, 0, 1, N / 2);
  }

  /** 2^24 normals leave 9.6 beyond 5 sigma, and 4 sigma 1063. */
  @Test
  void normalTails() {
    double[] x = sample(new Fill.Normal(0, 1), DType.F32, Shape.of(1 << 24), 4);
    for (double sigmas : new double[] {3, 4, 5}) {
      long above = 0;
      long below = 0;
      for (double v : x) {
        above += v > sigmas ? 1 : 0;
        below += v < -sigmas ? 1 : 0;
      }
      double expected = x.length * phi(-sigmas);
      Statistics.rare("above " + sigmas + " sigma", above, expected);
      Statistics.rare("below " + sigmas + " sigma", below, expected);
    }
  }

  static List<Fill.TruncatedNormal> truncated() {
    return List.of(
        new Fill.TruncatedNormal(0, 1, -2, 2),
        new Fill.TruncatedNormal(0.1, 0.5, -0.05, 0.25),
        new Fill.TruncatedNormal(0, 1, 5, 6),
        new Fill.TruncatedNormal(0, 1, -40, -38),
        new Fill.TruncatedNormal(-39, 1, 0, 1),
        new Fill.TruncatedNormal(0, 0.02, -2, 2));
  }

  @ParameterizedTest
  @MethodSource("truncated")
  void truncatedNormal(Fill.TruncatedNormal law) {
    DoubleUnaryOperator below = truncatedBelow(law);
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      double[] x = sample(law, dtype, 5);
      long ends = 0;
      for (double v : x) {
        assertTrue(v >= law.a() && v <= law.b(), v + " is outside of " + law);
        ends += v == law.a() || v == law.b() ? 1 : 0;
      }
      // the half cells next to the bounds round to them, and the next ones may by an ulp of error
      double some = 3 * N * (cell(law.a(), law, dtype, below) + cell(law.b(), law, dtype, below));
      if (ends > some) {
        Statistics.rare("elements at the bounds of " + law, ends, some);
      }
      Statistics.kolmogorovSmirnov(x, below);
    }
  }

  /** The mass of the half cell of the dtype inside a bound. */
  private static double cell(
      double bound, Fill.TruncatedNormal law, DType dtype, DoubleUnaryOperator below) {
    double inside = bound == law.a() ? law.b() - law.a() : law.a() - law.b();
    double slope =
        Math.abs(below.applyAsDouble(bound + inside / 20_000) - below.applyAsDouble(bound));
    double half = (dtype == DType.F64 ? Math.ulp(bound) : Math.ulp((float) bound)) / 2;
    return slope / Math.abs(inside) * 20_000 * half;
  }

  /** The distribution function by Simpson's rule on the density relative to its largest value. */
  private static DoubleUnaryOperator truncatedBelow(Fill.TruncatedNormal law) {
    int cells = 200_000;
    double a = Math.max(law.a(), law.mean() - 45 * law.std());
    double b = Math.min(law.b(), law.mean() + 45 * law.std());
    double mode = Math.clamp(law.mean(), a, b);
    DoubleUnaryOperator density =
        x -> {
          double z = (x - law.mean()) / law.std();
          double m = (mode - law.mean()) / law.std();
          return Math.exp((m - z) * (m + z) / 2);
        };
    double h = (b - a) / cells;
    double[] mass = new double[cells + 1];
    for (int i = 0; i < cells; i++) {
      double x = a + i * h;
      mass[i + 1] =
          mass[i]
              + h
                  / 6
                  * (density.applyAsDouble(x)
                      + 4 * density.applyAsDouble(x + h / 2)
                      + density.applyAsDouble(x + h));
    }
    return x -> {
      double at = Math.clamp((x - a) / h, 0, cells - 1e-9);
      int i = (int) at;
      return (mass[i] + (at - i) * (mass[i + 1] - mass[i])) / mass[cells];
    };
  }

  /** Every set of 2 of 5 rows is as likely, and k zeros are k zeros in a large matrix. */
  @Test
  void sparse() {
    int columns = 100_000;
    double[] x = sample(new Fill.Sparse(0.4, 1), DType.F32, Shape.of(5, columns), 6);
    long[] sets = new long[32];
    for (int j = 0; j < columns; j++) {
      int set = 0;
      for (int i = 0; i < 5; i++) {
        set |= x[i * columns + j] == 0 ? 1 << i : 0;
      }
      sets[set]++;
    }
    long[] pairs = new long[10];
    int found = 0;
    for (int set = 0; set < 32; set++) {
      if (Integer.bitCount(set) == 2) {
        pairs[found++] = sets[set];
      } else {
        assertEquals(0, sets[set], "columns with zeros in the rows " + Integer.toString(set, 2));
      }
    }
    Statistics.equallyLikely(pairs);
    exactZeros(0.9, 1000, 300);
    exactZeros(0.1, 333, 65);
    exactZeros(1, 10, 10);
    exactZeros(0, 10, 10);
  }

  /** Where all but one of 100 rows are zero, each is as often the one; all but two, each pair. */
  @Test
  void sparseLeavesEachRowAsOften() {
    int columns = 20_000;
    double[] x = sample(new Fill.Sparse(0.99, 1), DType.F32, Shape.of(100, columns), 8);
    long[] rows = new long[100];
    for (int i = 0; i < x.length; i++) {
      rows[i / columns] += x[i] == 0 ? 0 : 1;
    }
    Statistics.equallyLikely(rows);
    x = sample(new Fill.Sparse(0.9, 1), DType.F32, Shape.of(20, columns), 9);
    long[] pairs = new long[20 * 19 / 2];
    for (int j = 0; j < columns; j++) {
      int first = 0;
      while (x[first * columns + j] == 0) {
        first++;
      }
      int second = first + 1;
      while (x[second * columns + j] == 0) {
        second++;
      }
      pairs[second * (second - 1) / 2 + first]++;
    }
    Statistics.equallyLikely(pairs);
  }

  private void exactZeros(double sparsity, int rows, int columns) {
    double[] x = sample(new Fill.Sparse(sparsity, 1), DType.F32, Shape.of(rows, columns), 7);
    for (int j = 0; j < columns; j++) {
      int zeros = 0;
      for (int i = 0; i < rows; i++) {
        zeros += x[i * columns + j] == 0 ? 1 : 0;
      }
      assertEquals((int) Math.ceil(sparsity * rows), zeros, "zeros of column " + j);
    }
  }

  /** The normal distribution function, by the series and the continued fraction. */
  private static double phi(double z) {
    if (z > 0) {
      return 1 - phi(-z);
    }
    double density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    if (z > -3) {
      double term = z;
      double sum = z;
      for (int n = 1; n < 60; n++) {
        term *= z * z / (2 * n + 1);
        sum += term;
      }
      return 0.5 + density * sum;
    }
    double fraction = 0;
    for (int k = 60; k > 0; k--) {
      fraction = k / (-z + fraction);
    }
    return density / (-z + fraction);
  }
}
