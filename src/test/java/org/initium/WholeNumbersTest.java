// SPDX-License-Identifier: Apache-2.0
package org.initium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.EnumSet;
import java.util.Set;
import org.initium.initializer.Init;
import org.initium.law.Philox;
import org.initium.random.Generator;
import org.initium.random.PhiloxGenerator;
import org.initium.random.TorchCpuGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Buffers of whole numbers: constants, ranges, and uniform ones. */
class WholeNumbersTest {
  private static final long SEED = 77;
  private static final Set<DType> ALL =
      EnumSet.of(DType.I8, DType.I16, DType.I32, DType.I64, DType.U8, DType.BOOL);

  @Test
  void theseAreTheTypes() {
    for (DType dtype : DType.values()) {
      assertEquals(ALL.contains(dtype), dtype.isInteger());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "[IU]\\d+|BOOL")
  void constantsAndDiagonals(DType dtype) {
    try (Tensor tensor = Tensor.empty(Shape.of(37, 5), dtype)) {
      tensor.fill(Init.ones(), Generator.philox(1));
      assertEquals(1, tensor.get(36, 4));
      tensor.fill(Init.zeros(), Generator.philox(1));
      tensor.narrow(1, 1, 3).fill(Init.constant(dtype.maxValue()), Generator.philox(1));
      assertEquals(0, tensor.get(20, 0));
      assertEquals(dtype.maxValue(), tensor.get(20, 2));
      tensor.fill(Init.parse("eye"), Generator.philox(1));
      assertEquals(1, tensor.get(4, 4));
      assertEquals(0, tensor.get(4, 3));
    }
  }

  @Test
  void ranges() {
    try (Tensor tensor = Tensor.empty(Shape.of(1, 514), DType.I64)) {
      tensor.fill(Init.parse("arange(dim=1)"), Generator.philox(1));
      for (int i = 0; i < 514; i++) {
        assertEquals(i, tensor.get(0, i));
      }
    }
  }

  /** floor(m (b - a) / 2^53) of the 53 bits that an element of f64 has, in exact arithmetic. */
  private static long uniform(long start, long index, long a, long b) {
    int[] words = new int[4];
    Philox.block(SEED, Philox.blockOfDouble(start, index), words);
    int at = (start + index & 1) == 0 ? 0 : 2;
    long bits = (words[at] & 0xffffffffL) ^ (words[at + 1] & 0xffffffffL) << 21;
    return BigInteger.valueOf(bits)
        .multiply(BigInteger.valueOf(b - a))
        .shiftRight(53)
        .add(BigInteger.valueOf(a))
        .longValueExact();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "i8 -128 128",
        "i8 3 4",
        "u8 0 256",
        "bool 0 2",
        "i16 -7 1000",
        "i32 -2147483648 2147483648",
        "i64 0 50257",
        "i64 -9007199254740992 0",
        "i64 5 5"
      })
  void uniformOnes(String law) {
    String[] words = law.split(" ");
    DType dtype = DType.parse(words[0]);
    long a = Long.parseLong(words[1]);
    long b = Long.parseLong(words[2]);
    Init init = Init.parse("uniform(" + a + "," + b + ")");
    PhiloxGenerator generator = Generator.philox(SEED, 4);
    try (Tensor tensor = Tensor.empty(Shape.of(41, 101), dtype);
        Tensor part = Tensor.empty(Shape.of(7, 9), dtype)) {
      tensor.fill(init, generator);
      part.shardOf(tensor.shape(), 20, 30).fill(init, Generator.philox(SEED, 4));
      for (int i = 0; i < 41 * 101; i++) {
        assertEquals(a == b ? a : uniform(4, i, a, b), (long) tensor.get(i / 101, i % 101));
      }
      for (int i = 0; i < 63; i++) {
        assertEquals(tensor.get(20 + i / 9, 30 + i % 9), part.get(i / 9, i % 9));
      }
      assertEquals(4 + init.fill(tensor.shape()).words(tensor.shape(), dtype), generator.offset());
    }
  }

  /** 4,096 dice: each side 682.67 on average; chi-square of 5 degrees beyond 20.5 once in 1,000. */
  @Test
  void eachIsEquallyLikely() {
    long[] counts = new long[6];
    try (Tensor tensor = Tensor.empty(Shape.of(4096), DType.U8)) {
      tensor.fill(Init.parse("uniform(1,7)"), Generator.philox(SEED));
      for (int i = 0; i < 4096; i++) {
        counts[(int) tensor.get(i) - 1]++;
      }
    }
    double chi = 0;
    for (long count : counts) {
      chi += Math.pow(count - 4096 / 6.0, 2) / (4096 / 6.0);
    }
    assertTrue(chi < 20.5, "chi-square " + chi);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "normal",
        "trunc_normal",
        "cauchy",
        "laplace",
        "exponential",
        "orthogonal",
        "sparse(0.5)",
        "linspace(0,9)",
        "log(uniform(1,16))",
        "kaiming_uniform",
        "constant(0.5)",
        "constant(1e300)",
        "uniform(0,1.5)",
        "uniform(2,1)",
        "arange(0.5)",
        "arange(step=0.5)",
        "uniform(0,1e300)",
        "constant(-1e300)",
        "uniform(-1e300,0)"
      })
  void whatIsNoWholeNumberIsRefusedInALine(String init) {
    for (DType dtype : ALL) {
      try (Tensor tensor = Tensor.empty(Shape.of(8, 8), dtype)) {
        String message =
            assertThrows(
                    IllegalArgumentException.class,
                    () -> tensor.fill(Init.parse(init), Generator.philox(1)))
                .getMessage();
        assertTrue(message.lines().count() == 1 && message.length() < 200, message);
      }
    }
  }

  @Test
  void torchDrawsNone() {
    TorchCpuGenerator generator = Generator.torchCpu(1);
    try (Tensor tensor = Tensor.empty(Shape.of(8), DType.I64)) {
      tensor.fill(Init.parse("arange"), generator);
      assertEquals(7, tensor.get(7));
      assertThrows(
          IllegalArgumentException.class, () -> tensor.fill(Init.parse("uniform(0,9)"), generator));
      assertEquals(Generator.torchCpu(1).toString(), generator.toString());
    }
  }
}
