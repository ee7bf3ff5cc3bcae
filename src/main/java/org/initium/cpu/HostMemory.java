package org.initium.cpu;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import org.initium.Device;
import org.initium.OutOfMemoryException;

/**
 * Memory of the C library, not cleared. Large blocks are mapped on their own, at a multiple of 2 MB
 * and in huge pages where Linux has them: their first touch then costs 512 times fewer page faults.
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class HostMemory {
  private static final long ALIGNMENT = 64;
  private static final long HUGE = 2 << 20;
  private static final long MAPPED_FROM = 2 * HUGE;

  /** Blocks below this are simply tried: to ask for the machine's memory costs up to 1 ms. */
  private static final long DOUBTFUL = 1L << 30;

  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x4022;
  private static final int MADV_HUGEPAGE = 14;
  private static final boolean LINUX = System.getProperty("os.name").equals("Linux");

  private static final MethodHandle ALIGNED_ALLOC =
      function(
          "aligned_alloc", ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
  private static final MethodHandle FREE = function("free", null, ValueLayout.JAVA_LONG);
  private static final MethodHandle MMAP =
      function(
          "mmap",
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_LONG);
  private static final MethodHandle MUNMAP =
      function("munmap", ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
  private static final MethodHandle MADVISE =
      function(
          "madvise",
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_INT);

  private HostMemory() {}

  private static MethodHandle function(String name, ValueLayout result, ValueLayout... arguments) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        result == null
            ? FunctionDescriptor.ofVoid(arguments)
            : FunctionDescriptor.of(result, arguments));
  }

  /** All memory from an address on: what absolute addresses are read and written through. */
  static MemorySegment at(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  /**
   * Memory that is not initialised, aligned to 64 bytes.
   *
   * @throws OutOfMemoryException if the C library has not so much, or the machine never can
   */
  static MemorySegment allocate(long bytes) {
    if (bytes >= DOUBTFUL && bytes > total()) {
      throw outOfMemory(bytes);
    }
    long address = bytes >= MAPPED_FROM && LINUX ? map(bytes) : heap(bytes);
    if (address == 0) {
      throw outOfMemory(bytes);
    }
    return at(address, bytes);
  }

  static void free(MemorySegment memory) {
    try {
      if (memory.byteSize() >= MAPPED_FROM && LINUX) {
        int status = (int) MUNMAP.invokeExact(memory.address(), mapped(memory.byteSize()));
        assert status == 0;
      } else {
        FREE.invokeExact(memory.address());
      }
    } catch (Throwable e) {
      throw new AssertionError("free and munmap throw nothing", e);
    }
  }

  private static long heap(long bytes) {
    try {
      long rounded = Math.max(bytes, 1) + ALIGNMENT - 1 & -ALIGNMENT;
      return (long) ALIGNED_ALLOC.invokeExact(ALIGNMENT, rounded);
    } catch (Throwable e) {
      throw new AssertionError("aligned_alloc throws nothing", e);
    }
  }

  /** A mapping a huge page longer than asked, cut to one that starts at a multiple of a page. */
  private static long map(long bytes) {
    long length = mapped(bytes);
    try {
      long start =
          (long)
              MMAP.invokeExact(
                  0L, length + HUGE, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0L);
      if (start == -1) {
        return 0;
      }
      long address = start + HUGE - 1 & -HUGE;
      unmap(start, address - start);
      unmap(address + length, start + HUGE - address);
      int ignored = (int) MADVISE.invokeExact(address, length, MADV_HUGEPAGE); // only speed
      return address;
    } catch (Throwable e) {
      throw new AssertionError("mmap and madvise throw nothing", e);
    }
  }

  private static void unmap(long address, long length) throws Throwable {
    if (length > 0) {
      int status = (int) MUNMAP.invokeExact(address, length);
      assert status == 0;
    }
  }

  private static long mapped(long bytes) {
    return bytes + HUGE - 1 & -HUGE;
  }

  private static com.sun.management.OperatingSystemMXBean system() {
    return (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  }

  /** The machine's (or container's) memory in bytes. */
  static long total() {
    return system().getTotalMemorySize();
  }

  private static OutOfMemoryException outOfMemory(long asked) {
    return new OutOfMemoryException(Device.CPU, asked, system().getFreeMemorySize(), total());
  }
}
