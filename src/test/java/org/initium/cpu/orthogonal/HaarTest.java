// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.orthogonal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Fill.Orthogonal.Method;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cpu.fill.KernelFills;
import org.initium.cpu.fill.Team;
import org.initium.cpu.kernels.NativeKernels;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Haar's law, and not orthogonality alone: a matrix with LAPACK's own signs fails here. The
 * matrices are the same in every run; for other numbers the false-alarm rate of the class is below
 * 1e-6: each of its under 250 checks is at 6 standard deviations (2e-9), or at a Kolmogorov-Smirnov
 * p of 1e-9.
 */
@Tag("slow")
class HaarTest {
  private static final int SAMPLES = 4000;
  private static final double SIGMAS = 6;

  /** So many independent square matrices; entry [s][i][j]. */
  private static double[][][] samples(Method method, int n) {
    SplittableRandom random = new SplittableRandom(20_240_607);
    Consumer<Tensor> normals =
        part ->
            part.layout()
                .each(
                    0,
                    part.shape().numel(),
                    (place, _) ->
                        part.dtype().set(part.storage().segment(), place, random.nextGaussian()));
    double[][][] samples = new double[SAMPLES][n][n];
    try (Tensor tensor = Tensor.empty(Shape.of(n, n), DType.F32)) {
      for (double[][] q : samples) {
        OrthogonalFill.fill(
            tensor,
            new Fill.Orthogonal(1, method),
            false,
            new KernelFills(NativeKernels.of("auto"), new Team(1)),
            normals);
        for (int i = 0; i < n; i++) {
          for (int j = 0; j < n; j++) {
            q[i][j] = tensor.get(i, j);
          }
        }
      }
    }
    return samples;
  }

  /** Archimedes: a coordinate of a uniform point of the sphere in 3 dimensions is U[-1, 1]. */
  @ParameterizedTest
  @EnumSource(Method.class)
  void entriesOfThreeByThreeMatricesAreUniform(Method method) {
    double[][][] samples = samples(method, 3);
    double limit = Math.sqrt(Math.log(2 / 1e-9) / 2 / SAMPLES);
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        int row = i;
        int column = j;
        double[] entries =
            Arrays.stream(samples).mapToDouble(q -> q[row][column]).sorted().toArray();
        double distance = 0;
        for (int s = 0; s < SAMPLES; s++) {
          double uniform = (entries[s] + 1) / 2;
          distance = Math.max(distance, uniform - (double) s / SAMPLES);
          distance = Math.max(distance, (s + 1.0) / SAMPLES - uniform);
        }
        assertTrue(distance < limit, "KS of entry " + i + ", " + j + ": " + distance);
      }
    }
  }

  /** Half of them turn, half of them reflect. */
  @ParameterizedTest
  @EnumSource(Method.class)
  void theDeterminantIsOneOrMinusOneAlike(Method method) {
    double sum = 0;
    for (double[][] q : samples(method, 2)) {
      sum += q[0][0] * q[1][1] - q[0][1] * q[1][0];
    }
    assertEquals(0, sum / Math.sqrt(SAMPLES), SIGMAS);
  }

  /**
   * The eigenvalues: trace(Q^k) has mean 1 for even k and 0 for odd, and variance k (Diaconis and
   * Shahshahani 1994), exactly, where the matrix is large beside k.
   */
  @ParameterizedTest
  @EnumSource(Method.class)
  void tracesOfPowersHaveTheirMeansAndVariances(Method method) {
    int n = 20;
    double[][][] samples = samples(method, n);
    for (int k = 1; k <= 4; k++) {
      double sum = 0;
      double squares = 0;
      for (double[][] q : samples) {
        double[][] power = q;
        for (int p = 1; p < k; p++) {
          power = product(power, q);
        }
        double trace = 0;
        for (int i = 0; i < n; i++) {
          trace += power[i][i];
        }
        double centered = trace - (k % 2 == 0 ? 1 : 0);
        sum += centered;
        squares += centered * centered;
      }
      assertEquals(0, sum / SAMPLES, SIGMAS * Math.sqrt((double) k / SAMPLES), "mean, k = " + k);
      // the traces are normal to high order, so that their squares have variance 2 k^2
      assertEquals(
          k, squares / SAMPLES, SIGMAS * k * Math.sqrt(2.0 / SAMPLES), "variance, k = " + k);
    }
  }

  /** E q^2 = 1/n, E q^4 = 3 / (n (n + 2)), odd moments 0. */
  @ParameterizedTest
  @EnumSource(Method.class)
  void entriesHaveTheMomentsOfTheSphere(Method method) {
    int n = 5;
    double[][][] samples = samples(method, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        int row = i;
        int column = j;
        double[] entries = Arrays.stream(samples).mapToDouble(q -> q[row][column]).toArray();
        moment(entries, 1, 0);
        moment(entries, 2, 1.0 / n);
        moment(entries, 3, 0);
        moment(entries, 4, 3.0 / (n * (n + 2)));
      }
    }
  }

  private static void moment(double[] entries, int order, double expected) {
    double sum = 0;
    double squares = 0;
    for (double entry : entries) {
      double power = Math.pow(entry, order) - expected;
      sum += power;
      squares += power * power;
    }
    double error = Math.sqrt(squares) / SAMPLES;
    assertEquals(0, sum / SAMPLES, SIGMAS * error, "moment " + order);
  }

  private static double[][] product(double[][] a, double[][] b) {
    int n = a.length;
    double[][] c = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < n; k++) {
        for (int j = 0; j < n; j++) {
          c[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return c;
  }
}
