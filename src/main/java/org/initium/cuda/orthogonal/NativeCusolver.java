// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.orthogonal;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.initium.DeviceUnavailableException;
import org.initium.cuda.library.Libraries;

/**
 * cuSOLVER without JCuda, whose natives ask for libcusolver.so.11: for CUDA 13, which has
 * libcusolver.so.12 alone. The functions that we call are the same in both.
 */
@SuppressWarnings("restricted") // a call of native code is what is wanted
final class NativeCusolver implements CusolverFunctions {
  private final MethodHandle create;
  private final MethodHandle destroy;
  private final MethodHandle createParams;
  private final MethodHandle destroyParams;
  private final MethodHandle setStream;
  private final Precision f32;
  private final Precision f64;
  private final MethodHandle wideGeqrfSize;
  private final MethodHandle wideGeqrf;

  /** What there is of each precision. */
  private record Precision(
      MethodHandle geqrfSize, MethodHandle geqrf, MethodHandle orgqrSize, MethodHandle orgqr) {
    static Precision of(Libraries.Loaded library, String letter) {
      String name = "cusolverDn" + letter;
      return new Precision(
          bind(library, name + "geqrf_bufferSize", "liilil"),
          bind(library, name + "geqrf", "liilillil"),
          bind(library, name + "orgqr_bufferSize", "liiilill"),
          bind(library, name + "orgqr", "liiilillil"));
    }
  }

  /** A call of native code. */
  private interface Call {
    int run() throws Throwable;
  }

  /**
   * Binds a library.
   *
   * @throws DeviceUnavailableException if it lacks a function
   */
  NativeCusolver(Libraries.Loaded library) {
    create = bind(library, "cusolverDnCreate", "l");
    destroy = bind(library, "cusolverDnDestroy", "l");
    createParams = bind(library, "cusolverDnCreateParams", "l");
    destroyParams = bind(library, "cusolverDnDestroyParams", "l");
    setStream = bind(library, "cusolverDnSetStream", "ll");
    f32 = Precision.of(library, "S");
    f64 = Precision.of(library, "D");
    wideGeqrfSize = bind(library, "cusolverDnXgeqrf_bufferSize", "llllillilill");
    wideGeqrf = bind(library, "cusolverDnXgeqrf", "llllillililllll");
  }

  /**
   * A function that returns a status.
   *
   * @param parameters l for a handle, an address or 64 bits, i for an int
   */
  private static MethodHandle bind(Libraries.Loaded library, String name, String parameters) {
    MemorySegment function =
        library
            .symbols()
            .find(name)
            .orElseThrow(
                () -> new DeviceUnavailableException(library.from() + " has no function " + name));
    MemoryLayout[] layouts =
        parameters
            .chars()
            .mapToObj(letter -> letter == 'l' ? JAVA_LONG : JAVA_INT)
            .toArray(MemoryLayout[]::new);
    return Linker.nativeLinker().downcallHandle(function, FunctionDescriptor.of(JAVA_INT, layouts));
  }

  private static int call(Call call) {
    try {
      return call.run();
    } catch (Throwable e) {
      throw new AssertionError("a bound function does not throw", e);
    }
  }

  /** Makes an object whose handle the function writes to an address. */
  private static int made(MethodHandle function, long[] handle) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment to = arena.allocate(JAVA_LONG);
      int status = call(() -> (int) function.invokeExact(to.address()));
      handle[0] = to.get(JAVA_LONG, 0);
      return status;
    }
  }

  /** A call that writes a number to an address. */
  private interface Sized {
    int run(long to) throws Throwable;
  }

  private static int elements(int[] elements, Sized call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment to = arena.allocate(JAVA_INT);
      int status = call(() -> call.run(to.address()));
      elements[0] = to.get(JAVA_INT, 0);
      return status;
    }
  }

  private Precision of(Matrix matrix) {
    return matrix.dtype().isWide() ? f64 : f32;
  }

  @Override
  public int create(long[] handle) {
    return made(create, handle);
  }

  @Override
  public int destroy(long handle) {
    return call(() -> (int) destroy.invokeExact(handle));
  }

  @Override
  public int createParams(long[] params) {
    return made(createParams, params);
  }

  @Override
  public int destroyParams(long params) {
    return call(() -> (int) destroyParams.invokeExact(params));
  }

  @Override
  public int setStream(long handle, long stream) {
    return call(() -> (int) setStream.invokeExact(handle, stream));
  }

  @Override
  public int geqrfSize(long handle, Matrix m, int[] elements) {
    MethodHandle size = of(m).geqrfSize;
    return elements(
        elements, to -> (int) size.invokeExact(handle, m.rows(), m.columns(), 0L, m.rows(), to));
  }

  @Override
  public int geqrf(long handle, Matrix m, long work, int elements, long info) {
    MethodHandle geqrf = of(m).geqrf;
    int rows = m.rows();
    return call(
        () ->
            (int)
                geqrf.invokeExact(
                    handle, rows, m.columns(), m.address(), rows, m.tau(), work, elements, info));
  }

  @Override
  public int orgqrSize(long handle, Matrix m, int[] elements) {
    MethodHandle size = of(m).orgqrSize;
    int n = m.columns();
    return elements(
        elements, to -> (int) size.invokeExact(handle, m.rows(), n, n, 0L, m.rows(), 0L, to));
  }

  @Override
  public int orgqr(long handle, Matrix m, long work, int elements, long info) {
    MethodHandle orgqr = of(m).orgqr;
    int rows = m.rows();
    int n = m.columns();
    return call(
        () ->
            (int)
                orgqr.invokeExact(
                    handle, rows, n, n, m.address(), rows, m.tau(), work, elements, info));
  }

  @Override
  public int wideGeqrfSize(long handle, long params, Matrix m, long[] device, long[] host) {
    long rows = m.rows();
    long columns = m.columns();
    int type = m.type();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(JAVA_LONG, 2);
      long to = bytes.address();
      int status =
          call(
              () ->
                  (int)
                      wideGeqrfSize.invokeExact(
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
                          to,
                          to + Long.BYTES));
      device[0] = bytes.getAtIndex(JAVA_LONG, 0);
      host[0] = bytes.getAtIndex(JAVA_LONG, 1);
      return status;
    }
  }

  @Override
  public int wideGeqrf(long handle, long params, Matrix m, Cusolver.Room room, long info) {
    long rows = m.rows();
    long columns = m.columns();
    int type = m.type();
    return call(
        () ->
            (int)
                wideGeqrf.invokeExact(
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
                    info));
  }
}
