// SPDX-License-Identifier: Apache-2.0
package org.initium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.initium.testing.outside.Resources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DTypeTest {
  /** src/test/python/dtypes.py wrote them with NumPy, PyTorch (bf16) and ml_dtypes (f8). */
  static List<String> rounded() throws IOException {
    List<String> rows = Resources.lines(DTypeTest.class, "dtypes.csv");
    assertTrue(rows.size() >= 300, "only " + rows.size() + " rows");
    return rows;
  }

  @Test
  void namesOfPyTorchAreKnown() {
    assertEquals(DType.BF16, DType.parse("bfloat16"));
    assertEquals(DType.F32, DType.parse("torch.float32"));
    assertEquals(DType.F64, DType.parse("Float64"));
    assertEquals(DType.F16, DType.parse("f16"));
    assertEquals(DType.F8_E4M3FN, DType.parse("torch.float8_e4m3fn"));
    assertEquals(DType.F8_E5M2, DType.parse("float8_e5m2"));
  }

  @Test
  void roundsAsOthersDo() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(16);
      for (String row : rounded()) {
        String[] columns = row.split(",");
        DType type = DType.parse(columns[0]);
        double value = Double.longBitsToDouble(Long.parseUnsignedLong(columns[1], 16));
        double wanted = Double.longBitsToDouble(Long.parseUnsignedLong(columns[2], 16));
        assertEquals(wanted, type.round(value), row);
        type.set(memory, 1, value);
        assertEquals(wanted, type.get(memory, 1), row);
      }
    }
  }

  /** All 65536 values of each 16-bit type, against the JDK's and the definition's. */
  @Test
  void everyHalfIsItself() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float half = Float.float16ToFloat((short) bits);
      assertSame(half, DType.F16.round(half));
      float brain = Float.intBitsToFloat(bits << 16);
      assertSame(brain, DType.BF16.round(brain));
      if (brain == brain) {
        assertEquals(bits, DType.BF16.bits(brain));
      }
      if (half == half) {
        assertEquals(bits, DType.F16.bits(half));
      }
    }
  }

  private static void assertSame(float wanted, double actual) {
    assertEquals(Double.doubleToLongBits(wanted), Double.doubleToLongBits(actual));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "B?F\\d.*")
  void belowTheLeastPositiveValueIsPlusZero(DType type) {
    double least =
        switch (type) {
          case F64 -> Double.MIN_VALUE;
          case F32 -> Float.MIN_VALUE;
          case F16 -> 0x1p-24;
          case BF16 -> 0x1p-133;
          case F8_E4M3FN -> 0x1p-9;
          case F8_E5M2 -> 0x1p-16;
          case I8, I16, I32, I64, U8, BOOL -> throw new AssertionError();
        };
    assertEquals(0.0, type.below(least));
    assertEquals(-least, type.below(0.0));
    assertEquals(-least, type.below(-0.0));
  }

  /** The definitions of below and atLeast, at the neighbors of every finite value. */
  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "F8_E4M3FN", "F8_E5M2"})
  void neighborsOfEveryValue(DType type) {
    double previous = Double.NaN;
    int last = (1 << 8 * type.bytes() - 1) - 1;
    for (int rank = -last; rank <= last; rank++) {
      double value = ofRank(type, rank);
      if (!Double.isFinite(value)) {
        continue;
      }
      if (!Double.isNaN(previous)) {
        assertEquals(previous, type.below(value), 0);
        assertEquals(previous, type.below(Math.nextDown(value)), 0);
        assertEquals(value, type.atLeast(Math.nextUp(previous)), 0);
        double middle = (previous + value) / 2;
        assertEquals(previous, type.below(middle), 0);
        assertEquals(value, type.atLeast(middle), 0);
      }
      assertEquals(value, type.atLeast(value), 0);
      previous = value;
    }
    assertEquals(type.maxValue(), previous);
  }

  /** The values of a type in ascending order, 0 being rank 0 and -0 left out. */
  private static double ofRank(DType type, int rank) {
    double positive = ofBits(type, Math.abs(rank));
    return rank < 0 ? -positive : positive;
  }

  private static double ofBits(DType type, long bits) {
    return type.get(MemorySegment.ofArray(new long[] {bits}), 0);
  }

  /** What the bytes of the 8-bit types are, by the tables of the OCP's OFP8, section 5.2. */
  @ParameterizedTest
  @CsvSource({
    "F8_E4M3FN, 00, 0", "F8_E4M3FN, 80, -0.0", "F8_E4M3FN, 01, 0x1p-9", "F8_E4M3FN, 07, 0x0.7p-5",
    "F8_E4M3FN, 08, 0x1p-6", "F8_E4M3FN, 38, 1", "F8_E4M3FN, b9, -1.125", "F8_E4M3FN, 7e, 448",
    "F8_E4M3FN, fe, -448", "F8_E4M3FN, 7f, NaN", "F8_E4M3FN, ff, NaN", "F8_E5M2, 00, 0",
    "F8_E5M2, 80, -0.0", "F8_E5M2, 01, 0x1p-16", "F8_E5M2, 03, 0x0.3p-12", "F8_E5M2, 04, 0x1p-14",
    "F8_E5M2, 3c, 1", "F8_E5M2, bd, -1.25", "F8_E5M2, 7b, 57344", "F8_E5M2, 7c, Infinity",
    "F8_E5M2, fc, -Infinity", "F8_E5M2, 7d, NaN", "F8_E5M2, 7e, NaN", "F8_E5M2, ff, NaN",
  })
  void bytes(DType type, String bits, double value) {
    long code = Long.parseLong(bits, 16);
    assertEquals(value, ofBits(type, code));
    if (Double.isFinite(value)) {
      assertEquals(code, type.bits(value));
    }
  }

  /** All 256 of each: written as it was read, where it is a number. */
  @ParameterizedTest
  @EnumSource(names = {"F8_E4M3FN", "F8_E5M2"})
  void everyByteIsItself(DType type) {
    for (int bits = 0; bits < 256; bits++) {
      double value = ofBits(type, bits);
      if (Double.isFinite(value)) {
        assertEquals(bits, type.bits(value));
      }
    }
  }

  /**
   * The saturating conversion of the OCP's OFP8, section 5.3: what is larger than the largest value
   * becomes that, infinities too; NaN is NaN.
   */
  @ParameterizedTest
  @CsvSource({
    "F8_E4M3FN, 464, 448", "F8_E4M3FN, 464.00003, 448", "F8_E4M3FN, 480, 448",
        "F8_E4M3FN, 1e30, 448",
    "F8_E4M3FN, Infinity, 448", "F8_E4M3FN, -Infinity, -448", "F8_E4M3FN, -1e9, -448",
        "F8_E4M3FN, NaN, NaN",
    "F8_E5M2, 61439, 57344", "F8_E5M2, 61440, 57344", "F8_E5M2, 65536, 57344",
        "F8_E5M2, 1e30, 57344",
    "F8_E5M2, Infinity, 57344", "F8_E5M2, -Infinity, -57344", "F8_E5M2, -1e9, -57344",
        "F8_E5M2, NaN, NaN",
  })
  void saturates(DType type, double value, double wanted) {
    assertEquals(wanted, type.round(value));
    assertEquals(wanted, ofBits(type, type.bits(value)));
  }

  /** An argument is not saturated: it is an error. */
  @ParameterizedTest
  @CsvSource({"F8_E4M3FN, 464, 464.1", "F8_E5M2, 61439, 61440", "F16, 65519, 65520"})
  void argumentsBeyondTheLargestValueAreRefused(DType type, double good, double bad) {
    type.checkFinite("value", good);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> type.checkFinite("value", bad));
    assertTrue(e.getMessage().contains("whose largest value is " + type.maxValue()), e::getMessage);
    assertThrows(IllegalArgumentException.class, () -> type.checkFinite("value", Double.NaN));
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void neighborsAreTheJdks(DType type) {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 200_000; i++) {
      double value =
          type == DType.F32
              ? Float.intBitsToFloat(random.nextInt())
              : Double.longBitsToDouble(random.nextLong());
      check(type, value);
    }
    for (int exponent = -1074; exponent < 1024; exponent++) {
      check(type, type.round(Math.scalb(1.0, exponent)));
      check(type, type.round(-Math.scalb(1.0, exponent)));
    }
    check(type, 0);
    check(type, -0.0);
  }

  private static void check(DType type, double value) {
    if (Math.abs(value) < type.maxValue()) {
      double below = type == DType.F32 ? Math.nextDown((float) value) : Math.nextDown(value);
      double above = type == DType.F32 ? Math.nextUp((float) value) : Math.nextUp(value);
      assertEquals(below, type.below(value), 0);
      assertEquals(value, type.atLeast(value), 0);
      if (type == DType.F32) {
        assertEquals(value, type.below(Math.nextUp(value)), 0);
        assertEquals(above, type.atLeast(Math.nextUp(value)), 0);
      }
    }
  }

  private static DType named(String name, String alias, int bytes) {
    DType type = DType.parse(name);
    assertEquals(name, type.toString());
    assertEquals(type, DType.parse(alias));
    assertEquals(bytes, type.bytes());
    return type;
  }

  /** Limits as numpy.finfo and torch.finfo print them. */
  @ParameterizedTest
  @CsvSource({
    "f32, 4, 24, 1.1920928955078125e-07, 3.4028234663852886e+38",
    "f64, 8, 53, 2.220446049250313e-16, 1.7976931348623157e+308",
    "f16, 2, 11, 0.0009765625, 65504.0",
    "bf16, 2, 8, 0.0078125, 3.3895313892515355e+38",
    "f8_e4m3fn, 1, 4, 0.125, 448.0",
    "f8_e5m2, 1, 3, 0.25, 57344.0",
  })
  void limits(String name, int bytes, int precision, double epsilon, double max) {
    DType type = named(name, name.toUpperCase(Locale.ROOT), bytes);
    assertEquals(bytes == 8 ? DType.F64 : DType.F32, type.computedIn());
    assertEquals(precision, type.precision());
    assertEquals(epsilon, type.epsilon());
    assertEquals(max, type.maxValue());
    assertEquals(max, type.round(max));
    assertEquals(-max, type.atLeast(-max), 0);
  }

  /** Limits as numpy.iinfo prints them, and what is beyond or between. */
  @ParameterizedTest
  @CsvSource({
    "i8, int8, 1, -128, 127",
    "i16, int16, 2, -32768, 32767",
    "i32, torch.int32, 4, -2147483648, 2147483647",
    "u8, uint8, 1, 0, 255",
    "bool, torch.bool, 1, 0, 1",
  })
  void wholeNumbers(String name, String torch, int bytes, long least, long greatest) {
    DType type = named(name, torch, bytes);
    assertEquals(least, type.minValue());
    assertEquals(greatest, type.maxValue());
    MemorySegment memory = MemorySegment.ofArray(new byte[2 * bytes]);
    for (double value : new double[] {least, greatest, 0, 1}) {
      type.set(memory, 1, value);
      assertEquals(value, type.get(memory, 1));
      type.checkFinite("value", value);
    }
    assertEquals(least, type.round(least - 0.75));
    assertEquals(greatest, type.round(1e30));
    assertEquals(least, type.round(Double.NEGATIVE_INFINITY));
    assertEquals(0, type.round(0.5)); // to even
    assertEquals(0.0, type.round(-0.25)); // not -0
    for (double wrong : new double[] {0.5, least - 1.0, greatest + 1.0, Double.NaN}) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> type.checkFinite("value", wrong))
              .getMessage();
      assertTrue(
          message.contains("a whole number from " + least + " to " + greatest + " in " + name),
          message);
    }
  }

  @Test
  void longsAreWholeAsFarAsDoublesAre() {
    MemorySegment memory = MemorySegment.ofArray(new long[1]);
    for (long value : new long[] {0, -1, 1L << 53, -(1L << 53) + 1, 1L << 62, -(1L << 62)}) {
      DType.I64.set(memory, 0, value);
      assertEquals(value, memory.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
      assertEquals(value, DType.I64.get(memory, 0));
    }
    DType.I64.set(memory, 0, 1e300);
    assertEquals(Long.MAX_VALUE - 1023, memory.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
  }

  @Test
  void anUnknownNameIsAnsweredWithTheKnownOnes() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> DType.parse("float"));
    assertEquals(
        "dtype 'float' is not known; use one of f32, f64, f16, bf16, f8_e4m3fn, f8_e5m2,"
            + " i8, i16, i32, i64, u8, bool",
        e.getMessage());
  }
}
