package org.initium.cpu;

import java.util.function.Supplier;
import org.initium.DType;
import org.initium.Fill;
import org.initium.law.ColumnKeys;
import org.initium.law.Normal32;
import org.initium.law.Truncated32;
import org.initium.law.Uniform32;

/**
 * The plain engine until the other one has been seen to be faster at the same work: vector code
 * that C2 has not compiled yet takes a hundred times as long. Both give the same bits, so that a
 * fill can go over from one to the other after any block.
 */
final class WarmingEngine implements Engine {
  private final WarmUp uniform;
  private final WarmUp normal;
  private final WarmUp truncated;
  private final WarmUp sparse;

  /**
   * Of two engines.
   *
   * @param vector asked for when there is enough to do
   * @param patience blocks of each law that the plain engine computes first
   */
  WarmingEngine(Engine plain, Supplier<Engine> vector, int patience) {
    Uniform32 unit = new Uniform32(0, 1, 0, Math.nextDown(1f));
    uniform = new WarmUp(plain, vector, e -> e.uniform(unit, 0, 0), patience);
    Normal32 standard = new Normal32(0, 1);
    normal = new WarmUp(plain, vector, e -> e.normal(standard, 0, 0), patience);
    truncated = new WarmUp(plain, vector, e -> e.truncated(twoSigma(), 0, 0), patience);
    sparse = new WarmUp(plain, vector, WarmingEngine::sparse, patience);
  }

  private static Truncated32 twoSigma() {
    return Truncated32.of(new Fill.TruncatedNormal(0, 1, -2, 2), DType.F32);
  }

  /** A group of keys: drawn, cut, compared. */
  private static Values sparse(Engine engine) {
    ColumnKeys law = new ColumnKeys(0, 0, Block.SIZE / 16, 16, 16, Block.SIZE, 100);
    TileMask mask = new TileMask();
    int[] cuts = new int[16];
    long[] left = new long[16];
    return (first, count, block) -> {
      mask.load(law, engine, first / Block.SIZE, 0, count, block);
      mask.cuts(engine.sparse(), cuts, left);
      mask.compare(engine.sparse(), cuts);
      return 0;
    };
  }

  @Override
  public String toString() {
    return "plain loops, vectors for more";
  }

  @Override
  public Values uniform(Uniform32 law, long seed, long start) {
    return uniform.values(engine -> engine.uniform(law, seed, start));
  }

  @Override
  public Values normal(Normal32 law, long seed, long start) {
    return normal.values(engine -> engine.normal(law, seed, start));
  }

  @Override
  public Values truncated(Truncated32 law, long seed, long start) {
    return truncated.values(engine -> engine.truncated(law, seed, start));
  }

  @Override
  public int words(long seed, long n, int count, Block block) {
    return sparse.engine().words(seed, n, count, block);
  }

  @Override
  public void wordsAt(long seed, long n, int[] places, int count, int[] out, Block block) {
    sparse.engine().wordsAt(seed, n, places, count, out, block);
  }

  @Override
  public SparseEngine sparse() {
    return sparse.engine().sparse();
  }
}
