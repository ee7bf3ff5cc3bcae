package org.initium.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/** Stores two vectors of values lane by lane in turns. */
final class VectorPairs {
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final MemorySegment MEMORY = Store.MEMORY;
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

  /** Lanes of two vectors, the second's behind the first's: those that come first in turns. */
  private static final int[] SINGLES = turns(INTS.length());

  private static final long[] DOUBLES = new long[2 * VectorPhilox.LANES];

  static {
    int[] turns = turns(VectorPhilox.LANES);
    for (int i = 0; i < turns.length; i++) {
      DOUBLES[i] = turns[i];
    }
  }

  private VectorPairs() {}

  private static int[] turns(int lanes) {
    int[] turns = new int[2 * lanes];
    for (int i = 0; i < turns.length; i++) {
      turns[i] = i / 2 + (i % 2 == 0 ? 0 : lanes);
    }
    return turns;
  }

  /** One value of each in turns. */
  static void storeSingles(FloatVector even, FloatVector odd, long address) {
    IntVector x = even.reinterpretAsInts();
    IntVector y = odd.reinterpretAsInts();
    IntVector.fromArray(INTS, SINGLES, 0)
        .selectFrom(x, y)
        .intoMemorySegment(MEMORY, address, NATIVE);
    IntVector.fromArray(INTS, SINGLES, INTS.length())
        .selectFrom(x, y)
        .intoMemorySegment(MEMORY, address + INTS.vectorByteSize(), NATIVE);
  }

  /** Two values of each in turns. */
  static void storeDoubles(FloatVector even, FloatVector odd, long address) {
    LongVector x = even.reinterpretAsLongs();
    LongVector y = odd.reinterpretAsLongs();
    LongVector.fromArray(VectorPhilox.LONGS, DOUBLES, 0)
        .selectFrom(x, y)
        .intoMemorySegment(MEMORY, address, NATIVE);
    LongVector.fromArray(VectorPhilox.LONGS, DOUBLES, VectorPhilox.LANES)
        .selectFrom(x, y)
        .intoMemorySegment(MEMORY, address + INTS.vectorByteSize(), NATIVE);
  }
}
