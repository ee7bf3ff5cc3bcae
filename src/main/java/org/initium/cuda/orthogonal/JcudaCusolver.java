// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.orthogonal;

import static jcuda.jcusolver.JCusolverDn.*;

import jcuda.JCudaVersion;
import jcuda.Pointer;
import jcuda.jcusolver.JCusolver;
import jcuda.jcusolver.cusolverDnHandle;
import jcuda.jcusolver.cusolverDnParams;
import jcuda.runtime.cudaStream_t;
import org.initium.DType;
import org.initium.cuda.driver.Driver;
import org.initium.cuda.library.Jcuda;

/** libcusolver.so.11 by JCuda, whose natives ask for that one. */
final class JcudaCusolver implements CusolverFunctions {
  /**
   * Loads JCuda's natives; the library is there already.
   *
   * @throws org.initium.DeviceUnavailableException if they do not load
   */
  JcudaCusolver() {
    Jcuda.start(JCudaVersion.get(), "JCusolver", JCusolver::initialize);
  }

  private static Pointer at(long address) {
    return Driver.at(address, new Pointer());
  }

  private static cusolverDnHandle handle(long handle) {
    return Driver.at(handle, new cusolverDnHandle());
  }

  private static cusolverDnParams params(long params) {
    return Driver.at(params, new cusolverDnParams());
  }

  @Override
  public int create(long[] handle) {
    cusolverDnHandle made = new cusolverDnHandle();
    int status = cusolverDnCreate(made);
    handle[0] = Driver.of(made);
    return status;
  }

  @Override
  public int destroy(long handle) {
    return cusolverDnDestroy(handle(handle));
  }

  @Override
  public int createParams(long[] params) {
    cusolverDnParams made = new cusolverDnParams();
    int status = cusolverDnCreateParams(made);
    params[0] = Driver.of(made);
    return status;
  }

  @Override
  public int destroyParams(long params) {
    return cusolverDnDestroyParams(params(params));
  }

  @Override
  public int setStream(long handle, long stream) {
    return cusolverDnSetStream(handle(handle), Driver.at(stream, new cudaStream_t()));
  }

  @Override
  public int geqrfSize(DType dtype, long handle, int rows, int columns, int[] elements) {
    return dtype.isWide()
        ? cusolverDnDgeqrf_bufferSize(handle(handle), rows, columns, at(0), rows, elements)
        : cusolverDnSgeqrf_bufferSize(handle(handle), rows, columns, at(0), rows, elements);
  }

  @Override
  public int geqrf(
      DType dtype,
      long handle,
      int rows,
      int columns,
      long matrix,
      long tau,
      long work,
      int elements,
      long info) {
    cusolverDnHandle h = handle(handle);
    Pointer a = at(matrix);
    Pointer t = at(tau);
    Pointer w = at(work);
    return dtype.isWide()
        ? cusolverDnDgeqrf(h, rows, columns, a, rows, t, w, elements, at(info))
        : cusolverDnSgeqrf(h, rows, columns, a, rows, t, w, elements, at(info));
  }

  @Override
  public int orgqrSize(DType dtype, long handle, int rows, int columns, int[] elements) {
    cusolverDnHandle h = handle(handle);
    Pointer none = at(0);
    return dtype.isWide()
        ? cusolverDnDorgqr_bufferSize(h, rows, columns, columns, none, rows, none, elements)
        : cusolverDnSorgqr_bufferSize(h, rows, columns, columns, none, rows, none, elements);
  }

  @Override
  public int orgqr(
      DType dtype,
      long handle,
      int rows,
      int columns,
      long matrix,
      long tau,
      long work,
      int elements,
      long info) {
    cusolverDnHandle h = handle(handle);
    Pointer a = at(matrix);
    Pointer t = at(tau);
    Pointer w = at(work);
    return dtype.isWide()
        ? cusolverDnDorgqr(h, rows, columns, columns, a, rows, t, w, elements, at(info))
        : cusolverDnSorgqr(h, rows, columns, columns, a, rows, t, w, elements, at(info));
  }

  @Override
  public int wideGeqrfSize(
      DType dtype,
      long handle,
      long params,
      long rows,
      long columns,
      long[] deviceBytes,
      long[] hostBytes) {
    int type = CusolverFunctions.type(dtype);
    return cusolverDnXgeqrf_bufferSize(
        handle(handle),
        params(params),
        rows,
        columns,
        type,
        at(0),
        rows,
        type,
        at(0),
        type,
        deviceBytes,
        hostBytes);
  }

  @Override
  public int wideGeqrf(
      DType dtype,
      long handle,
      long params,
      long rows,
      long columns,
      long matrix,
      long tau,
      Cusolver.Room room,
      long info) {
    int type = CusolverFunctions.type(dtype);
    return cusolverDnXgeqrf(
        handle(handle),
        params(params),
        rows,
        columns,
        type,
        at(matrix),
        rows,
        type,
        at(tau),
        type,
        at(room.device()),
        room.deviceBytes(),
        at(room.host()),
        room.hostBytes(),
        at(info));
  }
}
