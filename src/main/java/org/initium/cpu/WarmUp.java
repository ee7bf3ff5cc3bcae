package org.initium.cpu;

import java.util.concurrent.atomic.AtomicInteger;

/** Runs slow-to-compile code on a thread of its own until it beats the code that stands in. */
final class WarmUp {
  /** Blocks computed by the stand-in before a thread is worth it: 32768 elements. */
  private static final int PATIENCE = 16;

  /** What is timed at once. */
  private static final int BLOCKS = 8;

  private static final long GIVE_UP_NANOS = 60_000_000_000L;

  private final Values standIn;
  private final Values wanted;
  private final AtomicInteger blocks = new AtomicInteger();
  private volatile boolean done;

  /** Of code and its stand-in, each with arguments to try it with. */
  WarmUp(Values standIn, Values wanted) {
    this.standIn = standIn;
    this.wanted = wanted;
  }

  /** Whether the code is known to be faster than the stand-in. */
  boolean isDone() {
    return done;
  }

  /** The stand-in as long as the code is not faster, for arguments of the caller's. */
  Values choose(Values slow, Values fast) {
    if (done) {
      return fast;
    }
    return (first, count, block) -> {
      if (done) {
        return fast.compute(first, count, block);
      }
      if (blocks.incrementAndGet() == PATIENCE) {
        Thread.ofPlatform().daemon().name("initium-warm-up").start(this::run);
      }
      return slow.compute(first, count, block);
    };
  }

  private void run() {
    Block block = new Block();
    long start = System.nanoTime();
    long toBeat = Long.MAX_VALUE;
    while (!done && System.nanoTime() - start < GIVE_UP_NANOS) {
      toBeat = Math.min(toBeat, time(standIn, block));
      done = time(wanted, block) < toBeat;
    }
  }

  private static long time(Values values, Block block) {
    long start = System.nanoTime();
    for (int i = 0; i < BLOCKS; i++) {
      values.compute((long) i * Block.SIZE, Block.SIZE, block);
    }
    return System.nanoTime() - start;
  }
}
