// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Memory of the C library, which every system has: where our native library gives none. */
@SuppressWarnings("restricted") // native access is what this class is for
final class CLibrary {
  private static final long ALIGNMENT = 64;

  private static final MethodHandle MALLOC =
      function("malloc", FunctionDescriptor.of(ADDRESS, JAVA_LONG));
  private static final MethodHandle FREE = function("free", FunctionDescriptor.ofVoid(ADDRESS));

  private CLibrary() {}

  private static MethodHandle function(String name, FunctionDescriptor form) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), form);
  }

  /**
   * The address of that many bytes at a multiple of 64, or 0. What malloc gave stands before them:
   * not every system has a function that aligns.
   */
  static long allocate(long bytes) {
    if (bytes > Long.MAX_VALUE - 2 * ALIGNMENT) {
      return 0;
    }
    try {
      long given = ((MemorySegment) MALLOC.invokeExact(bytes + 2 * ALIGNMENT)).address();
      if (given == 0) {
        return 0;
      }
      long address = (given + 2 * ALIGNMENT - 1) & -ALIGNMENT;
      before(address).set(JAVA_LONG, 0, given);
      return address;
    } catch (Throwable e) {
      throw new AssertionError("the C library throws nothing", e);
    }
  }

  static void free(long address) {
    try {
      FREE.invokeExact(MemorySegment.ofAddress(before(address).get(JAVA_LONG, 0)));
    } catch (Throwable e) {
      throw new AssertionError("the C library throws nothing", e);
    }
  }

  private static MemorySegment before(long address) {
    return HostMemory.at(address - JAVA_LONG.byteSize(), JAVA_LONG.byteSize());
  }
}
