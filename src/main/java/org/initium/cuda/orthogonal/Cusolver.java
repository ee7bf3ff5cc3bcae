// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.orthogonal;

import java.util.List;
import org.initium.DType;
import org.initium.DeviceUnavailableException;
import org.initium.cuda.CudaException;
import org.initium.cuda.driver.Driver;
import org.initium.cuda.library.BoundLibrary;
import org.initium.cuda.library.Libraries;
import org.initium.cuda.library.Library;
import org.initium.text.Artifact;
import org.initium.text.Text;

/**
 * A handle of cuSOLVER's dense part, on the device whose context was current when it was made. For
 * one caller at a time. Its abstract methods are functions of cusolverDn.h, and answer a
 * cusolverStatus_t; where there is one for each precision, the matrix's dtype chooses.
 */
abstract sealed class Cusolver permits JcudaCusolver, NativeCusolver {
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
    String named(String function) {
      return "cusolverDn" + (dtype.isWide() ? "D" : "S") + function;
    }

    /** Its cudaDataType. */
    int type() {
      return dtype.isWide() ? 1 : 0;
    }
  }

  /**
   * Room that a factorization needs, on the device and on the host; where it is, once it is had.
   */
  record Room(long device, long deviceBytes, long host, long hostBytes) {
    private int elements(Matrix matrix) {
      return (int) Math.min(Integer.MAX_VALUE, deviceBytes / matrix.dtype.bytes());
    }
  }

  private final String where;

  Cusolver(String where) {
    this.where = where;
  }

  /**
   * Makes a handle: by JCuda where there is the library that its natives ask for, else by a binding
   * of our own.
   *
   * @throws DeviceUnavailableException if the library is not there
   */
  static Cusolver of(String where) {
    BoundLibrary library = Libraries.load(Library.cusolver(new Driver(where).version()));
    boolean byJcuda = library.name().equals(Library.CUSOLVER_11);
    if (byJcuda) {
      Artifact.JCUSOLVER.require(DeviceUnavailableException::new);
    }
    Cusolver made = byJcuda ? new JcudaCusolver(where) : new NativeCusolver(where, library);
    made.check("cusolverDnCreate", made.create());
    try {
      made.check("cusolverDnCreateParams", made.createParams());
    } catch (CudaException e) {
      made.destroyHandle();
      throw e;
    }
    return made;
  }

  abstract int create();

  abstract int createParams();

  abstract int dnDestroy();

  abstract int destroyParams();

  abstract int dnSetStream(long stream);

  /** The work space of geqrf, in elements. */
  abstract int geqrfSize(Matrix matrix, int[] elements);

  abstract int geqrf(Matrix matrix, long work, int elements, long info);

  /** The work space of orgqr, in elements. */
  abstract int orgqrSize(Matrix matrix, int[] elements);

  abstract int orgqr(Matrix matrix, long work, int elements, long info);

  /** The work space of the 64-bit geqrf, in bytes. */
  abstract int wideGeqrfSize(Matrix matrix, long[] deviceBytes, long[] hostBytes);

  /** The 64-bit geqrf. */
  abstract int wideGeqrf(Matrix matrix, Room room, long info);

  private void check(String call, int status) {
    if (status != 0) {
      String code =
          status > 0 && status < STATUSES.size()
              ? "CUSOLVER_STATUS_" + STATUSES.get(status)
              : "a status without a name";
      throw new CudaException(call, status, code, "", where);
    }
  }

  void setStream(long stream) {
    check("cusolverDnSetStream", dnSetStream(stream));
  }

  /** The room for geqrf and orgqr of a tall matrix, of which either takes all; nowhere yet. */
  Room room(Matrix matrix) {
    long[] device = {0};
    long[] host = {0};
    if (matrix.isLong()) {
      check("cusolverDnXgeqrf_bufferSize", wideGeqrfSize(matrix, device, host));
    } else {
      int[] elements = {0};
      check(matrix.named("geqrf_bufferSize"), geqrfSize(matrix, elements));
      device[0] = (long) elements[0] * matrix.dtype.bytes();
    }
    return new Room(0, Math.max(device[0], orgqrBytes(matrix)), 0, host[0]);
  }

  private long orgqrBytes(Matrix matrix) {
    int[] elements = {0};
    check(matrix.named("orgqr_bufferSize"), orgqrSize(matrix, elements));
    if (elements[0] < 0) {
      throw new IllegalArgumentException(
          Text.message(
              "cuSOLVER's orgqr cannot say how much room a %d x %d matrix takes; make it smaller",
              matrix.rows, matrix.columns));
    }
    return (long) elements[0] * matrix.dtype.bytes();
  }

  /**
   * Queues the QR factorization of a tall matrix, column by column, as LAPACK's geqrf leaves it.
   */
  void geqrf(Matrix matrix, Room room, long info) {
    if (matrix.isLong()) {
      check("cusolverDnXgeqrf", wideGeqrf(matrix, room, info));
    } else {
      check(matrix.named("geqrf"), geqrf(matrix, room.device, room.elements(matrix), info));
    }
  }

  /**
   * Queues the making of Q's columns of the reflectors that geqrf leaves, in their place. cuSOLVER
   * has no 64-bit call for that, of CUDA 11 to 13: rows and columns are ints each, which holds, and
   * PyTorch calls it for larger matrices, too; no GPU has shown us that it is right there.
   */
  void orgqr(Matrix matrix, Room room, long info) {
    check(matrix.named("orgqr"), orgqr(matrix, room.device, room.elements(matrix), info));
  }

  private void destroyHandle() {
    new Driver(where).twice(() -> check("cusolverDnDestroy", dnDestroy()));
  }

  void destroy() {
    new Driver(where).twice(() -> check("cusolverDnDestroyParams", destroyParams()));
    destroyHandle();
  }
}
