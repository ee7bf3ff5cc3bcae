// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.orthogonal;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import org.initium.DType;
import org.initium.InitiumException;
import org.initium.cpu.memory.HostMemory;

/**
 * The part of BLAS that Orthogonal needs, in one precision, on absolute addresses of column-major
 * matrices, called through java.lang.foreign.
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class Blas {
  private static final int COLUMN_MAJOR = 102;
  static final int NO_TRANS = 111;
  static final int TRANS = 112;

  /** Guards the two below. */
  private static final Object USERS = new Object();

  private static int users;
  private static int before;

  private static final ValueLayout INT = ValueLayout.JAVA_INT;
  private static final ValueLayout PTR = ValueLayout.JAVA_LONG;

  private static Blas single;
  private static Blas twice;

  private final SymbolLookup library;
  private final DType dtype;
  private final MethodHandle gemm;
  private final MethodHandle gemv;
  private final MethodHandle ger;
  private final MethodHandle dot;
  private final MethodHandle copy;
  private final MethodHandle getThreads;
  private final MethodHandle setThreads;

  private Blas(SymbolLookup library, DType dtype, String letter, ValueLayout real) {
    this.library = library;
    this.dtype = dtype;
    this.getThreads = function("openblas_get_num_threads", FunctionDescriptor.of(INT));
    this.setThreads = function("openblas_set_num_threads", FunctionDescriptor.ofVoid(INT));
    String c = "cblas_" + letter;
    this.gemm =
        routine(c + "gemm", INT, INT, INT, INT, INT, INT, real, PTR, INT, PTR, INT, real, PTR, INT);
    this.gemv = routine(c + "gemv", INT, INT, INT, INT, real, PTR, INT, PTR, INT, real, PTR, INT);
    this.ger = routine(c + "ger", INT, INT, INT, real, PTR, INT, PTR, INT, PTR, INT);
    this.dot = widened(c + "dot", FunctionDescriptor.of(real, INT, PTR, INT, PTR, INT));
    this.copy = routine(c + "omatcopy", INT, INT, INT, INT, real, PTR, INT, PTR, INT);
  }

  private MethodHandle function(String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type);
  }

  private MethodHandle routine(String name, MemoryLayout... arguments) {
    return widened(name, FunctionDescriptor.ofVoid(arguments));
  }

  /** The function with double in place of float, so that both precisions are called alike. */
  private MethodHandle widened(String name, FunctionDescriptor descriptor) {
    MethodHandle handle = function(name, descriptor);
    Class<?>[] types =
        Arrays.stream(handle.type().parameterArray())
            .map(t -> t == float.class ? double.class : t)
            .toArray(Class<?>[]::new);
    Class<?> result =
        handle.type().returnType() == float.class ? double.class : handle.type().returnType();
    return MethodHandles.explicitCastArguments(handle, MethodType.methodType(result, types));
  }

  /**
   * The routines for a type that elements are computed in, made when first asked for: those that
   * start with d for f64, with s for all others.
   *
   * @throws InitiumException if there is no OpenBLAS for this platform, or it cannot be loaded
   */
  static synchronized Blas of(DType dtype) {
    if (dtype.isWide()) {
      twice =
          twice == null
              ? new Blas(OpenBlas.library(), DType.F64, "d", ValueLayout.JAVA_DOUBLE)
              : twice;
      return twice;
    }
    single =
        single == null
            ? new Blas(OpenBlas.library(), DType.F32, "s", ValueLayout.JAVA_FLOAT)
            : single;
    return single;
  }

  /** The type of the elements. */
  DType dtype() {
    return dtype;
  }

  /**
   * Runs with one thread for a call of OpenBLAS. That number is the whole process's: the last of
   * those who run at the same time sets again what was set before the first.
   */
  void withOneThread(Runnable work) {
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

  int threads() {
    try {
      return (int) getThreads.invokeExact();
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  void setThreads(int threads) {
    try {
      setThreads.invokeExact(threads);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** C (m x n) = alpha op(A) B + beta C, with k the inner size. */
  void gemm(
      int trans,
      int m,
      int n,
      int k,
      double alpha,
      long a,
      int lda,
      long b,
      int ldb,
      double beta,
      long c,
      int ldc) {
    try {
      gemm.invokeExact(COLUMN_MAJOR, trans, NO_TRANS, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** y = A'x with the m x n matrix A. */
  void gemv(int m, int n, long a, int lda, long x, long y) {
    try {
      gemv.invokeExact(COLUMN_MAJOR, TRANS, m, n, 1.0, a, lda, x, 1, 0.0, y, 1);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** A = A + alpha x y' with the m x n matrix A. */
  void ger(int m, int n, double alpha, long x, long y, long a, int lda) {
    try {
      ger.invokeExact(COLUMN_MAJOR, m, n, alpha, x, 1, y, 1, a, lda);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** x'y. */
  double dot(int n, long x, long y) {
    try {
      return (double) dot.invokeExact(n, x, 1, y, 1);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** B = alpha op(A) for the m x n matrix A. */
  void copy(int trans, int m, int n, double alpha, long a, int lda, long b, int ldb) {
    try {
      copy.invokeExact(COLUMN_MAJOR, trans, m, n, alpha, a, lda, b, ldb);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  double get(long address) {
    return dtype.get(HostMemory.at(address, dtype.bytes()), 0);
  }

  void set(long address, double value) {
    dtype.set(HostMemory.at(address, dtype.bytes()), 0, value);
  }

  private static AssertionError failed(Throwable e) {
    return new AssertionError("a BLAS call throws nothing", e);
  }
}
