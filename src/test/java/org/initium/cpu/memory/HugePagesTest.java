// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.initium.DType;
import org.initium.Device;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cpu.kernels.NativeLibrary;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Which memory of someone else's is asked for in huge pages; Linux's own list of mappings says. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "huge pages are asked of Linux alone")
class HugePagesTest {
  private static final long HUGE = 2 << 20;
  private static final long BYTES = 8 * HUGE;

  private long address;

  @BeforeEach
  void asAnEngineAllocates() {
    address = NativeLibrary.map(BYTES, 0);
  }

  @AfterEach
  void free() {
    NativeLibrary.unmap(address, BYTES);
  }

  @Test
  void newMemoryIs() throws IOException {
    Tensor all = wrap(BYTES / 4);
    all.fill(Init.normal(), Generator.philox(1));
    assertTrue(huge(address + BYTES / 2), "the middle");
    try (Tensor ours = Tensor.empty(all.shape(), DType.F32)) {
      ours.fill(Init.normal(), Generator.philox(1));
      assertEquals(-1, ours.segment().mismatch(segment()));
    }
  }

  @Test
  void memoryThatWasTouchedIsNot() throws IOException {
    segment().fill((byte) 7);
    wrap(BYTES / 4).fill(Init.ones(), Generator.philox(1));
    assertFalse(huge(address + BYTES / 2));
  }

  /** What is not filled need not be touched: huge pages there would take memory for nothing. */
  @Test
  void whatIsFilledInPartIsNot() throws IOException {
    long rows = BYTES / 4 / 1024;
    Tensor columns = Tensor.wrap(Device.CPU, address, Shape.of(rows, 1024), DType.F32);
    columns.narrow(1, 0, 512).fill(Init.ones(), Generator.philox(1));
    assertFalse(huge(address + BYTES / 2));
  }

  @Test
  void onlyPagesThatAreFilledWholeAre() throws IOException {
    Tensor all = wrap(BYTES / 4);
    all.narrow(0, 1000, 4 * HUGE / 4).fill(Init.ones(), Generator.philox(1));
    long first = (address + 4000 + HUGE - 1) & -HUGE;
    long end = (address + 4000 + 4 * HUGE) & -HUGE;
    assertFalse(huge(first - 1), "before");
    assertTrue(huge(first), "the first page");
    assertTrue(huge(end - 1), "the last page");
    assertFalse(huge(end), "behind");
  }

  private Tensor wrap(long elements) {
    return Tensor.wrap(Device.CPU, address, Shape.of(elements), DType.F32);
  }

  private MemorySegment segment() {
    return HostMemory.at(address, BYTES);
  }

  /** Whether the mapping of an address has the flag of MADV_HUGEPAGE. */
  private static boolean huge(long address) throws IOException {
    boolean here = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        String[] range = line.split("[- ]", 3);
        here =
            Long.compareUnsigned(Long.parseUnsignedLong(range[0], 16), address) <= 0
                && Long.compareUnsigned(address, Long.parseUnsignedLong(range[1], 16)) < 0;
      } else if (here && line.startsWith("VmFlags:")) {
        return line.contains(" hg");
      }
    }
    throw new AssertionError("no mapping has " + Long.toHexString(address));
  }
}
