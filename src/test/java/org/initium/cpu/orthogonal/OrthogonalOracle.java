// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.orthogonal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.initium.DType;
import org.initium.Tensor;
import org.initium.blas.Blas;
import org.initium.blas.Matrix;

/** Orthogonal factors by their definitions, in double, slowly. */
final class OrthogonalOracle {
  private OrthogonalOracle() {}

  /** Q of QR with a positive diagonal of R: Gram and Schmidt's, each column projected twice. */
  static double[][] gramSchmidt(double[][] g) {
    int m = g.length;
    int n = g[0].length;
    double[][] columns = new double[n][m];
    for (int j = 0; j < n; j++) {
      double[] x = columns[j];
      for (int i = 0; i < m; i++) {
        x[i] = g[i][j];
      }
      for (int k = 0; k < 2 * j; k++) {
        double[] q = columns[k % j];
        double along = dot(q, x);
        for (int i = 0; i < m; i++) {
          x[i] -= along * q[i];
        }
      }
      double norm = Math.sqrt(dot(x, x));
      for (int i = 0; i < m; i++) {
        x[i] /= norm;
      }
    }
    return transpose(columns);
  }

  /**
   * H_0 ... H_{n-1} D, cut to n columns: H_j maps the part of column j of G from row j down to a
   * multiple of e_j, and D_jj is that multiple's sign.
   */
  static double[][] reflectors(double[][] g) {
    int m = g.length;
    int n = g[0].length;
    double[][] columns = new double[n][m]; // of Q
    for (int j = 0; j < n; j++) {
      columns[j][j] = g[j][j] < 0 ? 1 : -1;
    }
    for (int j = n - 1; j >= 0; j--) {
      double[] v = new double[m];
      for (int i = j; i < m; i++) {
        v[i] = g[i][j];
      }
      double norm = Math.sqrt(dot(v, v));
      v[j] += g[j][j] < 0 ? -norm : norm;
      double square = dot(v, v);
      for (double[] column : columns) {
        double along = 2 * dot(v, column) / square;
        for (int i = j; i < m; i++) {
          column[i] -= along * v[i];
        }
      }
    }
    return transpose(columns);
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double[][] transpose(double[][] a) {
    double[][] t = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }

  /** max |Q'Q - I| over the shorter side of a 2-D tensor, in double. */
  static double defect(Tensor tensor) {
    int rows = (int) tensor.shape().size(0);
    int columns = (int) tensor.shape().size(1);
    boolean tall = rows >= columns;
    int n = Math.min(rows, columns);
    long numel = tensor.shape().numel();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment q = arena.allocate(numel * 8, 64);
      MemorySegment gram = arena.allocate((long) n * n * 8, 64);
      int m = Math.max(rows, columns);
      for (long i = 0; i < numel; i++) {
        long at = tall ? i % n * m + i / n : i;
        q.setAtIndex(ValueLayout.JAVA_DOUBLE, at, tensor.dtype().get(tensor.segment(), i));
      }
      Blas blas = Blas.of(DType.F64);
      Matrix columnsOfQ = new Matrix(blas, q.address(), m, n, m);
      Matrix product = new Matrix(blas, gram.address(), n, n, n);
      blas.gemm(1, Blas.TRANS, columnsOfQ, columnsOfQ, 0, product);
      double worst = 0;
      for (long i = 0; i < n; i++) {
        for (long j = 0; j < n; j++) {
          double value = gram.getAtIndex(ValueLayout.JAVA_DOUBLE, i * n + j) - (i == j ? 1 : 0);
          worst = Math.max(worst, Math.abs(value));
        }
      }
      return worst;
    }
  }
}
