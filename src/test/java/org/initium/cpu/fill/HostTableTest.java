// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.foreign.MemorySegment;
import org.initium.DType;
import org.initium.Fill;
import org.initium.cpu.kernels.NativeKernels;
import org.initium.cpu.memory.HostMemory;
import org.initium.kernel.KernelSet;
import org.initium.law.Quantile32;
import org.junit.jupiter.api.Test;

/** Tables in the host's memory are kept for the last laws, and as long as somebody reads them. */
class HostTableTest {
  private static final int MORE_THAN_ARE_KEPT = 40;

  private final KernelSet kernels = NativeKernels.of("auto");

  private HostTable of(double std) {
    return HostTable.of(new Fill.TruncatedNormal(0, std, -2, 2), DType.F32, kernels);
  }

  private static MemorySegment bytes(HostTable table) {
    return HostMemory.at(table.address(), Quantile32.BYTES);
  }

  @Test
  void aLawThatWasJustUsedIsFound() {
    try (HostTable first = of(3)) {
      for (int i = 0; i < MORE_THAN_ARE_KEPT; i++) {
        of(4 + i).close();
        try (HostTable again = of(3)) {
          assertEquals(first.address(), again.address());
        }
      }
    }
  }

  @Test
  void whatIsReadStaysWhereNewLawsComeInItsPlace() {
    try (HostTable held = of(3)) {
      for (int i = 0; i < MORE_THAN_ARE_KEPT; i++) {
        of(4 + i).close();
      }
      try (HostTable anew = of(3)) {
        assertNotEquals(held.address(), anew.address());
        assertEquals(-1, bytes(held).mismatch(bytes(anew)));
      }
    }
  }
}
