// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Memory of the C library, which every system has: where our native library gives none. What malloc
 * gave stands before it, since not every system has a function that aligns.
 */
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

  /** The address of that many bytes at a multiple of 64, or 0. */
  static long allocate(long bytes) {
    if (bytes > Long.MAX_VALUE - 2 * ALIGNMENT) {
      return 0;
    }
    try {
      long given = ((MemorySegment) MALLOC.invokeExact(bytes + 2 * ALIGNMENT)).address();
      long address = given == 0 ? 0 : (given + 2 * ALIGNMENT - 1) & -ALIGNMENT;
      if (address != 0) {
        HostMemory.at(address - 8, 8).set(JAVA_LONG, 0, given);
      }
      return address;
    } catch (Throwable e) {
      throw new AssertionError("malloc throws nothing", e);
    }
  }

  static void free(long address) {
    try {
      FREE.invokeExact(MemorySegment.ofAddress(HostMemory.at(address - 8, 8).get(JAVA_LONG, 0)));
    } catch (Throwable e) {
      throw new AssertionError("free throws nothing", e);
    }
  }
}
