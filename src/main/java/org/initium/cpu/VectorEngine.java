package org.initium.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;
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

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** Values that one turn of each loop stores: a run of them ends where a loop does. */
  private static final int STEP = 4 * VectorPhilox.LANES;

  private VectorEngine() {}

  /** The width of the processor's vectors. */
  static int bits() {
    return INTS.vectorBitSize();
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
  public Values uniform(Uniform32 law, long seed, long start) {
    return new Written(
        seed, start, (b, n, address) -> VectorValues.uniforms(b.counters, n, law, address));
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
    return (first, count, block) -> {
      int begin = VectorPhilox.inOrder(seed, start + first, count, block);
      segments(block.words, begin + count, block.floats);
      law.inSegments(block.words, begin + count, block.floats);
      return begin;
    };
  }

  /** Rows and places in the segments of {@link Truncated32}; the rows go where the words were. */
  private static void segments(int[] words, int count, float[] places) {
    for (int i = 0; i < count; i += INTS.length()) {
      IntVector word = IntVector.fromArray(INTS, words, i);
      IntVector flip = word.lanewise(ASHR, 31);
      FloatVector f = ((FloatVector) word.lanewise(XOR, flip).convert(I2F, 0)).add(0.5f);
      IntVector bits = f.reinterpretAsInts();
      bits.lanewise(LSHR, 19)
          .sub(Truncated32.FIRST_ROW)
          .add(flip.and(Truncated32.SEGMENTS))
          .intoArray(words, i);
      bits.lanewise(LSHL, 4)
          .and(0x7fffff)
          .add(0x3f800000)
          .reinterpretAsFloats()
          .sub(1.5f)
          .intoArray(places, i);
    }
  }

  @Override
  public SparseEngine sparse() {
    return VectorSparse.INSTANCE;
  }
}
