// SPDX-License-Identifier: Apache-2.0
package org.initium.curand;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jcuda.Pointer;
import jcuda.jcurand.JCurand;
import jcuda.jcurand.curandGenerator;
import jcuda.jcurand.curandRngType;
import org.initium.DType;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.law.Philox;
import org.initium.random.Generator;
import org.initium.testing.Fills;
import org.initium.testing.Tolerances;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * NVIDIA's libcurand asked live, through JCurand: its host generators need no GPU. Seeds, offsets
 * and lengths are drawn anew from a seed of their own, where the golden file has fixed ones. Run
 * with {@code mvn verify -Pcurand} and INITIUM_REAL_CURAND, which native-test/fetch-curand.sh
 * prints.
 */
@Tag("curand")
class CurandLiveTest {
  private record Case(long seed, long offset, int n) {}

  @BeforeAll
  @SuppressWarnings("restricted") // JCurand's natives look for libcurand by its name once it is in
  static void load() {
    String library = System.getenv("INITIUM_REAL_CURAND");
    assertTrue(
        library != null,
        "set INITIUM_REAL_CURAND to the libcurand.so.10 that native-test/fetch-curand.sh prints");
    System.load(Path.of(library).toAbsolutePath().toString());
    int[] version = new int[1];
    check("curandGetVersion", JCurand.curandGetVersion(version));
    System.out.println("libcurand " + version[0]);
  }

  static Stream<Case> cases() {
    Random random = new Random(20261123);
    return IntStream.range(0, 60)
        .mapToObj(
            i ->
                new Case(
                    random.nextLong(),
                    (random.nextLong() >>> random.nextInt(12, 62)) & ~3L,
                    2 * random.nextInt(1, i % 10 == 0 ? 150_000 : 3000)));
  }

  private static void check(String call, int status) {
    assertEquals(0, status, call);
  }

  private interface Call {
    int apply(curandGenerator generator);
  }

  private static void generate(Case row, String name, Call call) {
    curandGenerator generator = new curandGenerator();
    check(
        "curandCreateGeneratorHost",
        JCurand.curandCreateGeneratorHost(
            generator, curandRngType.CURAND_RNG_PSEUDO_PHILOX4_32_10));
    check("seed", JCurand.curandSetPseudoRandomGeneratorSeed(generator, row.seed));
    check("offset", JCurand.curandSetGeneratorOffset(generator, row.offset));
    check(name, call.apply(generator));
    check("curandDestroyGenerator", JCurand.curandDestroyGenerator(generator));
  }

  private static Tensor own(Case row, Fill fill, DType dtype) {
    return Fills.fill(
        Tensor.empty(Shape.of(row.n), dtype), fill, Generator.philox(row.seed, row.offset));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void wordsAreEqual(Case row) {
    int[] theirs = new int[row.n];
    generate(row, "curandGenerate", g -> JCurand.curandGenerate(g, Pointer.to(theirs), row.n));
    for (int i = 0; i < row.n; i++) {
      assertEquals(theirs[i], Philox.word(row.seed, row.offset + i), "word " + i);
    }
  }

  /** The numbers that a call writes to memory, in the type, are ours, or near. */
  private static void compare(
      Case row, String name, DType dtype, Fill fill, double tolerance, Filler call) {
    byte[] bytes = new byte[row.n * dtype.bytes()];
    ByteBuffer theirs = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    generate(row, name, g -> call.apply(g, Pointer.to(bytes), row.n));
    double most = dtype == DType.F32 ? Math.nextDown(1f) : Math.nextDown(1.0);
    try (Tensor own = own(row, fill, dtype)) {
      for (int i = 0; i < row.n; i++) {
        double their = dtype == DType.F32 ? theirs.getFloat() : theirs.getDouble();
        double expected = fill instanceof Fill.Uniform ? Math.min(their, most) : their;
        assertEquals(expected, own.get(i), tolerance, "element " + i);
      }
    }
  }

  private interface Filler {
    int apply(curandGenerator generator, Pointer to, long n);
  }

  /** But for one, which is outside. */
  @ParameterizedTest
  @MethodSource("cases")
  void uniformsAreEqual(Case row) {
    Fill unit = new Fill.Uniform(0, 1);
    compare(row, "uniform", DType.F32, unit, 0, JCurand::curandGenerateUniform);
    compare(row, "uniform double", DType.F64, unit, 0, JCurand::curandGenerateUniformDouble);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void normalsAreNear(Case row) {
    Fill normal = new Fill.Normal(0, 1);
    compare(
        row,
        "normal",
        DType.F32,
        normal,
        Tolerances.CURAND_NORMAL_F32,
        (g, to, n) -> JCurand.curandGenerateNormal(g, to, n, 0, 1));
    compare(
        row,
        "normal double",
        DType.F64,
        normal,
        Tolerances.CURAND_NORMAL_F64,
        (g, to, n) -> JCurand.curandGenerateNormalDouble(g, to, n, 0, 1));
  }
}
