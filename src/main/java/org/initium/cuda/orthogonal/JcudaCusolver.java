// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.orthogonal;

import static jcuda.jcusolver.JCusolverDn.*;

import jcuda.JCudaVersion;
import jcuda.Pointer;
import jcuda.jcusolver.JCusolver;
import jcuda.jcusolver.cusolverDnHandle;
import jcuda.jcusolver.cusolverDnParams;
import jcuda.runtime.cudaStream_t;
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
  public int geqrfSize(long handle, Matrix m, int[] elements) {
    cusolverDnHandle h = handle(handle);
    return m.dtype().isWide()
        ? cusolverDnDgeqrf_bufferSize(h, m.rows(), m.columns(), at(0), m.rows(), elements)
        : cusolverDnSgeqrf_bufferSize(h, m.rows(), m.columns(), at(0), m.rows(), elements);
  }

  @Override
  public int geqrf(long handle, Matrix m, long work, int elements, long info) {
    cusolverDnHandle h = handle(handle);
    Pointer a = at(m.address());
    Pointer t = at(m.tau());
    int n = m.columns();
    return m.dtype().isWide()
        ? cusolverDnDgeqrf(h, m.rows(), n, a, m.rows(), t, at(work), elements, at(info))
        : cusolverDnSgeqrf(h, m.rows(), n, a, m.rows(), t, at(work), elements, at(info));
  }

  @Override
  public int orgqrSize(long handle, Matrix m, int[] elements) {
    cusolverDnHandle h = handle(handle);
    Pointer none = at(0);
    int n = m.columns();
    return m.dtype().isWide()
        ? cusolverDnDorgqr_bufferSize(h, m.rows(), n, n, none, m.rows(), none, elements)
        : cusolverDnSorgqr_bufferSize(h, m.rows(), n, n, none, m.rows(), none, elements);
  }

  @Override
  public int orgqr(long handle, Matrix m, long work, int elements, long info) {
    cusolverDnHandle h = handle(handle);
    Pointer a = at(m.address());
    Pointer t = at(m.tau());
    int n = m.columns();
    return m.dtype().isWide()
        ? cusolverDnDorgqr(h, m.rows(), n, n, a, m.rows(), t, at(work), elements, at(info))
        : cusolverDnSorgqr(h, m.rows(), n, n, a, m.rows(), t, at(work), elements, at(info));
  }

  @Override
  public int wideGeqrfSize(long handle, long params, Matrix m, long[] device, long[] host) {
    int type = m.type();
    Pointer none = at(0);
    return cusolverDnXgeqrf_bufferSize(
        handle(handle),
        params(params),
        m.rows(),
        m.columns(),
        type,
        none,
        m.rows(),
        type,
        none,
        type,
        device,
        host);
  }

  @Override
  public int wideGeqrf(long handle, long params, Matrix m, Cusolver.Room room, long info) {
    int type = m.type();
    return cusolverDnXgeqrf(
        handle(handle),
        params(params),
        m.rows(),
        m.columns(),
        type,
        at(m.address()),
        m.rows(),
        type,
        at(m.tau()),
        type,
        at(room.device()),
        room.deviceBytes(),
        at(room.host()),
        room.hostBytes(),
        at(info));
  }
}
