// SPDX-License-Identifier: Apache-2.0
package org.initium;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.initium.text.ArgumentChecks;
import org.initium.text.Text;

/**
 * The element types. Values of fewer bits than a binary32's are computed in binary32 and rounded
 * once, to nearest, ties to even, when they are stored.
 *
 * @since 0.1.0
 */
public enum DType {
  /** IEEE 754 binary32. */
  F32(4, 24, -126, Float.MAX_VALUE, Double.POSITIVE_INFINITY),
  /** IEEE 754 binary64. */
  F64(8, 53, -1022, Double.MAX_VALUE, Double.POSITIVE_INFINITY),
  /** IEEE 754 binary16. */
  F16(2, 11, -14, 65504, Double.POSITIVE_INFINITY),
  /** bfloat16: the upper half of a binary32. */
  BF16(2, 8, -126, 0x1.fep127, Double.POSITIVE_INFINITY),
  /**
   * A float of 8 bits with 3 of fraction, from 2^-9 to 448, without infinities: E4M3 of the OCP's
   * 8-bit specification (OFP8), PyTorch's {@code float8_e4m3fn}. What is beyond its largest value
   * becomes that, infinity too (the specification's saturating conversion); NaN stays NaN.
   */
  F8_E4M3FN(1, 4, -6, 448, 448),
  /**
   * A float of 8 bits with 2 of fraction, from 2^-16 to 57344: E5M2 of the OCP's 8-bit
   * specification, PyTorch's {@code float8_e5m2}. What is beyond its largest value becomes that,
   * infinity too; so no fill makes an infinity, but one in memory is read as one.
   */
  F8_E5M2(1, 3, -14, 57344, 57344),
  /**
   * Whole numbers of 8 bits with sign: for buffers. Constants, {@code eye}, {@code identity},
   * {@code dirac}, {@code arange} and uniform whole numbers fill the types of whole numbers, and
   * nothing else does; what is copied to them is rounded, and at most their largest value.
   */
  I8(1, 7, 6, 127, 127),
  /** Whole numbers of 16 bits with sign. */
  I16(2, 15, 14, 32767, 32767),
  /** Whole numbers of 32 bits with sign. */
  I32(4, 31, 30, Integer.MAX_VALUE, Integer.MAX_VALUE),
  /** Whole numbers of 64 bits with sign; those of more than 53 as far as a double holds them. */
  I64(8, 63, 62, 0x1.fffffffffffffp62, 0x1.fffffffffffffp62),
  /** Whole numbers of 8 bits from 0 on. */
  U8(1, 8, 7, 255, 255),
  /** 0 or 1, in a byte. */
  BOOL(1, 1, 0, 1, 1);

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
    static final ValueLayout.OfInt INT =
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG =
        ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static void set(MemorySegment memory, long at, int bytes, long bits) {
      switch (bytes) {
        case 1 -> memory.set(ValueLayout.JAVA_BYTE, at, (byte) bits);
        case 2 -> memory.set(SHORT, at, (short) bits);
        case 4 -> memory.set(INT, at, (int) bits);
        case 8 -> memory.set(LONG, at, bits);
        default -> throw new AssertionError("no element has " + bytes + " bytes");
      }
    }
  }

  private final int bytes;
  private final int precision;
  private final int minExponent;
  private final double maxValue;
  private final double beyond; // what a number becomes that rounds to more than maxValue

  DType(int bytes, int precision, int minExponent, double maxValue, double beyond) {
    this.bytes = bytes;
    this.precision = precision;
    this.minExponent = minExponent;
    this.maxValue = maxValue;
    this.beyond = beyond;
  }

  /**
   * {@return the type of that name, in any case} PyTorch's and NumPy's names with their bits are
   * known too: {@code bfloat16}, {@code torch.float32}, {@code int64}.
   *
   * {@snippet :
   * DType dtype = DType.parse("bfloat16");
   * }
   *
   * @param name {@code bf16}
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
    return name()
        .replaceFirst("F(?=\\d)", "float")
        .replaceFirst("^I", "int")
        .replaceFirst("^U", "uint");
  }

  private static String names() {
    return Arrays.stream(values()).map(DType::toString).collect(Collectors.joining(", "));
  }

  /** {@return the size of an element in bytes} */
  public int bytes() {
    return bytes;
  }

  /** {@return whether its values are whole numbers} */
  public boolean isInteger() {
    return switch (this) {
      case F32, F64, F16, BF16, F8_E4M3FN, F8_E5M2 -> false;
      case I8, I16, I32, I64, U8, BOOL -> true;
    };
  }

  /** {@return the type that elements are computed in} {@link #F64} or {@link #F32}. */
  public DType computedIn() {
    return switch (this) {
      case F64, I8, I16, I32, I64, U8, BOOL -> F64;
      case F32, F16, BF16, F8_E4M3FN, F8_E5M2 -> F32;
    };
  }

  /**
   * {@return whether elements are computed in binary64, of two words of the stream where one is
   * random}
   */
  public boolean isWide() {
    return computedIn() == F64;
  }

  /**
   * {@return significant bits, the hidden one counted: 24, 53, 11, 8, 4, 3; of the largest whole
   * number}
   */
  public int precision() {
    return precision;
  }

  /** {@return the spacing of values at 1: 2^(1 - precision)} */
  public double epsilon() {
    return Math.scalb(1.0, 1 - precision);
  }

  /** {@return the largest finite value} */
  public double maxValue() {
    return maxValue;
  }

  /** {@return the least finite value} */
  public double minValue() {
    return switch (this) {
      case F32, F64, F16, BF16, F8_E4M3FN, F8_E5M2 -> -maxValue;
      case I8, I16, I32, I64 -> -maxValue - 1;
      case U8, BOOL -> 0;
    };
  }

  /**
   * {@return the value rounded to this type, to nearest, ties to even; beyond the range it is
   * infinite, or the nearest value where the type saturates}
   *
   * @param value any number; a NaN stays one, and is 0 as a whole number
   */
  public double round(double value) {
    double nearest = nearest(value);
    if (isInteger()) {
      return nearest != nearest ? 0 : Math.clamp(nearest, minValue(), maxValue) + 0.0; // not -0
    }
    return Math.abs(nearest) > maxValue ? Math.copySign(beyond, nearest) : nearest;
  }

  /** As if there were no largest value. */
  private double nearest(double value) {
    double spacing = spacing(value);
    return Math.rint(value / spacing) * spacing;
  }

  /** The spacing of this type's values in the value's binade. */
  private double spacing(double value) {
    return Math.scalb(1.0, Math.max(Math.getExponent(value), minExponent) - precision + 1);
  }

  /**
   * {@return the largest value of this type that is less than {@code bound}}
   *
   * @param bound any number
   */
  public double below(double bound) {
    double nearest = round(bound);
    return nearest < bound ? nearest : 0 - above(-nearest); // the zero above -MIN is not -0
  }

  /**
   * {@return the smallest value of this type that is not less than {@code bound}; it may be
   * infinite}
   *
   * @param bound any number
   */
  public double atLeast(double bound) {
    double nearest = round(bound);
    return nearest >= bound ? nearest : above(nearest);
  }

  /** The next value of this type above one of its own. */
  private double above(double own) {
    if (own == maxValue) {
      return Double.POSITIVE_INFINITY;
    }
    // Just below a power of two the spacing halves: a negative power of two moves up by half a
    // step.
    boolean power = own < 0 && Math.abs(own) == Math.scalb(1.0, Math.getExponent(own));
    return own + spacing(power ? Math.nextUp(own) : own);
  }

  /**
   * {@return element {@code index} of a segment of this type, exactly}
   *
   * @param memory of at least {@code index + 1} elements, little-endian, at any address
   * @param index from 0
   */
  public double get(MemorySegment memory, long index) {
    long at = index * bytes;
    return switch (this) {
      case F32 -> memory.get(Layout.FLOAT, at);
      case F64 -> memory.get(Layout.DOUBLE, at);
      case F16 -> Float.float16ToFloat(memory.get(Layout.SHORT, at));
      case BF16 -> Float.intBitsToFloat(memory.get(Layout.SHORT, at) << 16);
      case F8_E4M3FN, F8_E5M2 -> ofByte(memory.get(ValueLayout.JAVA_BYTE, at));
      case I8 -> memory.get(ValueLayout.JAVA_BYTE, at);
      case I16 -> memory.get(Layout.SHORT, at);
      case I32 -> memory.get(Layout.INT, at);
      case I64 -> memory.get(Layout.LONG, at);
      case U8 -> Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, at));
      case BOOL -> memory.get(ValueLayout.JAVA_BYTE, at) == 0 ? 0 : 1;
    };
  }

  /**
   * Writes element {@code index} of a segment of this type, rounded as {@link #round} says.
   *
   * @param memory of at least {@code index + 1} elements, little-endian, at any address
   * @param index from 0
   * @param value any number
   */
  public void set(MemorySegment memory, long index, double value) {
    Layout.set(memory, index * bytes, bytes, bits(value));
  }

  /**
   * {@return the bits of a value rounded to this type, the rest of them 0}
   *
   * @param value any number
   */
  public long bits(double value) {
    return switch (this) {
      case F32 -> Integer.toUnsignedLong(Float.floatToRawIntBits((float) value));
      case F64 -> Double.doubleToRawLongBits(value);
      case F16 -> Short.toUnsignedLong(Float.floatToFloat16((float) round(value)));
      case BF16 -> Float.floatToRawIntBits((float) round(value)) >>> 16;
      case F8_E4M3FN -> toByte(round(value), 0x7f);
      case F8_E5M2 -> toByte(round(value), 0x7e);
      case I8, I16, I32, I64, U8, BOOL ->
          (long) round(value) & -1L >>> Long.SIZE - Byte.SIZE * bytes;
    };
  }

  /** The byte of one of this type's values: the sign, the exponent, the fraction. */
  private long toByte(double own, int nan) {
    long sign = Double.doubleToRawLongBits(own) >>> 56 & 0x80;
    if (own != own) {
      return sign | nan;
    }
    int exponent = Math.max(Math.getExponent(own), minExponent);
    // The hidden bit, where there is one, adds one to the exponent.
    return sign
        | (long) (exponent - minExponent << precision - 1) + (long) (Math.abs(own) / spacing(own));
  }

  private double ofByte(byte bits) {
    int exponent = (bits & 0x7f) >> precision - 1;
    int fraction = bits & (1 << precision - 1) - 1;
    int significand = exponent == 0 ? fraction : fraction | 1 << precision - 1;
    double size = Math.scalb(significand, Math.max(exponent, 1) - 1 + minExponent - precision + 1);
    if (size > maxValue) {
      size = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    }
    return bits < 0 ? -size : size;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Checks that a number is finite in this dtype, and not beyond its largest value.
   *
   * @param name what to call the number in the message
   * @param value the number
   * @throws IllegalArgumentException naming the number, its value and the largest that there is
   */
  public void checkFinite(String name, double value) {
    if (isInteger()) {
      String range = Math.round(minValue()) + " to " + Math.round(maxValue) + " in " + this;
      ArgumentChecks.that(value == round(value), name, value, "a whole number from " + range);
      return;
    }
    ArgumentChecks.that(
        Math.abs(nearest(value)) <= maxValue,
        name,
        value,
        "finite in " + this + ", whose largest value is " + maxValue);
  }

  /**
   * Checks that elements may be any real numbers.
   *
   * @throws IllegalArgumentException if they are whole numbers
   */
  public void checkReal() {
    if (isInteger()) {
      throw new IllegalArgumentException(
          Text.message(
              "%s has whole numbers alone; constant, zeros, ones, eye, identity, dirac, arange and"
                  + " uniform fill it",
              this));
    }
  }
}
