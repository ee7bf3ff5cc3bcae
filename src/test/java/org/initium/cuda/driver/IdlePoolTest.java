// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdlePoolTest {
  private static final int THREADS = 8;

  @Test
  void aThreadGetsWhatItUsedLast() throws Exception {
    IdlePool<String> idle = new IdlePool<>();
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      other.submit(() -> idle.add("theirs")).get();
      idle.add("mine");
      assertEquals("mine", idle.take(any -> true).orElseThrow());
      assertTrue(idle.take(any -> true).isEmpty(), "the other thread is alive, and keeps its own");
      assertEquals("theirs", other.submit(() -> idle.take(any -> true)).get().orElseThrow());
    }
  }

  @Test
  void whatAnEndedThreadLeftIsForAnyone() throws InterruptedException {
    IdlePool<String> idle = new IdlePool<>();
    Thread thread = Thread.ofPlatform().start(() -> idle.add("left"));
    thread.join();
    assertFalse(idle.take("other"::equals).isPresent());
    assertEquals("left", idle.take("left"::equals).orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noTwoThreadsHaveTheSame(boolean shared) throws Exception {
    IdlePool<AtomicInteger> idle = new IdlePool<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> work = new ArrayList<>();
      for (int i = 0; i < 20_000; i++) {
        work.add(threads.submit(() -> use(idle, shared)));
      }
      for (Future<?> each : work) {
        each.get();
      }
    }
    int kept = 0;
    while (idle.takeAny().isPresent()) {
      kept++;
    }
    assertTrue(kept <= THREADS, kept + " for " + THREADS + " threads");
  }

  private static void use(IdlePool<AtomicInteger> idle, boolean shared) {
    Optional<AtomicInteger> own = idle.take(each -> true);
    AtomicInteger users = (shared ? own.or(idle::takeAny) : own).orElseGet(AtomicInteger::new);
    assertEquals(1, users.incrementAndGet());
    Thread.onSpinWait();
    assertEquals(0, users.decrementAndGet());
    idle.add(users);
  }
}
