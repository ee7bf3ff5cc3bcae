// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.initium.Device;
import org.initium.DeviceUnavailableException;
import org.initium.OutOfMemoryException;
import org.initium.Storage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostMemoryTest {
  private final CpuBackend backend = new CpuBackend();

  /** Both sides of the size from which memory is mapped on its own. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 63, 4096, (4 << 20) - 1, 4 << 20, (4 << 20) + 1, 100_000_001})
  void allFirstAndLastBytesAreThere(long bytes) {
    Storage storage = backend.allocate(Device.CPU, bytes);
    assertTrue(storage.owned());
    assertEquals(bytes, storage.bytes());
    assertEquals(0, storage.address() % 64);
    MemorySegment memory = storage.segment();
    memory.fill((byte) 7);
    assertEquals(-1, memory.mismatch(memory));
    storage.close();
    storage.close();
    assertThrows(IllegalStateException.class, storage::address);
    assertThrows(IllegalStateException.class, storage::segment);
  }

  @Test
  void largeBlocksStartAtHugePages() {
    try (Storage storage = backend.allocate(Device.CPU, 10 << 20)) {
      assertEquals(0, storage.address() % (2 << 20));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1L << 60, Long.MAX_VALUE})
  void whatNoMachineHas(long bytes) {
    OutOfMemoryException e =
        assertThrows(OutOfMemoryException.class, () -> backend.allocate(Device.CPU, bytes));
    assertTrue(e.getMessage().startsWith("out of memory on cpu: asked for " + bytes + " bytes"));
  }

  /** By Java's own word for it. */
  @Test
  void whereADirectBufferIs() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(64).order(ByteOrder.LITTLE_ENDIAN);
    long begin = MemorySegment.ofBuffer(buffer).address();
    assertEquals(begin, backend.address(buffer));
    buffer.position(5).limit(7);
    assertEquals(begin, backend.address(buffer));
    assertEquals(begin + 5, backend.address(buffer.slice()));
    assertEquals(begin, backend.address(buffer.asReadOnlyBuffer()));
    assertThrows(IllegalArgumentException.class, () -> backend.address(ByteBuffer.allocate(64)));
  }

  @Test
  void wrappedMemoryIsNotFreed() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment theirs = arena.allocate(16);
      Storage storage = backend.wrap(Device.CPU, theirs.address(), 16);
      assertFalse(storage.owned());
      storage.segment().fill((byte) 3);
      storage.close();
      assertEquals(3, theirs.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 15));
    }
  }

  @Test
  void badArguments() {
    assertThrows(IllegalArgumentException.class, () -> backend.wrap(Device.CPU, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> backend.wrap(Device.CPU, 64, -1));
    assertThrows(DeviceUnavailableException.class, () -> backend.allocate(new Device("cpu", 1), 1));
    assertThrows(IllegalArgumentException.class, () -> new CpuOptions(0, null));
  }
}
