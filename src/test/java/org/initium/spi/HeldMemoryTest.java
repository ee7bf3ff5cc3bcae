// SPDX-License-Identifier: Apache-2.0
package org.initium.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Memory that is in use is not ended, and what has ended is not used. */
class HeldMemoryTest {
  private static final class Memory extends HeldMemory {
    Memory() {
      super(64, 8, "it was closed");
    }
  }

  private final Memory memory = new Memory();

  /** What two hold ends when both have let go, and the interrupt of who waits is not lost. */
  @Test
  void theEndWaitsForAllHolders() throws InterruptedException {
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    memory.hold();
    memory.hold();
    Thread closer =
        Thread.ofPlatform()
            .start(() -> ended.complete(memory.end() && Thread.currentThread().isInterrupted()));
    closer.interrupt();
    memory.release();
    assertFalse(closer.join(Duration.ofMillis(50)), "it ended while it was held");
    assertEquals(64, memory.address(), "until its end it is there");
    memory.release();
    assertTrue(ended.join());
    assertFalse(memory.end(), "for a second time");
  }

  @Test
  void nobodyGetsTheAddressAfterTheEnd() {
    memory.during(() -> assertEquals(64, memory.address()));
    assertTrue(memory.end());
    String message = assertThrows(IllegalStateException.class, memory::address).getMessage();
    assertEquals("it was closed", message);
    assertThrows(IllegalStateException.class, memory::hold);
    assertThrows(IllegalStateException.class, () -> memory.during(() -> {}));
    memory.reopen();
    assertEquals(64, memory.address());
  }

  @Test
  void aFailureLetsGo() {
    assertThrows(
        ArithmeticException.class,
        () ->
            memory.during(
                () -> {
                  throw new ArithmeticException();
                }));
    assertTrue(memory.end());
  }
}
