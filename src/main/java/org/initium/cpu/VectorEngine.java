package org.initium.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.SQRT;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.initium.law.Circle;
import org.initium.law.Logarithm;
import org.initium.law.Normal32;
import org.initium.law.Truncated32;
import org.initium.law.Uniform32;
import org.initium.law.Units;

/**
 * Computes with the Vector API, the bits that the scalar functions of org.initium.law give. This
 * class and {@link VectorPhilox} are the only ones that import the Vector API.
 *
 * <p>Each method is one short loop over a block in the L1 cache. Longer ones lose: C2 stops
 * inlining at some number of nodes, and a vector that passes an uninlined call is allocated; and
 * with long chains of operations, the processor's window holds too few of them to overlap.
 */
final class VectorEngine implements Engine {
  static final VectorEngine INSTANCE = new VectorEngine();

  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** As many lanes as ints in half the width. */
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(INTS.vectorBitSize() / 2));

  private static final float STEP = Units.STEP_32;
  private static final float HALF_STEP = Units.HALF_STEP_32;

  /** Each lane of the lower (upper) half twice. */
  private static final VectorShuffle<Float> LOWER_F = VectorShuffle.fromOp(FLOATS, i -> i / 2);

  private static final VectorShuffle<Float> UPPER_F =
      VectorShuffle.fromOp(FLOATS, i -> (i + FLOATS.length()) / 2);
  private static final VectorMask<Float> ODD_F = VectorMask.fromLong(FLOATS, 0xAAAAAAAAAAAAAAAAL);

  private VectorEngine() {}

  /** The width of the processor's vectors. */
  static int bits() {
    return LONGS.vectorBitSize();
  }

  @Override
  public String toString() {
    return bits() + "-bit vectors";
  }

  @Override
  public int words(long seed, long n, int count, Block block) {
    return VectorPhilox.draw(VectorPhilox.keys(seed), n, count, block, false);
  }

  @Override
  public Values uniform(Uniform32 law, long seed, long start) {
    long[] keys = VectorPhilox.keys(seed);
    return (first, count, block) -> {
      int begin = VectorPhilox.draw(keys, start + first, count, block, false);
      uniforms(block.words, begin + count, law, block.floats);
      return begin;
    };
  }

  @Override
  public Values normal(Normal32 law, long seed, long start) {
    long[] keys = VectorPhilox.keys(seed);
    Pass[] passes = {
      (b, n) -> fractions(b.words, n, b.sines, b.cosines),
      (b, n) -> radii(b.sines, b.cosines, n, b.radii),
      (b, n) -> circle(b.angles, n, b.radii, b.sines, b.cosines),
      (b, n) -> interleave(b.sines, b.cosines, n, law, b.floats)
    };
    return (first, count, block) -> {
      int begin = VectorPhilox.draw(keys, start + first, count, block, true);
      for (Pass pass : passes) {
        pass.over(block, begin + count + 1 >> 1);
      }
      return begin;
    };
  }

  /**
   * One loop over so many pairs of a block. Called through a site that sees several kinds of them,
   * so that C2 compiles each on its own: in one method together they pass its limit of nodes.
   */
  @FunctionalInterface
  private interface Pass {
    void over(Block block, int pairs);
  }

  @Override
  public Values truncated(Truncated32 law, long seed, long start) {
    long[] keys = VectorPhilox.keys(seed);
    return (first, count, block) -> {
      int begin = VectorPhilox.draw(keys, start + first, count, block, false);
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

  /** {@code word * rowsLeft >>> 32} by halves of the word, which fit in 32 bits each. */
  @Override
  public void sparsify(Block block, int at, int begin, int count, int rowsLeft, int[] zerosLeft) {
    for (int i = 0; i < count; i += INTS.length()) {
      IntVector word = IntVector.fromArray(INTS, block.words, at + i);
      IntVector lower = word.and(0xffff).mul(rowsLeft).lanewise(LSHR, 16);
      IntVector high = word.lanewise(LSHR, 16).mul(rowsLeft).add(lower).lanewise(LSHR, 16);
      IntVector left = IntVector.fromArray(INTS, zerosLeft, i);
      IntVector zero = high.sub(left).lanewise(ASHR, 31); // -1 where it is less
      left.add(zero).intoArray(zerosLeft, i);
      FloatVector.fromArray(FLOATS, block.floats, begin + i)
          .reinterpretAsInts()
          .and(zero.not())
          .reinterpretAsFloats()
          .intoArray(block.floats, begin + i);
    }
  }

  /** {@link Units#unit}: the halves convert exactly, and their sum rounds once. */
  private static FloatVector unit(IntVector words) {
    FloatVector high = (FloatVector) words.lanewise(LSHR, 16).convert(I2F, 0);
    FloatVector low = (FloatVector) words.and(0xffff).convert(I2F, 0);
    return high.fma(all(65536), low).fma(STEP, HALF_STEP);
  }

  /** {@link Uniform32#at}. */
  private static void uniforms(int[] words, int count, Uniform32 law, float[] out) {
    for (int i = 0; i < count; i += INTS.length()) {
      FloatVector x = unit(IntVector.fromArray(INTS, words, i)).fma(law.range(), law.lo());
      x = x.blend(law.high(), x.compare(GT, law.high()));
      x.blend(law.low(), x.compare(LT, law.low())).intoArray(out, i);
    }
  }

  /** The first half of {@link Normal32#radius}: f, and what its polynomial is added to. */
  private static void fractions(int[] words, int count, float[] fractions, float[] sums) {
    for (int i = 0; i < count; i += INTS.length()) {
      IntVector bits =
          unit(IntVector.fromArray(INTS, words, i)).reinterpretAsInts().sub(Logarithm.SPLIT_32);
      FloatVector e = (FloatVector) bits.lanewise(ASHR, 23).convert(I2F, 0);
      FloatVector f = bits.and(0x7fffff).add(Logarithm.SPLIT_32).reinterpretAsFloats().sub(1);
      f.intoArray(fractions, i);
      e.fma(all(Logarithm.MINUS_2_LN_2), f.mul(-2)).intoArray(sums, i);
    }
  }

  /** The second half of {@link Normal32#radius}. */
  private static void radii(float[] fractions, float[] sums, int count, float[] out) {
    for (int i = 0; i < count; i += INTS.length()) {
      FloatVector f = FloatVector.fromArray(FLOATS, fractions, i);
      FloatVector q = f.fma(all(Logarithm.Q7), all(Logarithm.Q6));
      q = q.fma(f, all(Logarithm.Q5));
      q = q.fma(f, all(Logarithm.Q4));
      q = q.fma(f, all(Logarithm.Q3));
      q = q.fma(f, all(Logarithm.Q2));
      q = q.fma(f, all(Logarithm.Q1));
      q = q.fma(f, all(Logarithm.Q0));
      q.fma(f.mul(f), FloatVector.fromArray(FLOATS, sums, i)).lanewise(SQRT).intoArray(out, i);
    }
  }

  private static FloatVector all(float value) {
    return FloatVector.broadcast(FLOATS, value);
  }

  /** {@link Circle#sin} and {@link Circle#cos} of the angles, times the radii. */
  private static void circle(
      int[] angles, int count, float[] radii, float[] sines, float[] cosines) {
    for (int i = 0; i < count; i += INTS.length()) {
      IntVector t = IntVector.fromArray(INTS, angles, i).add(Circle.EIGHTH_32);
      IntVector rest = t.and(Circle.QUARTER_32 - 1).sub(Circle.EIGHTH_32);
      FloatVector f = ((FloatVector) rest.convert(I2F, 0)).fma(STEP, HALF_STEP);
      FloatVector z = f.mul(f);
      FloatVector s = z.fma(all(Circle.S3), all(Circle.S2));
      s = s.fma(z, all(Circle.S1)).fma(z, all(Circle.S0)).mul(f);
      FloatVector c = z.fma(all(Circle.C3), all(Circle.C2));
      c = c.fma(z, all(Circle.C1)).fma(z, all(Circle.C0)).fma(z, all(1));
      VectorMask<Float> swap = t.and(Circle.QUARTER_32).compare(NE, 0).cast(FLOATS);
      FloatVector r = FloatVector.fromArray(FLOATS, radii, i);
      signed(s.blend(c, swap), t).mul(r).intoArray(sines, i);
      signed(c.blend(s, swap), t.add(Circle.QUARTER_32)).mul(r).intoArray(cosines, i);
    }
  }

  /** With the sign turned where the angle's top bit is set. */
  private static FloatVector signed(FloatVector value, IntVector angle) {
    return value.reinterpretAsInts().lanewise(XOR, angle.and(1 << 31)).reinterpretAsFloats();
  }

  /** The two elements of each pair side by side, scaled and moved. */
  private static void interleave(
      float[] sines, float[] cosines, int pairs, Normal32 law, float[] out) {
    for (int i = 0; i < pairs; i += FLOATS.length()) {
      FloatVector even = FloatVector.fromArray(FLOATS, sines, i).fma(law.std(), law.mean());
      FloatVector odd = FloatVector.fromArray(FLOATS, cosines, i).fma(law.std(), law.mean());
      even.rearrange(LOWER_F).blend(odd.rearrange(LOWER_F), ODD_F).intoArray(out, 2 * i);
      even.rearrange(UPPER_F)
          .blend(odd.rearrange(UPPER_F), ODD_F)
          .intoArray(out, 2 * i + FLOATS.length());
    }
  }

  @Override
  public void bfloat16(float[] values, int from, int count, short[] out) {
    for (int i = 0; i < count; i += INTS.length()) {
      IntVector bits = FloatVector.fromArray(FLOATS, values, from + i).reinterpretAsInts();
      bits.add(0x7fff)
          .add(bits.lanewise(LSHR, 16).and(1))
          .lanewise(LSHR, 16)
          .convertShape(I2S, SHORTS, 0)
          .reinterpretAsShorts()
          .intoArray(out, i);
    }
  }
}
