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

  /** The same for the first {@code count} values of an array. */
  static void round(float[] values, int count, DType dtype) {
    switch (dtype) {
      case F16 -> {
        for (int i = 0; i < count; i++) {
          values[i] = Float.float16ToFloat(Float.floatToFloat16(values[i]));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          values[i] = DType.fromBfloat16(DType.toBfloat16(values[i]));
        }
      }
      case F32, F64 -> {}
    }
  }
}
