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
import org.initium.DType;
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

  private Precision of(DType dtype) {
    return dtype.isWide() ? f64 : f32;
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
  public int geqrfSize(DType dtype, long handle, int rows, int columns, int[] elements) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment to = arena.allocate(JAVA_INT);
      int status =
          call(
              () ->
                  (int)
                      of(dtype)
                          .geqrfSize
                          .invokeExact(handle, rows, columns, 0L, rows, to.address()));
      elements[0] = to.get(JAVA_INT, 0);
      return status;
    }
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
    return call(
        () ->
            (int)
                of(dtype)
                    .geqrf
                    .invokeExact(handle, rows, columns, matrix, rows, tau, work, elements, info));
  }

  @Override
  public int orgqrSize(DType dtype, long handle, int rows, int columns, int[] elements) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment to = arena.allocate(JAVA_INT);
      int status =
          call(
              () ->
                  (int)
                      of(dtype)
                          .orgqrSize
                          .invokeExact(handle, rows, columns, columns, 0L, rows, 0L, to.address()));
      elements[0] = to.get(JAVA_INT, 0);
      return status;
    }
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
    return call(
        () ->
            (int)
                of(dtype)
                    .orgqr
                    .invokeExact(
                        handle, rows, columns, columns, matrix, rows, tau, work, elements, info));
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
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment device = arena.allocate(JAVA_LONG);
      MemorySegment host = arena.allocate(JAVA_LONG);
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
                          device.address(),
                          host.address()));
      deviceBytes[0] = device.get(JAVA_LONG, 0);
      hostBytes[0] = host.get(JAVA_LONG, 0);
      return status;
    }
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
    return call(
        () ->
            (int)
                wideGeqrf.invokeExact(
                    handle,
                    params,
                    rows,
                    columns,
                    type,
                    matrix,
                    rows,
                    type,
                    tau,
                    type,
                    room.device(),
                    room.deviceBytes(),
                    room.host(),
                    room.hostBytes(),
                    info));
  }
}
