package org.initium.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.SQRT;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.initium.law.Circle;
import org.initium.law.Logarithm;
import org.initium.law.Normal32;
import org.initium.law.Uniform32;
import org.initium.law.Units;

/**
 * From Philox counters to values in memory, with the Vector API. Each method is one loop over a
 * block in the L1 cache. Longer ones lose: C2 stops inlining at some number of nodes, and a vector
 * that passes a call which is not inlined is allocated.
 */
final class VectorValues {
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** As many lanes as ints in half the width. */
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(INTS.vectorBitSize() / 2));

  private static final int LANES = VectorPhilox.LANES;
  private static final float STEP = Units.STEP_32;
  private static final float HALF_STEP = Units.HALF_STEP_32;

  private VectorValues() {}

  private static FloatVector all(float value) {
    return FloatVector.broadcast(FLOATS, value);
  }

  /** {@link Units#unit}: the halves convert exactly, and their sum rounds once. */
  private static FloatVector unit(IntVector words) {
    FloatVector high = (FloatVector) words.lanewise(LSHR, 16).convert(I2F, 0);
    FloatVector low = (FloatVector) words.and(0xffff).convert(I2F, 0);
    return high.fma(all(65536), low).fma(all(STEP), all(HALF_STEP));
  }

  /** {@link Uniform32#at} of laws none of whose values is too low. */
  static void uniforms(long[][] counters, int blocks, Uniform32 law, long address) {
    for (int i = 0; i < blocks; i += LANES) {
      FloatVector x = scaled(unit(VectorPhilox.joined(counters[0], counters[1], i)), law);
      FloatVector y = scaled(unit(VectorPhilox.joined(counters[2], counters[3], i)), law);
      VectorPairs.storeDoubles(x, y, address + 16L * i);
    }
  }

  /** {@link Uniform32#at}. */
  static void liftedUniforms(long[][] counters, int blocks, Uniform32 law, long address) {
    for (int i = 0; i < blocks; i += LANES) {
      FloatVector x = scaled(unit(VectorPhilox.joined(counters[0], counters[1], i)), law);
      FloatVector y = scaled(unit(VectorPhilox.joined(counters[2], counters[3], i)), law);
      VectorPairs.storeDoubles(lifted(x, law), lifted(y, law), address + 16L * i);
    }
  }

  private static FloatVector scaled(FloatVector unit, Uniform32 law) {
    FloatVector x = unit.fma(law.range(), law.lo());
    return x.blend(law.high(), x.compare(GT, law.high()));
  }

  private static FloatVector lifted(FloatVector x, Uniform32 law) {
    return x.blend(law.low(), x.compare(LT, law.low()));
  }

  /** {@link Normal32#radius} of each pair. */
  static void radii(long[][] counters, int blocks, float[] out) {
    for (int i = 0; i < blocks; i += LANES) {
      IntVector bits =
          unit(VectorPhilox.joined(counters[0], counters[2], i))
              .reinterpretAsInts()
              .sub(Logarithm.SPLIT_32);
      FloatVector e = (FloatVector) bits.lanewise(ASHR, 23).convert(I2F, 0);
      FloatVector f = bits.and(0x7fffff).add(Logarithm.SPLIT_32).reinterpretAsFloats().sub(1);
      FloatVector q = f.fma(all(Logarithm.Q7), all(Logarithm.Q6));
      q = q.fma(f, all(Logarithm.Q5));
      q = q.fma(f, all(Logarithm.Q4));
      q = q.fma(f, all(Logarithm.Q3));
      q = q.fma(f, all(Logarithm.Q2));
      q = q.fma(f, all(Logarithm.Q1));
      q = q.fma(f, all(Logarithm.Q0));
      FloatVector sum = e.fma(all(Logarithm.MINUS_2_LN_2), f.mul(-2));
      q.fma(f.mul(f), sum).lanewise(SQRT).intoArray(out, 2 * i);
    }
  }

  /** {@link Circle#sin} and {@link Circle#cos} of the angles, times the radii. */
  static void points(long[][] counters, int blocks, float[] radii, float[] sines, float[] cosines) {
    for (int i = 0; i < blocks; i += LANES) {
      IntVector t = VectorPhilox.joined(counters[1], counters[3], i).add(Circle.EIGHTH_32);
      IntVector rest = t.and(Circle.QUARTER_32 - 1).sub(Circle.EIGHTH_32);
      FloatVector f = ((FloatVector) rest.convert(I2F, 0)).fma(all(STEP), all(HALF_STEP));
      FloatVector z = f.mul(f);
      FloatVector s = z.fma(all(Circle.S3), all(Circle.S2));
      s = s.fma(z, all(Circle.S1)).fma(z, all(Circle.S0)).mul(f);
      FloatVector c = z.fma(all(Circle.C3), all(Circle.C2));
      c = c.fma(z, all(Circle.C1)).fma(z, all(Circle.C0)).fma(z, all(1));
      VectorMask<Float> swap = t.and(Circle.QUARTER_32).compare(NE, 0).cast(FLOATS);
      FloatVector r = FloatVector.fromArray(FLOATS, radii, 2 * i);
      signed(s.blend(c, swap), t).mul(r).intoArray(sines, 2 * i);
      signed(c.blend(s, swap), t.add(Circle.QUARTER_32)).mul(r).intoArray(cosines, 2 * i);
    }
  }

  /** The two elements of each pair side by side, scaled and moved. */
  static void normals(float[] sines, float[] cosines, int blocks, Normal32 law, long address) {
    for (int i = 0; i < blocks; i += LANES) {
      FloatVector even = FloatVector.fromArray(FLOATS, sines, 2 * i);
      FloatVector odd = FloatVector.fromArray(FLOATS, cosines, 2 * i);
      VectorPairs.storeSingles(
          even.fma(law.std(), law.mean()), odd.fma(law.std(), law.mean()), address + 16L * i);
    }
  }

  /** With the sign turned where the angle's top bit is set. */
  private static FloatVector signed(FloatVector value, IntVector angle) {
    return value.reinterpretAsInts().lanewise(XOR, angle.and(1 << 31)).reinterpretAsFloats();
  }

  /** Rounds finite and infinite values in memory to bfloat16, to nearest even. */
  static void bfloat16(long from, int count, long to) {
    ByteOrder order = ByteOrder.nativeOrder();
    for (int i = 0; i < count; i += INTS.length()) {
      IntVector bits = IntVector.fromMemorySegment(INTS, Store.MEMORY, from + 4L * i, order);
      bits.add(0x7fff)
          .add(bits.lanewise(LSHR, 16).and(1))
          .lanewise(LSHR, 16)
          .convertShape(I2S, SHORTS, 0)
          .intoMemorySegment(Store.MEMORY, to + 2L * i, order);
    }
  }
}
