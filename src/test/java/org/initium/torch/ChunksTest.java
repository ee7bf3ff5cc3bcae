package org.initium.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.initium.DType;
import org.junit.jupiter.api.Test;

class ChunksTest {
  @Test
  void waitsForOthersWhenTheCallerThrows() {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch thrown = new CountDownLatch(1);
    AtomicBoolean written = new AtomicBoolean();
    IllegalStateException caught =
        assertThrows(
            IllegalStateException.class,
            () -> {
              try (Chunks chunks = new Chunks(2, 16, DType.F32)) {
                chunks.work(
                    chunks.scratch(),
                    _ -> {
                      started.countDown();
                      await(thrown);
                      written.set(true);
                    });
                await(started);
                chunks.work(
                    chunks.scratch(), // by the caller, since the other is at work
                    _ -> {
                      releaseLater(thrown);
                      throw new IllegalStateException("of the caller");
                    });
              }
            });
    assertEquals("of the caller", caught.getMessage());
    assertTrue(written.get(), "the memory may go while another thread still writes to it");
  }

  @Test
  void throwsWhatAnotherThreadThrew() {
    IllegalStateException caught =
        assertThrows(
            IllegalStateException.class,
            () -> {
              try (Chunks chunks = new Chunks(2, 16, DType.F32)) {
                chunks.work(
                    chunks.scratch(),
                    _ -> {
                      throw new IllegalStateException("of another thread");
                    });
              }
            });
    assertEquals("of another thread", caught.getMessage());
  }

  /** Lets the other go on only when the caller has had time to return without waiting for it. */
  private static void releaseLater(CountDownLatch latch) {
    Thread.startVirtualThread(
        () -> {
          try {
            Thread.sleep(200);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          latch.countDown();
        });
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
