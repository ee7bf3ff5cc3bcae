package org.initium.cpu;

/** Runs of words of the random stream. */
@FunctionalInterface
interface WordSource {
  /**
   * Computes {@code count} words from position n on, at most twice {@link Block#SIZE}, into {@link
   * Block#words}.
   *
   * @return where in the array they begin, at most {@link Block#SLACK} / 2
   */
  int words(long seed, long n, int count, Block block);
}
