package org.initium.cpu;

import org.initium.DType;
import org.initium.Fill;
import org.initium.law.Normal32;
import org.initium.law.Truncated32;
import org.initium.law.Uniform32;

/**
 * The scalar engine until the other one has been seen to be faster at the same work: vector code
 * that C2 has not compiled yet takes a hundred times as long. Both give the same bits, so that a
 * fill can go over from one to the other after any block.
 */
final class WarmingEngine implements Engine {
  private final Engine scalar;
  private final Engine vector;
  private final WarmUp uniform;
  private final WarmUp normal;
  private final WarmUp truncated;
  private final WarmUp sparse;
  private final WarmUp rounding;

  WarmingEngine(Engine scalar, Engine vector) {
    this.scalar = scalar;
    this.vector = vector;
    Uniform32 unit = new Uniform32(0, 1, 0, Math.nextDown(1f));
    uniform = new WarmUp(() -> scalar.uniform(unit, 0, 0), () -> vector.uniform(unit, 0, 0));
    Normal32 standard = new Normal32(0, 1);
    normal = new WarmUp(() -> scalar.normal(standard, 0, 0), () -> vector.normal(standard, 0, 0));
    truncated =
        new WarmUp(
            () -> scalar.truncated(twoSigma(), 0, 0), () -> vector.truncated(twoSigma(), 0, 0));
    sparse = new WarmUp(() -> sparse(scalar), () -> sparse(vector));
    rounding = new WarmUp(() -> rounding(scalar), () -> rounding(vector));
  }

  private static Truncated32 twoSigma() {
    return Truncated32.of(new Fill.TruncatedNormal(0, 1, -2, 2), DType.F32);
  }

  private static Values sparse(Engine engine) {
    int[] zerosLeft = new int[Block.SIZE + Block.SLACK];
    return (first, count, block) -> {
      int at = engine.words(0, first, count, block);
      engine.sparsify(block, at, 0, count, 1, zerosLeft);
      return 0;
    };
  }

  private static Values rounding(Engine engine) {
    return (first, count, block) -> {
      engine.bfloat16(block.floats, 0, count, block.halves);
      return 0;
    };
  }

  @Override
  public String toString() {
    return vector.toString();
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
  public int words(long seed, long n, int count, Block block) {
    return (sparse.isDone() ? vector : scalar).words(seed, n, count, block);
  }

  @Override
  public void sparsify(Block block, int at, int begin, int count, int rowsLeft, int[] zerosLeft) {
    (sparse.isDone() ? vector : scalar).sparsify(block, at, begin, count, rowsLeft, zerosLeft);
  }

  @Override
  public void bfloat16(float[] values, int from, int count, short[] out) {
    (rounding.isDone() ? vector : scalar).bfloat16(values, from, count, out);
  }
}
