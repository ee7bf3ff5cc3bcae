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
final class JcudaCusolver extends Cusolver {
  private final cusolverDnHandle handle = new cusolverDnHandle();
  private final cusolverDnParams params = new cusolverDnParams();

  /**
   * Loads JCuda's natives; the library is there already.
   *
   * @throws org.initium.DeviceUnavailableException if they do not load
   */
  JcudaCusolver(String where) {
    super(where);
    Jcuda.start(JCudaVersion.get(), "JCusolver", JCusolver::initialize);
  }

  private static Pointer at(long address) {
    return Driver.at(address, new Pointer());
  }

  @Override
  int create() {
    return cusolverDnCreate(handle);
  }

  @Override
  int createParams() {
    return cusolverDnCreateParams(params);
  }

  @Override
  int dnDestroy() {
    return cusolverDnDestroy(handle);
  }

  @Override
  int destroyParams() {
    return cusolverDnDestroyParams(params);
  }

  @Override
  int dnSetStream(long stream) {
    return cusolverDnSetStream(handle, Driver.at(stream, new cudaStream_t()));
  }

  @Override
  int geqrfSize(Matrix m, int[] elements) {
    return m.dtype().isWide()
        ? cusolverDnDgeqrf_bufferSize(handle, m.rows(), m.columns(), at(0), m.rows(), elements)
        : cusolverDnSgeqrf_bufferSize(handle, m.rows(), m.columns(), at(0), m.rows(), elements);
  }

  @Override
  int geqrf(Matrix m, long work, int elements, long info) {
    Pointer a = at(m.address());
    Pointer t = at(m.tau());
    int n = m.columns();
    return m.dtype().isWide()
        ? cusolverDnDgeqrf(handle, m.rows(), n, a, m.rows(), t, at(work), elements, at(info))
        : cusolverDnSgeqrf(handle, m.rows(), n, a, m.rows(), t, at(work), elements, at(info));
  }

  @Override
  int orgqrSize(Matrix m, int[] elements) {
    Pointer none = at(0);
    int n = m.columns();
    return m.dtype().isWide()
        ? cusolverDnDorgqr_bufferSize(handle, m.rows(), n, n, none, m.rows(), none, elements)
        : cusolverDnSorgqr_bufferSize(handle, m.rows(), n, n, none, m.rows(), none, elements);
  }

  @Override
  int orgqr(Matrix m, long work, int elements, long info) {
    Pointer a = at(m.address());
    Pointer t = at(m.tau());
    int n = m.columns();
    return m.dtype().isWide()
        ? cusolverDnDorgqr(handle, m.rows(), n, n, a, m.rows(), t, at(work), elements, at(info))
        : cusolverDnSorgqr(handle, m.rows(), n, n, a, m.rows(), t, at(work), elements, at(info));
  }

  @Override
  int wideGeqrfSize(Matrix m, long[] device, long[] host) {
    int type = m.type();
    Pointer none = at(0);
    return cusolverDnXgeqrf_bufferSize(
        handle,
        params,
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
  int wideGeqrf(Matrix m, Room room, long info) {
    int type = m.type();
    return cusolverDnXgeqrf(
        handle,
        params,
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
