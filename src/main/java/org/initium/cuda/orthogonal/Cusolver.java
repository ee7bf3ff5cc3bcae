// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.orthogonal;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;
import org.initium.DType;
import org.initium.cuda.CudaException;
import org.initium.cuda.driver.Driver;
import org.initium.cuda.library.Libraries;
import org.initium.cuda.library.Library;
import org.initium.cuda.library.LoadedLibrary;
import org.initium.text.Text;

/**
 * A handle of cuSOLVER's dense part, on the device whose context was current when it was made. For
 * one caller at a time. The functions that we call are the same in CUDA 11 to 13; JCuda's binding
 * is for libcusolver.so.11 alone, which CUDA 13 does not have (decision 0031).
 */
final class Cusolver {
  /** The most elements that the 32-bit calls are trusted with. */
  private static final long INT_ELEMENTS = Integer.MAX_VALUE;

  /** cusolverStatus_t by number, as far as calls of ours can answer it. */
  private static final List<String> STATUSES =
      List.of(
          "SUCCESS",
          "NOT_INITIALIZED",
          "ALLOC_FAILED",
          "INVALID_VALUE",
          "ARCH_MISMATCH",
          "MAPPING_ERROR",
          "EXECUTION_FAILED",
          "INTERNAL_ERROR",
          "MATRIX_TYPE_NOT_SUPPORTED",
          "NOT_SUPPORTED",
          "ZERO_PIVOT",
          "INVALID_LICENSE");

  /**
   * A tall matrix on the device, by columns without gaps.
   *
   * @param address its first element; 0 where only its size matters
   * @param tau a number for each column, which makes its reflector
   */
  record Matrix(DType dtype, int rows, int columns, long address, long tau) {
    private boolean isLong() {
      return (long) rows * columns > INT_ELEMENTS;
    }

    /** The name of a function that there is for each precision. */
    private String named(String function) {
      return "cusolverDn" + (dtype.isWide() ? "D" : "S") + function;
    }

    /** Its cudaDataType. */
    private int type() {
      return dtype.isWide() ? 1 : 0;
    }
  }

  /** Room for a factorization, on the device and on the host. */
  record Room(long device, long deviceBytes, long host, long hostBytes) {
    private int elements(Matrix matrix) {
      return (int) Math.min(Integer.MAX_VALUE, deviceBytes / matrix.dtype.bytes());
    }
  }

  private final String where;
  private final LoadedLibrary library;
  private final long handle;
  private final long params;

  /**
   * Makes a handle.
   *
   * @throws org.initium.DeviceUnavailableException if the library is not there
   */
  Cusolver(String where) {
    this.where = where;
    this.library = Libraries.load(Library.cusolver(new Driver(where).version()));
    this.handle = written("cusolverDnCreate", "l")[0];
    try {
      this.params = written("cusolverDnCreateParams", "l")[0];
    } catch (CudaException e) {
      destroy("cusolverDnDestroy", handle);
      throw e;
    }
  }

  private void call(String function, String parameters, Object... arguments) {
    int status = library.call(function, parameters, arguments);
    if (status != 0) {
      String code =
          status > 0 && status < STATUSES.size()
              ? "CUSOLVER_STATUS_" + STATUSES.get(status)
              : "a status without a name";
      throw new CudaException(function, status, code, "", where);
    }
  }

  /** Calls a function whose last parameters are addresses; what it wrote there: an int, a long. */
  private long[] written(String function, String parameters, Object... arguments) {
    int outputs = parameters.length() - arguments.length;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment results = arena.allocate(JAVA_LONG, outputs);
      Stream<Long> addresses =
          Stream.iterate(results.address(), at -> at + Long.BYTES).limit(outputs);
      call(function, parameters, Stream.concat(Stream.of(arguments), addresses).toArray());
      return results.toArray(JAVA_LONG);
    }
  }

  void setStream(long stream) {
    call("cusolverDnSetStream", "ll", handle, stream);
  }

  /** The room for geqrf and orgqr of a tall matrix, of which either takes all; nowhere yet. */
  Room room(Matrix m) {
    int type = m.type();
    long rows = m.rows;
    long columns = m.columns;
    long[] bytes;
    if (m.isLong()) {
      bytes =
          written(
              "cusolverDnXgeqrf_bufferSize",
              "llllillilill",
              handle,
              params,
              rows,
              columns,
              type,
              0L,
              rows,
              type,
              0L,
              type);
    } else {
      long[] elements =
          written(m.named("geqrf_bufferSize"), "liilil", handle, m.rows, m.columns, 0L, m.rows);
      bytes = new long[] {(int) elements[0] * (long) m.dtype.bytes(), 0};
    }
    return new Room(0, Math.max(bytes[0], orgqrBytes(m)), 0, bytes[1]);
  }

  private long orgqrBytes(Matrix m) {
    int n = m.columns;
    long[] written =
        written(m.named("orgqr_bufferSize"), "liiilill", handle, m.rows, n, n, 0L, m.rows, 0L);
    int elements = (int) written[0];
    if (elements < 0) {
      throw new IllegalArgumentException(
          Text.message(
              "cuSOLVER's orgqr cannot say how much room a %d x %d matrix takes; make it smaller",
              m.rows, n));
    }
    return (long) elements * m.dtype.bytes();
  }

  /**
   * Queues the QR factorization of a tall matrix, column by column, as LAPACK's geqrf leaves it.
   */
  void geqrf(Matrix m, Room room, long info) {
    int rows = m.rows;
    if (!m.isLong()) {
      call(
          m.named("geqrf"),
          "liilillil",
          handle,
          rows,
          m.columns,
          m.address,
          rows,
          m.tau,
          room.device,
          room.elements(m),
          info);
      return;
    }
    int type = m.type();
    call(
        "cusolverDnXgeqrf",
        "llllillililllll",
        handle,
        params,
        (long) rows,
        (long) m.columns,
        type,
        m.address,
        (long) rows,
        type,
        m.tau,
        type,
        room.device,
        room.deviceBytes,
        room.host,
        room.hostBytes,
        info);
  }

  /**
   * Queues the making of Q's columns of the reflectors that geqrf leaves, in their place. cuSOLVER
   * has no 64-bit call for that, of CUDA 11 to 13: rows and columns are ints each, which holds, and
   * PyTorch calls it for larger matrices, too; no GPU has shown us that it is right there.
   */
  void orgqr(Matrix m, Room room, long info) {
    int n = m.columns;
    call(
        m.named("orgqr"),
        "liiilillil",
        handle,
        m.rows,
        n,
        n,
        m.address,
        m.rows,
        m.tau,
        room.device,
        room.elements(m),
        info);
  }

  private void destroy(String function, long made) {
    new Driver(where).twice(() -> call(function, "l", made));
  }

  void destroy() {
    destroy("cusolverDnDestroyParams", params);
    destroy("cusolverDnDestroy", handle);
  }
}
