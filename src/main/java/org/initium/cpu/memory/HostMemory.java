// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.memory;

import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.initium.Device;
import org.initium.InitiumException;
import org.initium.OutOfMemoryException;
import org.initium.cpu.kernels.NativeLibrary;
import org.initium.text.Text;

/**
 * The host's memory, not cleared by us. On Linux each block is mapped on its own, large ones at a
 * multiple of 2 MB and in huge pages: their first touch then costs 512 times fewer page faults. Our
 * native library asks the system for it, since the foreign linker, which is what calls the C
 * library elsewhere, takes a start 50 ms.
 */
@SuppressWarnings("restricted") // native access is what this class is for
public final class HostMemory {
  private static final long PAGE = 4096;
  private static final long HUGE = 2 << 20;
  private static final long HUGE_FROM = 2 * HUGE;

  /** Blocks below this are simply tried: to ask for the machine's memory costs up to 1 ms. */
  private static final long DOUBTFUL = 1L << 30;

  private static final boolean MAPPED =
      System.getProperty("os.name").equals("Linux") && NativeLibrary.failure() == null;

  private HostMemory() {}

  /**
   * Throws if the process may not use native memory.
   *
   * @throws InitiumException saying which flag of Java allows it
   */
  public static void require() {
    if (NativeLibrary.failure() == null) {
      return; // to load it was such a use
    }
    try {
      at(0, 0);
    } catch (IllegalCallerException e) {
      String module = HostMemory.class.getModule().isNamed() ? "org.initium" : "ALL-UNNAMED";
      throw new InitiumException(
          Text.message(
              "Java denies native memory to Initium; start it with --enable-native-access=%s",
              module),
          e);
    }
  }

  /** All memory from an address on: what absolute addresses are read and written through. */
  public static MemorySegment at(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  /**
   * The address of memory that is not initialized, aligned to 64 bytes.
   *
   * @throws OutOfMemoryException if the system has not so much, or the machine never can
   */
  public static long allocate(long bytes) {
    if (bytes >= DOUBTFUL && bytes > total()) {
      throw outOfMemory(bytes);
    }
    long address =
        MAPPED ? NativeLibrary.map(mapped(bytes), isHuge(bytes)) : CLibrary.allocate(bytes);
    if (address == 0) {
      throw outOfMemory(bytes);
    }
    return address;
  }

  public static void free(long address, long bytes) {
    if (MAPPED) {
      NativeLibrary.unmap(address, mapped(bytes));
    } else {
      CLibrary.free(address);
    }
  }

  /**
   * Memory of someone else's is about to be written, all of it. Where nobody has touched it, an
   * engine has just allocated it: its first touch costs as little as that of ours (decision 0029).
   */
  static void written(long address, long bytes) {
    if (MAPPED && bytes >= HUGE_FROM) {
      NativeLibrary.untouched(address, bytes);
    }
  }

  private static long isHuge(long bytes) {
    return bytes >= HUGE_FROM ? 1 : 0;
  }

  private static long mapped(long bytes) {
    long unit = isHuge(bytes) == 1 ? HUGE : PAGE;
    return Math.max(bytes, 1) + unit - 1 & -unit;
  }

  private static com.sun.management.OperatingSystemMXBean system() {
    return (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  }

  /** The machine's (or container's) memory in bytes. */
  public static long total() {
    return system().getTotalMemorySize();
  }

  private static OutOfMemoryException outOfMemory(long asked) {
    return new OutOfMemoryException(Device.CPU, asked, system().getFreeMemorySize(), total());
  }
}
