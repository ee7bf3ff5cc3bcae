// SPDX-License-Identifier: Apache-2.0
package org.initium.cpu.fill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TeamTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void eachElementIsDoneOnce(int threads) {
    Team team = new Team(threads);
    for (int job = 0; job < 2000; job++) {
      int elements = job % 97;
      AtomicIntegerArray done = new AtomicIntegerArray(100);
      team.share(
          elements,
          3,
          (from, to) -> {
            for (long i = from; i < to; i++) {
              done.incrementAndGet((int) i);
            }
          });
      for (int i = 0; i < 100; i++) {
        assertEquals(i < elements ? 1 : 0, done.get(i), "element " + i + " of job " + job);
      }
    }
  }

  /** Two pieces that each wait for the other's beginning need two threads. */
  @Test
  void helpersWorkAtTheSameTime() {
    Team team = new Team(2);
    assertTimeoutPreemptively(LONG, () -> together(team, () -> {}));
  }

  @Test
  void whatAPartThrowsTheOwnerThrowsWhenAllAreDone() {
    Team team = new Team(2);
    for (boolean helper : new boolean[] {false, true}) {
      RuntimeException thrown = new IllegalStateException("of a part");
      Thread owner = Thread.currentThread();
      Runnable part =
          () -> {
            if (helper != (Thread.currentThread() == owner)) {
              throw thrown;
            }
          };
      RuntimeException seen = assertThrows(RuntimeException.class, () -> together(team, part));
      assertSame(thrown, seen);
    }
  }

  /** The only helper is busy with a job that waits for the second job's end. */
  @Test
  void aHelperThatDoesNotComeIsNotWaitedFor() {
    Team team = new Team(2);
    assertTimeoutPreemptively(
        LONG,
        () -> {
          CountDownLatch busy = new CountDownLatch(2);
          CountDownLatch release = new CountDownLatch(1);
          Thread first =
              Thread.ofPlatform()
                  .start(
                      () ->
                          team.share(
                              2,
                              1,
                              (from, to) -> {
                                busy.countDown();
                                await(release);
                              }));
          await(busy);
          int[] pieces = new int[1];
          team.share(5, 1, (from, to) -> pieces[0]++);
          assertEquals(5, pieces[0]);
          release.countDown();
          first.join();
        });
  }

  @Test
  void idleHelpersSleep() {
    Team team = new Team(2);
    AtomicReference<Thread> helper = new AtomicReference<>();
    Thread owner = Thread.currentThread();
    together(
        team,
        () -> {
          if (Thread.currentThread() != owner) {
            helper.set(Thread.currentThread());
          }
        });
    for (long end = System.nanoTime() + LONG.toNanos();
        helper.get().getState() != Thread.State.WAITING && System.nanoTime() < end; ) {
      LockSupport.parkNanos(1_000_000);
    }
    assertSame(Thread.State.WAITING, helper.get().getState());
    assertTrue(helper.get().isDaemon(), "it keeps the JVM from ending");
    assertFalse(helper.get().isInterrupted());
  }

  /** Two threads do a part at the same time. */
  private static void together(Team team, Runnable part) {
    CountDownLatch begun = new CountDownLatch(2);
    team.share(
        2,
        1,
        (from, to) -> {
          begun.countDown();
          await(begun);
          part.run();
        });
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
