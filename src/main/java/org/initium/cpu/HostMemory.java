package org.initium.cpu;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
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

  /**
   * One form for all calls, since each further form costs a process 10 ms at its start: calling
   * conventions pass the first six integers in registers, whole, and a callee ignores what it does
   * not take. Of an int result the upper half is not defined.
   */
  private static final FunctionDescriptor FORM =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle ALIGNED_ALLOC = function("aligned_alloc");
  private static final MethodHandle FREE = function("free");
  private static final MethodHandle MEMSET = function("memset");
  private static final MethodHandle MMAP = LINUX ? function("mmap") : null;
  private static final MethodHandle MUNMAP = LINUX ? function("munmap") : null;
  private static final MethodHandle MADVISE = LINUX ? function("madvise") : null;

  private HostMemory() {}

  private static MethodHandle function(String name) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), FORM);
  }

  private static long call(MethodHandle function, long... a) {
    try {
      return (long) function.invokeExact(a[0], a[1], a[2], a[3], a[4], a[5]);
    } catch (Throwable e) {
      throw new AssertionError("the C library throws nothing", e);
    }
  }

  /** Links the calls, which takes a tenth of a second, while something else is done. */
  static void linkInBackground() {
    Thread.ofPlatform().daemon().name("initium-link").start(HostMemory::link);
  }

  private static void link() {} // the class's initialisation is what it is for

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
    if (memory.byteSize() >= MAPPED_FROM && LINUX) {
      unmap(memory.address(), mapped(memory.byteSize()));
    } else {
      call(FREE, memory.address(), 0, 0, 0, 0, 0);
    }
  }

  /** Writes zeros: the C library knows how without reading the memory first. */
  static void clear(long address, long bytes) {
    call(MEMSET, address, 0, bytes, 0, 0, 0);
  }

  private static long heap(long bytes) {
    long rounded = Math.max(bytes, 1) + ALIGNMENT - 1 & -ALIGNMENT;
    return call(ALIGNED_ALLOC, ALIGNMENT, rounded, 0, 0, 0, 0);
  }

  /** A mapping a huge page longer than asked, cut to one that starts at a multiple of a page. */
  private static long map(long bytes) {
    long length = mapped(bytes);
    long start =
        call(MMAP, 0, length + HUGE, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
    if (start == -1) {
      return 0;
    }
    long address = start + HUGE - 1 & -HUGE;
    unmap(start, address - start);
    unmap(address + length, start + HUGE - address);
    call(MADVISE, address, length, MADV_HUGEPAGE, 0, 0, 0); // if it fails, it is only slower
    return address;
  }

  private static void unmap(long address, long length) {
    if (length > 0) {
      int status = (int) call(MUNMAP, address, length, 0, 0, 0, 0);
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
