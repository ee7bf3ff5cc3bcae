package org.initium.cuda;

import static jcuda.jcusolver.JCusolverDn.*;

import jcuda.JCudaVersion;
import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.jcusolver.JCusolver;
import jcuda.jcusolver.cusolverDnHandle;
import jcuda.jcusolver.cusolverDnParams;
import jcuda.jcusolver.cusolverStatus;
import jcuda.runtime.cudaStream_t;
import org.initium.DType;

/**
 * A handle of cuSOLVER's dense part, on the device whose context was current when it was made: the
 * one class that knows JCuda's binding of it. For one caller at a time.
 */
final class Cusolver {
  /** The most elements that the 32-bit calls are trusted with. */
  private static final long INT_ELEMENTS = Integer.MAX_VALUE;

  private final String where;
  private final cusolverDnHandle handle = new cusolverDnHandle();
  private final cusolverDnParams params = new cusolverDnParams();

  /** Room that a factorisation needs: on the device, and on the host. */
  record Work(long deviceBytes, long hostBytes) {}

  /**
   * Makes a handle.
   *
   * @throws org.initium.DeviceUnavailableException if the library is not there
   */
  Cusolver(String where) {
    Libraries.load(Libraries.CUSOLVER);
    Jcuda.start(JCudaVersion.get(), "JCusolver", JCusolver::initialize);
    this.where = where;
    check("cusolverDnCreate", cusolverDnCreate(handle));
    try {
      check("cusolverDnCreateParams", cusolverDnCreateParams(params));
    } catch (CudaException e) {
      new Driver(where).twice(() -> check("cusolverDnDestroy", cusolverDnDestroy(handle)));
      throw e;
    }
  }

  private void check(String call, int status) {
    if (status != cusolverStatus.CUSOLVER_STATUS_SUCCESS) {
      String code = CudaException.named(cusolverStatus.stringFor(status));
      throw new CudaException(call, status, code, "", where);
    }
  }

  private static Pointer at(long address) {
    return Driver.at(address, new Pointer());
  }

  void setStream(long stream) {
    check(
        "cusolverDnSetStream", cusolverDnSetStream(handle, Driver.at(stream, new cudaStream_t())));
  }

  /** The room for geqrf and orgqr of a tall matrix, of which either takes all. */
  Work work(DType dtype, int rows, int columns) {
    Pointer none = at(0);
    int bytes = dtype.bytes();
    long host = 0;
    long device;
    if ((long) rows * columns > INT_ELEMENTS) {
      long[] deviceBytes = {0};
      long[] hostBytes = {0};
      int type = type(dtype);
      check(
          "cusolverDnXgeqrf_bufferSize",
          cusolverDnXgeqrf_bufferSize(
              handle,
              params,
              rows,
              columns,
              type,
              none,
              rows,
              type,
              none,
              type,
              deviceBytes,
              hostBytes));
      device = deviceBytes[0];
      host = hostBytes[0];
    } else {
      int[] elements = {0};
      check(
          dtype == DType.F64 ? "cusolverDnDgeqrf_bufferSize" : "cusolverDnSgeqrf_bufferSize",
          dtype == DType.F64
              ? cusolverDnDgeqrf_bufferSize(handle, rows, columns, none, rows, elements)
              : cusolverDnSgeqrf_bufferSize(handle, rows, columns, none, rows, elements));
      device = (long) elements[0] * bytes;
    }
    return new Work(Math.max(device, orgqrBytes(dtype, rows, columns)), host);
  }

  private long orgqrBytes(DType dtype, int rows, int columns) {
    int[] elements = {0};
    Pointer none = at(0);
    check(
        dtype == DType.F64 ? "cusolverDnDorgqr_bufferSize" : "cusolverDnSorgqr_bufferSize",
        dtype == DType.F64
            ? cusolverDnDorgqr_bufferSize(
                handle, rows, columns, columns, none, rows, none, elements)
            : cusolverDnSorgqr_bufferSize(
                handle, rows, columns, columns, none, rows, none, elements));
    if (elements[0] < 0) {
      throw new IllegalArgumentException(
          "cuSOLVER's orgqr cannot say how much room a %d x %d matrix takes; make it smaller"
              .formatted(rows, columns));
    }
    return (long) elements[0] * dtype.bytes();
  }

  /**
   * Queues the QR factorisation of a tall matrix, column by column, as LAPACK's geqrf leaves it.
   */
  void geqrf(DType dtype, int rows, int columns, long matrix, long tau, Room room, long info) {
    if ((long) rows * columns > INT_ELEMENTS) {
      int type = type(dtype);
      check(
          "cusolverDnXgeqrf",
          cusolverDnXgeqrf(
              handle,
              params,
              rows,
              columns,
              type,
              at(matrix),
              rows,
              type,
              at(tau),
              type,
              at(room.device),
              room.deviceBytes,
              at(room.host),
              room.hostBytes,
              at(info)));
      return;
    }
    int elements = (int) Math.min(Integer.MAX_VALUE, room.deviceBytes / dtype.bytes());
    check(
        dtype == DType.F64 ? "cusolverDnDgeqrf" : "cusolverDnSgeqrf",
        dtype == DType.F64
            ? cusolverDnDgeqrf(
                handle,
                rows,
                columns,
                at(matrix),
                rows,
                at(tau),
                at(room.device),
                elements,
                at(info))
            : cusolverDnSgeqrf(
                handle,
                rows,
                columns,
                at(matrix),
                rows,
                at(tau),
                at(room.device),
                elements,
                at(info)));
  }

  /**
   * Queues the making of Q's columns of the reflectors that geqrf leaves, in their place. cuSOLVER
   * has no 64-bit call for that, of CUDA 11 to 13: rows and columns are ints each, which holds, and
   * PyTorch calls it for larger matrices, too; no GPU has shown us that it is right there.
   */
  void orgqr(DType dtype, int rows, int columns, long matrix, long tau, Room room, long info) {
    int elements = (int) Math.min(Integer.MAX_VALUE, room.deviceBytes / dtype.bytes());
    Pointer a = at(matrix);
    Pointer t = at(tau);
    Pointer work = at(room.device);
    check(
        dtype == DType.F64 ? "cusolverDnDorgqr" : "cusolverDnSorgqr",
        dtype == DType.F64
            ? cusolverDnDorgqr(handle, rows, columns, columns, a, rows, t, work, elements, at(info))
            : cusolverDnSorgqr(
                handle, rows, columns, columns, a, rows, t, work, elements, at(info)));
  }

  /** Where the room is, as {@link Work} asked for. */
  record Room(long device, long deviceBytes, long host, long hostBytes) {}

  private static int type(DType dtype) {
    return dtype == DType.F64 ? cudaDataType.CUDA_R_64F : cudaDataType.CUDA_R_32F;
  }

  void destroy() {
    Driver driver = new Driver(where);
    driver.twice(() -> check("cusolverDnDestroyParams", cusolverDnDestroyParams(params)));
    driver.twice(() -> check("cusolverDnDestroy", cusolverDnDestroy(handle)));
  }
}
