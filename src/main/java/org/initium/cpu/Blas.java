package org.initium.cpu;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.initium.DType;
import org.initium.InitiumException;

/**
 * The part of BLAS that Orthogonal needs, in one precision, on absolute addresses of column-major
 * matrices: OpenBLAS from the artifact org.bytedeco:openblas, which this class alone imports.
 * JavaCPP unpacks and loads the library; the calls go through java.lang.foreign, at a fraction of
 * the cost of JavaCPP's own.
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class Blas {
  private static final int COLUMN_MAJOR = 102;
  static final int NO_TRANS = 111;
  static final int TRANS = 112;

  private static final ValueLayout INT = ValueLayout.JAVA_INT;
  private static final ValueLayout PTR = ValueLayout.JAVA_LONG;

  /** The library last, behind those that it looks for beside itself. */
  private static final List<String> FILES =
      List.of("libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5", "libopenblas.so.0");

  private static final SymbolLookup LIBRARY = library();
  private static final MethodHandle GET_THREADS =
      function("openblas_get_num_threads", FunctionDescriptor.of(INT));
  private static final MethodHandle SET_THREADS =
      function("openblas_set_num_threads", FunctionDescriptor.ofVoid(INT));

  private static final class Single {
    static final Blas BLAS = new Blas(DType.F32, "s", ValueLayout.JAVA_FLOAT);
  }

  private static final class Double {
    static final Blas BLAS = new Blas(DType.F64, "d", ValueLayout.JAVA_DOUBLE);
  }

  private final DType dtype;
  private final MethodHandle gemm;
  private final MethodHandle gemv;
  private final MethodHandle ger;
  private final MethodHandle dot;
  private final MethodHandle copy;

  private Blas(DType dtype, String letter, ValueLayout real) {
    this.dtype = dtype;
    String c = "cblas_" + letter;
    this.gemm =
        routine(c + "gemm", INT, INT, INT, INT, INT, INT, real, PTR, INT, PTR, INT, real, PTR, INT);
    this.gemv = routine(c + "gemv", INT, INT, INT, INT, real, PTR, INT, PTR, INT, real, PTR, INT);
    this.ger = routine(c + "ger", INT, INT, INT, real, PTR, INT, PTR, INT, PTR, INT);
    this.dot = widened(c + "dot", FunctionDescriptor.of(real, INT, PTR, INT, PTR, INT));
    this.copy = routine(c + "omatcopy", INT, INT, INT, INT, real, PTR, INT, PTR, INT);
  }

  /** Unpacks OpenBLAS and what it is linked with into JavaCPP's cache, and opens it there. */
  private static SymbolLookup library() {
    String folder = "/org/bytedeco/openblas/" + Loader.getPlatform() + "/";
    try {
      File openblas = null;
      for (String name : FILES) {
        openblas = Loader.cacheResource(openblas_nolapack.class, folder + name);
      }
      if (openblas == null) {
        throw new InitiumException(
            "orthogonal needs OpenBLAS; put org.bytedeco:openblas with classifier "
                + Loader.getPlatform()
                + " on the class path");
      }
      return SymbolLookup.libraryLookup(openblas.toPath(), Arena.global());
    } catch (IOException | IllegalArgumentException e) {
      throw new InitiumException(
          "OpenBLAS, which orthogonal needs, cannot be loaded: " + e.getMessage(), e);
    }
  }

  private static MethodHandle function(String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(LIBRARY.findOrThrow(name), type);
  }

  private static MethodHandle routine(String name, MemoryLayout... arguments) {
    return widened(name, FunctionDescriptor.ofVoid(arguments));
  }

  /** The function with double in place of float, so that both precisions are called alike. */
  private static MethodHandle widened(String name, FunctionDescriptor descriptor) {
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
   */
  static Blas of(DType dtype) {
    return dtype == DType.F64 ? Double.BLAS : Single.BLAS;
  }

  /** The type of the elements. */
  DType dtype() {
    return dtype;
  }

  /**
   * Runs with so many threads for a call of OpenBLAS. That number is the whole process's, so one
   * runs at a time, and what was set before is set again.
   */
  static synchronized void withThreads(int threads, Runnable work) {
    int before = threads();
    setThreads(threads);
    try {
      work.run();
    } finally {
      setThreads(before);
    }
  }

  static int threads() {
    try {
      return (int) GET_THREADS.invokeExact();
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  private static void setThreads(int threads) {
    try {
      SET_THREADS.invokeExact(threads);
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
