package org.initium.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;
import org.initium.law.Truncated32;

/** {@link Truncated32#at} with the Vector API. */
final class VectorQuantile {
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;

  /** A row of the table: two couples of coefficients, whatever the width of the others. */
  private static final VectorSpecies<Long> ROW = LongVector.SPECIES_128;

  /** Places of the first (second) of each two ints in two vectors. */
  private static final int[] INT_PLACES = new int[2 * INTS.length()];

  /** Places of the first (second) of each two longs in two vectors. */
  private static final long[] LONG_PLACES = new long[2 * LONGS.length()];

  static {
    for (int i = 0; i < INTS.length(); i++) {
      INT_PLACES[i] = 2 * i;
      INT_PLACES[INTS.length() + i] = 2 * i + 1;
    }
    for (int i = 0; i < LONGS.length(); i++) {
      LONG_PLACES[i] = 2 * i;
      LONG_PLACES[LONGS.length() + i] = 2 * i + 1;
    }
  }

  private VectorQuantile() {}

  /** The law's table by two coefficients at a time, which halves the loads of a gather. */
  static long[] table(Truncated32 law) {
    float[] table = law.table();
    long[] couples = new long[table.length / 2];
    MemorySegment.ofArray(couples).copyFrom(MemorySegment.ofArray(table));
    return couples;
  }

  /**
   * Places in the segments of the law; where their rows begin in the table goes where the words
   * were.
   */
  static void segments(int[] words, int count, float[] places) {
    for (int i = 0; i < count; i += INTS.length()) {
      IntVector word = IntVector.fromArray(INTS, words, i);
      IntVector flip = word.lanewise(ASHR, 31);
      FloatVector f = ((FloatVector) word.lanewise(XOR, flip).convert(I2F, 0)).add(0.5f);
      IntVector bits = f.reinterpretAsInts();
      bits.lanewise(LSHR, 19)
          .sub(Truncated32.FIRST_ROW)
          .add(flip.and(Truncated32.SEGMENTS))
          .lanewise(LSHL, 1)
          .intoArray(words, i);
      bits.lanewise(LSHL, 4)
          .and(0x7fffff)
          .add(0x3f800000)
          .reinterpretAsFloats()
          .sub(1.5f)
          .intoArray(places, i);
    }
  }

  /** The rows of the table one behind the other. */
  static void rows(long[] table, int[] rows, int count, long[] out) {
    for (int i = 0; i < count; i++) {
      LongVector.fromArray(ROW, table, rows[i]).intoArray(out, 2 * i);
    }
  }

  /** The cubics of the rows at the places. */
  static void values(long[] rows, float[] places, int count, Truncated32 law, long address) {
    IntVector first = IntVector.fromArray(INTS, INT_PLACES, 0);
    IntVector second = IntVector.fromArray(INTS, INT_PLACES, INTS.length());
    LongVector lower = LongVector.fromArray(LONGS, LONG_PLACES, 0);
    LongVector upper = LongVector.fromArray(LONGS, LONG_PLACES, LONGS.length());
    int longs = LONGS.length();
    for (int i = 0; i < count; i += INTS.length()) {
      LongVector p = LongVector.fromArray(LONGS, rows, 2 * i);
      LongVector q = LongVector.fromArray(LONGS, rows, 2 * i + longs);
      LongVector r = LongVector.fromArray(LONGS, rows, 2 * i + 2 * longs);
      LongVector t = LongVector.fromArray(LONGS, rows, 2 * i + 3 * longs);
      IntVector a = lower.selectFrom(p, q).reinterpretAsInts();
      IntVector b = lower.selectFrom(r, t).reinterpretAsInts();
      IntVector c = upper.selectFrom(p, q).reinterpretAsInts();
      IntVector d = upper.selectFrom(r, t).reinterpretAsInts();
      FloatVector s = FloatVector.fromArray(FLOATS, places, i);
      FloatVector x = second.selectFrom(c, d).reinterpretAsFloats();
      x = x.fma(s, first.selectFrom(c, d).reinterpretAsFloats());
      x = x.fma(s, second.selectFrom(a, b).reinterpretAsFloats());
      x = x.fma(s, first.selectFrom(a, b).reinterpretAsFloats());
      x = x.blend(law.high(), x.compare(GT, law.high()));
      x = x.blend(law.low(), x.compare(LT, law.low()));
      x.intoMemorySegment(Store.MEMORY, address + 4L * i, ByteOrder.nativeOrder());
    }
  }
}
