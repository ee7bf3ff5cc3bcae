package org.initium.cpu;

import org.initium.law.Normal32;
import org.initium.law.Truncated32;
import org.initium.law.Uniform32;

/**
 * The scalar engine until the other one has been seen to be faster: vector code that C2 has not
 * compiled yet takes a hundred times as long. Both give the same bits, so that a fill can go over
 * from one to the other after any block.
 */
final class WarmingEngine implements Engine {
  private final Engine scalar;
  private final Engine vector;
  private final WarmUp uniform;
  private final WarmUp normal;
  private final WarmUp truncated;

  WarmingEngine(Engine scalar, Engine vector) {
    this.scalar = scalar;
    this.vector = vector;
    Uniform32 unit = new Uniform32(0, 1, 0, Math.nextDown(1f));
    Normal32 standard = new Normal32(0, 1);
    uniform = new WarmUp(scalar.uniform(unit, 0, 0), vector.uniform(unit, 0, 0));
    normal = new WarmUp(scalar.normal(standard, 0, 0), vector.normal(standard, 0, 0));
    // what a truncated law has of its own is scalar code on either side
    truncated = uniform;
  }

  @Override
  public String toString() {
    return vector.toString();
  }

  @Override
  public int words(long seed, long n, int count, Block block) {
    return (uniform.isDone() ? vector : scalar).words(seed, n, count, block);
  }

  @Override
  public Values uniform(Uniform32 law, long seed, long start) {
    return uniform.choose(scalar.uniform(law, seed, start), vector.uniform(law, seed, start));
  }

  @Override
  public Values normal(Normal32 law, long seed, long start) {
    return normal.choose(scalar.normal(law, seed, start), vector.normal(law, seed, start));
  }

  @Override
  public Values truncated(Truncated32 law, long seed, long start) {
    return truncated.choose(scalar.truncated(law, seed, start), vector.truncated(law, seed, start));
  }

  @Override
  public void sparsify(Block block, int at, int begin, int count, int rowsLeft, int[] zerosLeft) {
    (normal.isDone() ? vector : scalar).sparsify(block, at, begin, count, rowsLeft, zerosLeft);
  }
}
