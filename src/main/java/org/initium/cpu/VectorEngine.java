package org.initium.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.IntVector;
import org.initium.DType;
import org.initium.law.Normal32;
import org.initium.law.Truncated32;
import org.initium.law.Uniform32;

/**
 * Computes with the Vector API, the bits that the scalar functions of org.initium.law give. The
 * classes whose names begin with Vector are the only ones that import it.
 */
final class VectorEngine implements Engine {
  static final VectorEngine INSTANCE = new VectorEngine();

  /** Values that one turn of each loop stores: a run of them ends where a loop does. */
  private static final int STEP = 4 * VectorPhilox.LANES;

  private VectorEngine() {}

  /** The width of the processor's vectors. */
  static int bits() {
    return IntVector.SPECIES_PREFERRED.vectorBitSize();
  }

  @Override
  public String toString() {
    return bits() + "-bit vectors";
  }

  @Override
  public int words(long seed, long n, int count, Block block) {
    return VectorPhilox.inOrder(seed, n, count, block);
  }

  @Override
  public void wordsAt(long seed, long n, int[] places, int count, int[] out, Block block) {
    VectorPhilox.at(seed, n, places, count, out, block);
  }

  @Override
  public Values uniform(Uniform32 law, long seed, long start) {
    return new Written(
        seed,
        start,
        law.staysAboveLow()
            ? (b, n, address) -> VectorValues.uniforms(b.counters, n, law, address)
            : (b, n, address) -> VectorValues.liftedUniforms(b.counters, n, law, address));
  }

  @Override
  public Values normal(Normal32 law, long seed, long start) {
    return new Written(
        seed,
        start,
        (b, n, address) -> VectorValues.radii(b.counters, n, b.radii),
        (b, n, address) -> VectorValues.points(b.counters, n, b.radii, b.sines, b.cosines),
        (b, n, address) -> VectorValues.normals(b.sines, b.cosines, n, law, address));
  }

  /**
   * A loop over so many Philox blocks; the last writes their values to an address, and up to {@link
   * #STEP} more. Called through a site that sees several kinds of them, so that C2 compiles each on
   * its own: in one method together they pass its limit of nodes.
   */
  @FunctionalInterface
  private interface Pass {
    void over(Block block, int blocks, long address);
  }

  /** Values that are written to memory: to where they belong, or to the block's. */
  private record Written(long seed, long start, Pass... passes) implements Values {
    @Override
    public int compute(long first, int count, Block block) {
      int begin = write(first, count, block, block.memory.address());
      MemorySegment.copy(block.memory, ValueLayout.JAVA_FLOAT, 0, block.floats, 0, begin + count);
      return begin;
    }

    @Override
    public boolean store(long first, int count, Block block, DType dtype, long address) {
      if ((start + first & 3) != 0 || count % STEP != 0) {
        return false;
      }
      switch (dtype) {
        case F32 -> write(first, count, block, address);
        case BF16 -> {
          write(first, count, block, block.memory.address());
          VectorValues.bfloat16(block.memory.address(), count, address);
        }
        case F16, F64 -> {
          return false;
        }
      }
      return true;
    }

    private int write(long first, int count, Block block, long address) {
      return PhiloxBlocks.draw(
          seed,
          start + first,
          count,
          block,
          VectorPhilox::rounds,
          (blocks, done) -> {
            for (Pass pass : passes) {
              pass.over(block, blocks, address + 16L * done);
            }
          });
    }
  }

  @Override
  public Values truncated(Truncated32 law, long seed, long start) {
    long[] table = VectorQuantile.table(law);
    return new Written(
        seed,
        start,
        (b, n, address) -> VectorPhilox.inOrder(b.counters, n, b.words, 0),
        (b, n, address) -> VectorQuantile.segments(b.words, 4 * n, b.floats),
        (b, n, address) -> VectorQuantile.rows(table, b.words, 4 * n, b.rows),
        (b, n, address) -> VectorQuantile.values(b.rows, b.floats, 4 * n, law, address));
  }

  @Override
  public SparseEngine sparse() {
    return VectorSparse.INSTANCE;
  }
}
