package org.initium;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.initium.expression.Checks;

/**
 * The element types. Values of the 16-bit types are computed in binary32 and rounded once, to
 * nearest, ties to even, when they are stored.
 */
public enum DType {
  /** IEEE 754 binary32. */
  F32(4, 24, -126, 127),
  /** IEEE 754 binary64. */
  F64(8, 53, -1022, 1023),
  /** IEEE 754 binary16. */
  F16(2, 11, -14, 15),
  /** bfloat16: the upper half of a binary32. */
  BF16(2, 8, -126, 127);

  /**
   * How elements lie in memory. On their own, since a first fill that needs none is sooner done.
   */
  private static final class Layout {
    static final ValueLayout.OfFloat FLOAT =
        ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble DOUBLE =
        ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort SHORT =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  }

  private final int bytes;
  private final int precision;
  private final int minExponent;
  private final int maxExponent;

  DType(int bytes, int precision, int minExponent, int maxExponent) {
    this.bytes = bytes;
    this.precision = precision;
    this.minExponent = minExponent;
    this.maxExponent = maxExponent;
  }

  /**
   * Returns the type of that name, in any case; PyTorch's and NumPy's names are known too: {@code
   * bfloat16}, {@code torch.float32}.
   *
   * @throws IllegalArgumentException if there is none, listing those that there are
   */
  public static DType parse(String name) {
    String plain = name.startsWith("torch.") ? name.substring("torch.".length()) : name;
    for (DType type : values()) {
      if (type.name().equalsIgnoreCase(plain) || type.longName().equalsIgnoreCase(plain)) {
        return type;
      }
    }
    throw new IllegalArgumentException("dtype '" + name + "' is not known; use one of " + names());
  }

  private String longName() {
    return name().replaceFirst("F", "float");
  }

  private static String names() {
    return Arrays.stream(values()).map(DType::toString).collect(Collectors.joining(", "));
  }

  /** Size of an element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Whether elements are computed in binary32 and rounded at the end. */
  public boolean isHalf() {
    return bytes == 2;
  }

  /** Significant bits, the hidden one counted: 24, 53, 11, 8. */
  public int precision() {
    return precision;
  }

  /** The spacing of values at 1: 2^(1 - precision). */
  public double epsilon() {
    return Math.scalb(1.0, 1 - precision);
  }

  /** The largest finite value. */
  public double maxValue() {
    return Math.scalb(2.0 - epsilon(), maxExponent);
  }

  /** The value rounded to this type, to nearest, ties to even; beyond the range it is infinite. */
  public double round(double value) {
    return switch (this) {
      case F64 -> value;
      case F32 -> (float) value;
      case F16 -> Float.float16ToFloat(toFloat16((float) value, value));
      case BF16 -> fromBfloat16(toBfloat16(oddly(value)));
    };
  }

  /** The largest value of this type that is less than {@code bound}. */
  public double below(double bound) {
    double nearest = round(bound);
    return nearest < bound ? nearest : 0 - above(-nearest); // the zero above -MIN is not -0
  }

  /** The smallest value of this type that is not less than {@code bound}. */
  public double atLeast(double bound) {
    double nearest = round(bound);
    return nearest >= bound ? nearest : above(nearest);
  }

  /** The next value of this type above one of its own. */
  private double above(double own) {
    if (own == 0) {
      return Math.scalb(1.0, minExponent - precision + 1);
    }
    int exponent = Math.max(Math.getExponent(own), minExponent);
    double step = Math.scalb(1.0, exponent - precision + 1);
    // Just below a power of two the spacing halves: a negative power of two moves up by half a
    // step.
    boolean power = own < 0 && exponent > minExponent && -own == Math.scalb(1.0, exponent);
    return own + (power ? step / 2 : step);
  }

  /** Reads element {@code index} of a segment of this type. */
  public double get(MemorySegment memory, long index) {
    long at = index * bytes;
    return switch (this) {
      case F32 -> memory.get(Layout.FLOAT, at);
      case F64 -> memory.get(Layout.DOUBLE, at);
      case F16 -> Float.float16ToFloat(memory.get(Layout.SHORT, at));
      case BF16 -> fromBfloat16(memory.get(Layout.SHORT, at));
    };
  }

  /** Writes element {@code index} of a segment of this type, rounding to nearest even. */
  public void set(MemorySegment memory, long index, double value) {
    long at = index * bytes;
    switch (this) {
      case F32 -> memory.set(Layout.FLOAT, at, (float) value);
      case F64 -> memory.set(Layout.DOUBLE, at, value);
      case F16 -> memory.set(Layout.SHORT, at, toFloat16((float) value, value));
      case BF16 -> memory.set(Layout.SHORT, at, toBfloat16(oddly(value)));
    }
  }

  /** The bits of a value rounded to this type, the rest of them 0. */
  public long bits(double value) {
    return switch (this) {
      case F32 -> Integer.toUnsignedLong(Float.floatToRawIntBits((float) value));
      case F64 -> Double.doubleToRawLongBits(value);
      case F16 -> Short.toUnsignedLong(toFloat16((float) value, value));
      case BF16 -> Short.toUnsignedLong(toBfloat16(oddly(value)));
    };
  }

  /** binary32 to bfloat16, to nearest even; a NaN stays a NaN. */
  public static short toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (value != value) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }

  /** bfloat16 to binary32, exactly. */
  public static float fromBfloat16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  private static short toFloat16(float single, double value) {
    return Float.floatToFloat16(single == value ? single : oddly(value));
  }

  /**
   * Rounds a double to binary32 "to odd", which keeps a later rounding to 16 bits from rounding
   * twice (Boldo and Melquiond, 2008).
   */
  private static float oddly(double value) {
    float nearest = (float) value;
    if (nearest == value || nearest != nearest || (Float.floatToRawIntBits(nearest) & 1) == 1) {
      return nearest;
    }
    return nearest < value ? Math.nextUp(nearest) : Math.nextDown(nearest);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Checks that a number is finite in this dtype.
   *
   * @throws IllegalArgumentException naming the number, its value and the largest that there is
   */
  public void checkFinite(String name, double value) {
    Checks.that(
        Math.abs(round(value)) <= maxValue(),
        name,
        value,
        "finite in " + this + ", whose largest value is " + maxValue());
  }
}
