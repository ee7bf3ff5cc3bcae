package org.initium.torch;

import org.initium.DType;

/** Rounding to a 16-bit type as torch does it: from binary32, also where a double came before. */
final class Rounding {
  private Rounding() {}

  /** The value of that type nearest to a float, ties to even. */
  static float round(float value, DType dtype) {
    return switch (dtype) {
      case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
      case BF16 -> DType.fromBfloat16(DType.toBfloat16(value));
      case F32, F64 -> value;
    };
  }

  /**
   * The same for the first {@code count} values of an array, none of them a NaN.
   *
   * @param bits scratch
   */
  static void round(float[] values, int[] bits, int count, DType dtype) {
    switch (dtype) {
      case F16 -> {
        for (int i = 0; i < count; i++) {
          values[i] = Float.float16ToFloat(Float.floatToFloat16(values[i]));
        }
      }
      case BF16 -> {
        Bits.ofFloats(values, bits, count);
        for (int i = 0; i < count; i++) {
          bits[i] = bits[i] + 0x7fff + (bits[i] >>> 16 & 1) & 0xffff0000;
        }
        Bits.toFloats(bits, values, count);
      }
      case F32, F64 -> {}
    }
  }
}
