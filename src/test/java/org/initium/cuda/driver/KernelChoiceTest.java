// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.cuda.CudaException;
import org.initium.cuda.device.Gpus;
import org.initium.cuda.fill.SameBits;
import org.initium.random.Generator;
import org.initium.testing.CudaTest;
import org.initium.testing.Fills;
import org.initium.testing.JavaProcess;
import org.initium.testing.SoftDevice;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of a kernel's files a device gets, and how it stores. */
@CudaTest
@Tag(CudaTest.SOFTWARE_DEVICE)
class KernelChoiceTest {
  private static final List<DType> HALVES = List.of(DType.F16, DType.BF16);
  private static final int SIZE = 1 << 16;
  private static final List<Fill> FILLS =
      List.of(
          new Fill.Uniform(-1, 1),
          new Fill.Normal(0, 1),
          new Fill.TruncatedNormal(0, 1, -2, 2),
          new Fill.Sparse(0.5, 1));

  @TempDir Path folder;

  /** Fills at stream positions that are 4 modulo 8; says which are not as on the CPU. */
  static final class Filling {
    private Filling() {}

    public static void main(String[] arguments) {
      for (DType dtype : HALVES) {
        for (Fill fill : FILLS) {
          Shape shape = Shape.of(SIZE / 256, 256);
          byte[] gpu =
              SameBits.bytes(Device.cuda(0), fill, dtype, shape, t -> t, Generator.philox(1, 12));
          byte[] cpu =
              SameBits.bytes(Device.CPU, fill, dtype, shape, t -> t, Generator.philox(1, 12));
          System.out.println(dtype + " " + fill + (Arrays.equals(gpu, cpu) ? "" : " differs"));
        }
      }
      Gpus.release();
    }
  }

  private String fill(Map<String, String> environment) throws Exception {
    return run(Filling.class, environment);
  }

  private String run(Class<?> program, Map<String, String> environment) throws Exception {
    return new JavaProcess(program)
        .flags("-Dinitium.simd=off")
        .environment(SoftDevice.environment())
        .environment(Map.of("INITIUM_SOFT_REPORT", folder.resolve("counts").toString()))
        .environment(environment)
        .run();
  }

  private static void assertSame(String text) {
    assertEquals(HALVES.size() * FILLS.size(), text.lines().count(), text);
    assertFalse(text.contains("differs"), text);
  }

  /** How often a kernel executed an opcode. */
  private long count(String kernel, String opcode) throws Exception {
    Pattern row = Pattern.compile("\"kernel\":\"" + kernel + "\".*");
    Matcher found = row.matcher(Files.readString(folder.resolve("counts")));
    assertTrue(found.find(), kernel + " did not run");
    Matcher number = Pattern.compile("\"" + opcode + "\":(\\d+)").matcher(found.group());
    return number.find() ? Long.parseLong(number.group(1)) : 0;
  }

  @Test
  void eachDeviceGetsItsOwn(SoftDevice device) throws Exception {
    assertSame(fill(Map.of("INITIUM_SOFT_CAPABILITY", "75")));
    assertEquals(0, count("normal_bf16", "cvt.rn.bf16x2.f32"));
    assertSame(fill(Map.of("INITIUM_SOFT_CAPABILITY", "86")));
    assertTrue(count("normal_bf16", "cvt.rn.bf16x2.f32") >= SIZE / 2);
  }

  /** As after a tensor of ten elements on the same generator. */
  @Test
  void storesAreWideAtAnyMultipleOfFour(SoftDevice device) throws Exception {
    fill(Map.of());
    for (DType dtype : HALVES) {
      for (String law : List.of("uniform", "normal", "quantile")) {
        String kernel = law + "_" + dtype;
        assertEquals(SIZE / 8, count(kernel, "st.global.v4.u32"), kernel);
        assertEquals(0, count(kernel, "st.u16"), kernel);
      }
    }
  }

  /** A matrix that cuSOLVER fails for; says how many of its elements are not NaN. */
  static final class Failing {
    private Failing() {}

    public static void main(String[] arguments) {
      try (Tensor tensor = Tensor.empty(Shape.of(130, 4), DType.BF16, Device.cuda(0))) {
        try {
          Fill fill = new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR);
          Fills.fill(tensor, fill, Generator.philox(1));
          System.out.println("it did not fail");
        } catch (CudaException e) {
          try (Tensor read = tensor.toCpu()) {
            long numbers =
                IntStream.range(0, 520)
                    .filter(i -> !Double.isNaN(DType.BF16.get(read.segment(), i)))
                    .count();
            System.out.println(numbers + " of 520 are numbers");
          }
        }
      }
      Gpus.release();
    }
  }

  /** Below capability 8.0, bf16 is rounded in integers, where a carry can make -0 of a NaN. */
  @ParameterizedTest
  @ValueSource(strings = {"75", "80"})
  void aFailedMatrixIsNan(String capability) throws Exception {
    SoftDevice.require();
    Map<String, String> environment =
        Map.of(
            "INITIUM_SOFT_CAPABILITY",
            capability,
            "INITIUM_SOFT_FAULT",
            "cusolverDnSgeqrf.info:1:-4");
    assertEquals("0 of 520 are numbers", run(Failing.class, environment).strip());
  }
}
