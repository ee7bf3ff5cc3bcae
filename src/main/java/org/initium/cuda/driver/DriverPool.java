// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import org.initium.cuda.CudaException;
import org.initium.cuda.library.Libraries;
import org.initium.cuda.library.Library;

/**
 * A memory pool of the driver's, of our own: the device's default pool would give what is freed
 * back to the system at every wait, and its settings are those of every engine in the process.
 * JCuda 11.7 does not bind these calls; they are in every driver since CUDA 11.2.
 */
final class DriverPool {
  /** Of the struct CUmemPoolProps: int type, handle types, location's type and number; zeros. */
  private static final long PROPERTIES_BYTES = 88;

  private static final int PINNED = 1;
  private static final int ON_A_DEVICE = 1;
  private static final int REUSE_WITH_DEPENDENCIES = 3;
  private static final int RELEASE_THRESHOLD = 4;

  private final Driver driver;
  private final MethodHandle allocate =
      bind("cuMemAllocFromPoolAsync", JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private final long pool;

  /** Makes a pool on the device of that number. */
  DriverPool(Driver driver, int device) {
    this.driver = driver;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment properties = arena.allocate(PROPERTIES_BYTES, Long.BYTES);
      properties.setAtIndex(JAVA_INT, 0, PINNED);
      properties.setAtIndex(JAVA_INT, 2, ON_A_DEVICE);
      properties.setAtIndex(JAVA_INT, 3, device);
      MemorySegment made = arena.allocate(JAVA_LONG);
      call("cuMemPoolCreate", bind("cuMemPoolCreate", ADDRESS), made, properties);
      this.pool = made.get(JAVA_LONG, 0);
    }
    try {
      set(RELEASE_THRESHOLD, -1L); // all ones: nothing goes back before it is asked for
      set(REUSE_WITH_DEPENDENCIES, 0); // an allocation does not wait for work of others
    } catch (CudaException e) {
      destroy();
      throw e;
    }
  }

  @SuppressWarnings("restricted") // a call of native code is what is wanted
  private static MethodHandle bind(String name, MemoryLayout... afterTheFirst) {
    SymbolLookup driver = Libraries.load(Library.DRIVER).symbols();
    MemoryLayout[] arguments = new MemoryLayout[afterTheFirst.length + 1];
    arguments[0] = ADDRESS;
    System.arraycopy(afterTheFirst, 0, arguments, 1, afterTheFirst.length);
    return Linker.nativeLinker()
        .downcallHandle(driver.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
  }

  private void call(String name, MethodHandle function, Object... arguments) {
    int status;
    try {
      status = (int) function.invokeWithArguments(Arrays.asList(arguments));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e); // native code throws nothing
    }
    driver.check(name, status);
  }

  private MemorySegment handle() {
    return MemorySegment.ofAddress(pool);
  }

  private void set(int attribute, long value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(JAVA_LONG, value);
      call(
          "cuMemPoolSetAttribute",
          bind("cuMemPoolSetAttribute", JAVA_INT, ADDRESS),
          handle(),
          attribute,
          memory);
    }
  }

  /** Queues an allocation. */
  long allocate(long bytes, long stream) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(JAVA_LONG);
      call("cuMemAllocFromPoolAsync", allocate, address, bytes, pool, stream);
      return address.get(JAVA_LONG, 0);
    }
  }

  /** Gives all that is free back to the system. */
  void trim() {
    call("cuMemPoolTrimTo", bind("cuMemPoolTrimTo", JAVA_LONG), handle(), 0L);
  }

  /** What is not freed yet stays valid until it is. */
  void destroy() {
    driver.twice(() -> call("cuMemPoolDestroy", bind("cuMemPoolDestroy"), handle()));
  }
}
