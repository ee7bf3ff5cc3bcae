// SPDX-License-Identifier: Apache-2.0
package org.initium.blas;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.EnumMap;
import java.util.Map;
import org.initium.DType;

/**
 * The part of BLAS that Orthogonal needs, in one precision, on absolute addresses of column-major
 * matrices, called through java.lang.foreign.
 */
@SuppressWarnings("restricted") // native access is what this class is for
public final class Blas {
  private static final int ORDER = 102; // column-major
  public static final int NO_TRANS = 111;
  public static final int TRANS = 112;

  private static final Map<DType, Blas> MADE = new EnumMap<>(DType.class);

  /** Guards the two below. */
  private static final Object USERS = new Object();

  private static int users;
  private static int before;

  private final SymbolLookup library = OpenBlas.library();
  private final DType dtype;
  private final MethodHandle gemm;
  private final MethodHandle gemv;
  private final MethodHandle ger;
  private final MethodHandle dot;
  private final MethodHandle copy;
  private final MethodHandle getThreads;
  private final MethodHandle setThreads;

  private Blas(DType dtype) {
    this.dtype = dtype;
    this.getThreads = function("openblas_get_num_threads", JAVA_INT, "");
    this.setThreads = function("openblas_set_num_threads", null, "i");
    MemoryLayout real = real();
    String letter = dtype.isWide() ? "cblas_d" : "cblas_s";
    this.gemm = function(letter + "gemm", null, "iiiiiirpipirpi");
    this.gemv = function(letter + "gemv", null, "iiiirpipirpi");
    this.ger = function(letter + "ger", null, "iiirpipipi");
    this.dot = function(letter + "dot", real, "ipipi");
    this.copy = function(letter + "omatcopy", null, "iiiirpipi");
  }

  /**
   * A function as one of doubles, so that both precisions are called alike; it returns 0 where the
   * library's returns nothing.
   *
   * @param result the library's, or null
   * @param parameters i for an int, r for a real number, p for an address
   */
  private MethodHandle function(String name, MemoryLayout result, String parameters) {
    FunctionDescriptor real = type(parameters, real());
    MethodHandle function =
        Linker.nativeLinker()
            .downcallHandle(
                library.findOrThrow(name), result == null ? real : real.changeReturnLayout(result));
    MethodType type = type(parameters, JAVA_DOUBLE).toMethodType().changeReturnType(double.class);
    return MethodHandles.explicitCastArguments(function, type);
  }

  private MemoryLayout real() {
    return dtype.isWide() ? JAVA_DOUBLE : JAVA_FLOAT;
  }

  private static FunctionDescriptor type(String parameters, MemoryLayout real) {
    return FunctionDescriptor.ofVoid(
        parameters
            .chars()
            .mapToObj(letter -> letter == 'i' ? JAVA_INT : letter == 'p' ? JAVA_LONG : real)
            .toArray(MemoryLayout[]::new));
  }

  /**
   * The routines for a type that elements are computed in, made when first asked for: those that
   * start with d for f64, with s for all others.
   *
   * @throws org.initium.InitiumException if there is no OpenBLAS for this platform, or it cannot be
   *     loaded
   */
  public static synchronized Blas of(DType dtype) {
    return MADE.computeIfAbsent(dtype.computedIn(), Blas::new);
  }

  /** The type of the elements. */
  public DType dtype() {
    return dtype;
  }

  /**
   * Runs with one thread for a call of OpenBLAS. That number is the whole process's: the last of
   * those who run at the same time sets again what was set before the first.
   */
  public void withOneThread(Runnable work) {
    synchronized (USERS) {
      if (users++ == 0) {
        before = threads();
        setThreads(1);
      }
    }
    try {
      work.run();
    } finally {
      synchronized (USERS) {
        if (--users == 0) {
          setThreads(before);
        }
      }
    }
  }

  public int threads() {
    return (int) call(() -> (double) getThreads.invokeExact());
  }

  public void setThreads(int threads) {
    call(() -> (double) setThreads.invokeExact(threads));
  }

  /** C = alpha op(A) B + beta C. */
  public void gemm(double alpha, int trans, Matrix a, Matrix b, double beta, Matrix c) {
    int m = c.rows();
    int n = c.columns();
    int k = b.rows();
    long at = a.address();
    long bt = b.address();
    long ct = c.address();
    call(
        () ->
            (double)
                gemm.invokeExact(
                    ORDER, trans, NO_TRANS, m, n, k, alpha, at, a.ld(), bt, b.ld(), beta, ct,
                    c.ld()));
  }

  /** y = A'x. */
  public void gemv(Matrix a, long x, long y) {
    long at = a.address();
    call(
        () ->
            (double)
                gemv.invokeExact(
                    ORDER, TRANS, a.rows(), a.columns(), 1.0, at, a.ld(), x, 1, 0.0, y, 1));
  }

  /** A = A + alpha x y'. */
  public void ger(double alpha, long x, long y, Matrix a) {
    call(
        () ->
            (double)
                ger.invokeExact(
                    ORDER, a.rows(), a.columns(), alpha, x, 1, y, 1, a.address(), a.ld()));
  }

  /** x'x. */
  public double square(int n, long x) {
    return call(() -> (double) dot.invokeExact(n, x, 1, x, 1));
  }

  /** B = alpha op(A). */
  public void copy(double alpha, int trans, Matrix a, Matrix b) {
    long from = a.address();
    long to = b.address();
    call(
        () ->
            (double)
                copy.invokeExact(
                    ORDER, trans, a.rows(), a.columns(), alpha, from, a.ld(), to, b.ld()));
  }

  /** A call of native code. */
  private interface Call {
    double run() throws Throwable;
  }

  private static double call(Call call) {
    try {
      return call.run();
    } catch (Throwable e) {
      throw new AssertionError("a BLAS call throws nothing", e);
    }
  }
}
