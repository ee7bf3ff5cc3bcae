// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.orthogonal;

import org.initium.cuda.library.BoundLibrary;

/**
 * cuSOLVER without JCuda, whose natives ask for libcusolver.so.11: for CUDA 13, which has
 * libcusolver.so.12 alone. The functions that we call are the same in both.
 */
final class NativeCusolver extends Cusolver {
  private final BoundLibrary library;
  private final long[] handle = {0};
  private final long[] params = {0};

  NativeCusolver(String where, BoundLibrary library) {
    super(where);
    this.library = library;
  }

  @Override
  int create() {
    return library.call("cusolverDnCreate", "l", handle);
  }

  @Override
  int dnDestroy() {
    return library.call("cusolverDnDestroy", "l", handle[0]);
  }

  @Override
  int createParams() {
    return library.call("cusolverDnCreateParams", "l", params);
  }

  @Override
  int destroyParams() {
    return library.call("cusolverDnDestroyParams", "l", params[0]);
  }

  @Override
  int dnSetStream(long stream) {
    return library.call("cusolverDnSetStream", "ll", handle[0], stream);
  }

  @Override
  int geqrfSize(Matrix m, int[] elements) {
    String function = m.named("geqrf_bufferSize");
    return library.call(
        function, "liilil", handle[0], m.rows(), m.columns(), 0L, m.rows(), elements);
  }

  @Override
  int geqrf(Matrix m, long work, int elements, long info) {
    int rows = m.rows();
    int n = m.columns();
    String function = m.named("geqrf");
    return library.call(
        function,
        "liilillil",
        handle[0],
        rows,
        n,
        m.address(),
        rows,
        m.tau(),
        work,
        elements,
        info);
  }

  @Override
  int orgqrSize(Matrix m, int[] elements) {
    int rows = m.rows();
    int n = m.columns();
    String function = m.named("orgqr_bufferSize");
    return library.call(function, "liiilill", handle[0], rows, n, n, 0L, rows, 0L, elements);
  }

  @Override
  int orgqr(Matrix m, long work, int elements, long info) {
    int rows = m.rows();
    int n = m.columns();
    long a = m.address();
    String function = m.named("orgqr");
    return library.call(
        function, "liiilillil", handle[0], rows, n, n, a, rows, m.tau(), work, elements, info);
  }

  @Override
  int wideGeqrfSize(Matrix m, long[] device, long[] host) {
    long rows = m.rows();
    long columns = m.columns();
    int type = m.type();
    return library.call(
        "cusolverDnXgeqrf_bufferSize",
        "llllillilill",
        handle[0],
        params[0],
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
  int wideGeqrf(Matrix m, Room room, long info) {
    long rows = m.rows();
    long columns = m.columns();
    int type = m.type();
    return library.call(
        "cusolverDnXgeqrf",
        "llllillililllll",
        handle[0],
        params[0],
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
