package org.initium.cpu;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** A fixed number of threads that share the pieces of a job; the caller is one of them. */
final class Team {
  /** Part of a job: elements {@code from} to {@code to - 1}, with the thread's own scratch. */
  @FunctionalInterface
  interface Part {
    void run(long from, long to, Block block);
  }

  private static final ThreadLocal<Block> SCRATCH = ThreadLocal.withInitial(Block::new);

  private final int threads;
  private final ExecutorService helpers;

  Team(int threads) {
    this.threads = threads;
    this.helpers =
        threads == 1
            ? null
            : Executors.newFixedThreadPool(
                threads - 1, Thread.ofPlatform().daemon().name("initium-", 1).factory());
  }

  int threads() {
    return threads;
  }

  /**
   * Runs a job in pieces of {@code piece} elements, and returns when all are done. Threads take the
   * next piece as they get ready, so that none waits long for the slowest.
   */
  void share(long elements, long piece, Part part) {
    if (threads == 1 || elements <= piece) {
      part.run(0, elements, SCRATCH.get());
      return;
    }
    AtomicLong next = new AtomicLong();
    Runnable work =
        () -> {
          Block block = SCRATCH.get();
          for (long from; (from = next.getAndAdd(piece)) < elements; ) {
            part.run(from, Math.min(from + piece, elements), block);
          }
        };
    int others = (int) Math.min(threads - 1, (elements - 1) / piece);
    CompletableFuture<?>[] running = new CompletableFuture<?>[others];
    for (int i = 0; i < others; i++) {
      running[i] = CompletableFuture.runAsync(work, helpers);
    }
    try {
      work.run();
    } finally {
      try {
        CompletableFuture.allOf(running).join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw (RuntimeException) e.getCause();
      }
    }
  }
}
