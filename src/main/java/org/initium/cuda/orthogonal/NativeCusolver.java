// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.orthogonal;

import org.initium.cuda.library.BoundLibrary;

/**
 * cuSOLVER without JCuda, whose natives ask for libcusolver.so.11: for CUDA 13, which has
 * libcusolver.so.12 alone. The functions that we call are the same in both.
 */
record NativeCusolver(BoundLibrary library) implements CusolverFunctions {
  @Override
  public int create(long[] handle) {
    return library.call("cusolverDnCreate", "l", handle);
  }

  @Override
  public int destroy(long handle) {
    return library.call("cusolverDnDestroy", "l", handle);
  }

  @Override
  public int createParams(long[] params) {
    return library.call("cusolverDnCreateParams", "l", params);
  }

  @Override
  public int destroyParams(long params) {
    return library.call("cusolverDnDestroyParams", "l", params);
  }

  @Override
  public int setStream(long handle, long stream) {
    return library.call("cusolverDnSetStream", "ll", handle, stream);
  }

  @Override
  public int geqrfSize(long handle, Matrix m, int[] elements) {
    String function = m.named("geqrf_bufferSize");
    return library.call(function, "liilil", handle, m.rows(), m.columns(), 0L, m.rows(), elements);
  }

  @Override
  public int geqrf(long handle, Matrix m, long work, int elements, long info) {
    int rows = m.rows();
    int n = m.columns();
    String function = m.named("geqrf");
    return library.call(
        function, "liilillil", handle, rows, n, m.address(), rows, m.tau(), work, elements, info);
  }

  @Override
  public int orgqrSize(long handle, Matrix m, int[] elements) {
    int rows = m.rows();
    int n = m.columns();
    String function = m.named("orgqr_bufferSize");
    return library.call(function, "liiilill", handle, rows, n, n, 0L, rows, 0L, elements);
  }

  @Override
  public int orgqr(long handle, Matrix m, long work, int elements, long info) {
    int rows = m.rows();
    int n = m.columns();
    long a = m.address();
    String function = m.named("orgqr");
    return library.call(
        function, "liiilillil", handle, rows, n, n, a, rows, m.tau(), work, elements, info);
  }

  @Override
  public int wideGeqrfSize(long handle, long params, Matrix m, long[] device, long[] host) {
    long rows = m.rows();
    long columns = m.columns();
    int type = m.type();
    return library.call(
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
        type,
        device,
        host);
  }

  @Override
  public int wideGeqrf(long handle, long params, Matrix m, Cusolver.Room room, long info) {
    long rows = m.rows();
    long columns = m.columns();
    int type = m.type();
    return library.call(
        "cusolverDnXgeqrf",
        "llllillililllll",
        handle,
        params,
        rows,
        columns,
        type,
        m.address(),
        rows,
        type,
        m.tau(),
        type,
        room.device(),
        room.deviceBytes(),
        room.host(),
        room.hostBytes(),
        info);
  }
}
