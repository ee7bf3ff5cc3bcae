// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.orthogonal;

import java.util.List;
import org.initium.DeviceUnavailableException;
import org.initium.cuda.CudaException;
import org.initium.cuda.driver.Driver;
import org.initium.cuda.library.BoundLibrary;
import org.initium.cuda.library.Libraries;
import org.initium.cuda.library.Library;
import org.initium.cuda.orthogonal.CusolverFunctions.Matrix;
import org.initium.text.Artifact;
import org.initium.text.Text;

/**
 * A handle of cuSOLVER's dense part, on the device whose context was current when it was made. For
 * one caller at a time.
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

  private static CusolverFunctions bound;

  private final String where;
  private final CusolverFunctions functions;
  private final long handle;
  private final long params;

  /** Room that a factorization needs: on the device, and on the host. */
  record Work(long deviceBytes, long hostBytes) {}

  /** Where the room is, as {@link Work} asked for. */
  record Room(long device, long deviceBytes, long host, long hostBytes) {}

  /**
   * Makes a handle.
   *
   * @throws org.initium.DeviceUnavailableException if the library is not there
   */
  Cusolver(String where) {
    this.where = where;
    this.functions = functions(new Driver(where).version());
    long[] made = {0};
    check("cusolverDnCreate", functions.create(made));
    this.handle = made[0];
    try {
      check("cusolverDnCreateParams", functions.createParams(made));
    } catch (CudaException e) {
      new Driver(where).twice(() -> check("cusolverDnDestroy", functions.destroy(handle)));
      throw e;
    }
    this.params = made[0];
  }

  /** By JCuda where there is the library that its natives ask for, else by a binding of our own. */
  private static synchronized CusolverFunctions functions(int driverVersion) {
    if (bound == null) {
      BoundLibrary library = Libraries.load(Library.cusolver(driverVersion));
      boolean byJcuda = library.name().equals(Library.CUSOLVER_11);
      if (byJcuda) {
        Artifact.JCUSOLVER.require(DeviceUnavailableException::new);
      }
      bound = byJcuda ? new JcudaCusolver() : new NativeCusolver(library);
    }
    return bound;
  }

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
    check("cusolverDnSetStream", functions.setStream(handle, stream));
  }

  /** The room for geqrf and orgqr of a tall matrix, of which either takes all. */
  Work work(Matrix matrix) {
    long[] device = {0};
    long[] host = {0};
    if (matrix.elements() > INT_ELEMENTS) {
      check(
          "cusolverDnXgeqrf_bufferSize",
          functions.wideGeqrfSize(handle, params, matrix, device, host));
    } else {
      int[] elements = {0};
      check(matrix.named("geqrf_bufferSize"), functions.geqrfSize(handle, matrix, elements));
      device[0] = (long) elements[0] * matrix.dtype().bytes();
    }
    return new Work(Math.max(device[0], orgqrBytes(matrix)), host[0]);
  }

  private long orgqrBytes(Matrix matrix) {
    int[] elements = {0};
    check(matrix.named("orgqr_bufferSize"), functions.orgqrSize(handle, matrix, elements));
    if (elements[0] < 0) {
      throw new IllegalArgumentException(
          Text.message(
              "cuSOLVER's orgqr cannot say how much room a %d x %d matrix takes; make it smaller",
              matrix.rows(), matrix.columns()));
    }
    return (long) elements[0] * matrix.dtype().bytes();
  }

  private static int elements(Matrix matrix, Room room) {
    return (int) Math.min(Integer.MAX_VALUE, room.deviceBytes / matrix.dtype().bytes());
  }

  /**
   * Queues the QR factorization of a tall matrix, column by column, as LAPACK's geqrf leaves it.
   */
  void geqrf(Matrix matrix, Room room, long info) {
    if (matrix.elements() > INT_ELEMENTS) {
      check("cusolverDnXgeqrf", functions.wideGeqrf(handle, params, matrix, room, info));
      return;
    }
    check(
        matrix.named("geqrf"),
        functions.geqrf(handle, matrix, room.device, elements(matrix, room), info));
  }

  /**
   * Queues the making of Q's columns of the reflectors that geqrf leaves, in their place. cuSOLVER
   * has no 64-bit call for that, of CUDA 11 to 13: rows and columns are ints each, which holds, and
   * PyTorch calls it for larger matrices, too; no GPU has shown us that it is right there.
   */
  void orgqr(Matrix matrix, Room room, long info) {
    check(
        matrix.named("orgqr"),
        functions.orgqr(handle, matrix, room.device, elements(matrix, room), info));
  }

  void destroy() {
    Driver driver = new Driver(where);
    driver.twice(() -> check("cusolverDnDestroyParams", functions.destroyParams(params)));
    driver.twice(() -> check("cusolverDnDestroy", functions.destroy(handle)));
  }
}
