package org.initium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DTypeTest {
  /** src/test/python/dtypes.py wrote them with NumPy (f32, f16) and PyTorch (bf16). */
  static List<String> rounded() throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                DTypeTest.class.getResourceAsStream("dtypes.csv"), StandardCharsets.UTF_8))) {
      List<String> rows = reader.lines().filter(line -> !line.startsWith("#")).toList();
      assertTrue(rows.size() >= 300, "only " + rows.size() + " rows");
      return rows;
    }
  }

  @Test
  void namesOfPyTorchAreKnown() {
    assertEquals(DType.BF16, DType.parse("bfloat16"));
    assertEquals(DType.F32, DType.parse("torch.float32"));
    assertEquals(DType.F64, DType.parse("Float64"));
    assertEquals(DType.F16, DType.parse("f16"));
  }

  @Test
  void roundsAsNumpyAndPyTorchDo() throws IOException {
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
      float brain = DType.fromBfloat16((short) bits);
      assertEquals(bits << 16, Float.floatToRawIntBits(brain));
      assertSame(brain, DType.BF16.round(brain));
      if (brain == brain) {
        assertEquals((short) bits, DType.toBfloat16(brain));
      }
    }
  }

  private static void assertSame(float wanted, double actual) {
    assertEquals(Double.doubleToLongBits(wanted), Double.doubleToLongBits(actual));
  }

  @ParameterizedTest
  @EnumSource
  void belowTheLeastPositiveValueIsPlusZero(DType type) {
    double least =
        Math.scalb(type.epsilon(), type == DType.F64 ? -1022 : type == DType.F16 ? -14 : -126);
    assertEquals(0.0, type.below(least));
    assertEquals(-least, type.below(0.0));
    assertEquals(-least, type.below(-0.0));
  }

  /** The definitions of below and atLeast, at the neighbours of every finite 16-bit value. */
  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void neighboursOfEveryHalf(DType type) {
    double previous = Double.NaN;
    for (int rank = -0x7fff; rank <= 0x7fff; rank++) {
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

  /** The values of a 16-bit type in ascending order, 0 being rank 0 and -0 left out. */
  private static double ofRank(DType type, int rank) {
    int magnitude = Math.abs(rank);
    float positive =
        type == DType.F16
            ? Float.float16ToFloat((short) magnitude)
            : DType.fromBfloat16((short) magnitude);
    return rank < 0 ? -positive : positive;
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void neighboursAreTheJdks(DType type) {
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

  /** Limits as numpy.finfo and torch.finfo print them. */
  @ParameterizedTest
  @CsvSource({
    "f32, 4, 24, 1.1920928955078125e-07, 3.4028234663852886e+38",
    "f64, 8, 53, 2.220446049250313e-16, 1.7976931348623157e+308",
    "f16, 2, 11, 0.0009765625, 65504.0",
    "bf16, 2, 8, 0.0078125, 3.3895313892515355e+38",
  })
  void limits(String name, int bytes, int precision, double epsilon, double max) {
    DType type = DType.parse(name);
    assertEquals(name, type.toString());
    assertEquals(type, DType.parse(type.name()));
    assertEquals(bytes, type.bytes());
    assertEquals(bytes == 2, type.isHalf());
    assertEquals(precision, type.precision());
    assertEquals(epsilon, type.epsilon());
    assertEquals(max, type.maxValue());
    assertEquals(max, type.round(max));
    assertEquals(-max, type.atLeast(-max), 0);
  }

  @Test
  void anUnknownNameIsAnsweredWithTheKnownOnes() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> DType.parse("float"));
    assertEquals("dtype 'float' is not known; use one of f32, f64, f16, bf16", e.getMessage());
  }
}
