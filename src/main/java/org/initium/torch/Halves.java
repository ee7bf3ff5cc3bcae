package org.initium.torch;

import org.initium.DType;

/** Floats in the form of a 16-bit type that holds them exactly, some at a time. */
final class Halves {
  private final DType dtype;
  private final short[] halves;
  private final int[] bits;

  Halves(int size, DType dtype) {
    this.dtype = dtype;
    this.halves = new short[size];
    this.bits = new int[size];
  }

  int size() {
    return halves.length;
  }

  /** At most {@link #size} floats from {@code values[from]} on; overwritten by the next call. */
  short[] of(float[] values, int from, int count) {
    if (dtype == DType.F16) {
      for (int i = 0; i < count; i++) {
        halves[i] = Float.floatToFloat16(values[from + i]);
      }
    } else {
      Bits.ofFloats(values, from, bits, count);
      for (int i = 0; i < count; i++) {
        halves[i] = (short) (bits[i] >>> 16); // the rest is 0
      }
    }
    return halves;
  }
}
